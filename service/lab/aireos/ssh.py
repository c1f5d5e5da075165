"""The SSH layer of AireOS: lets everybody in; the shell behind it asks for name and password.

Facts, section 1: what a real box negotiated is the legacy set; others offer something newer.
"""

import warnings

import asyncssh

from service.lab.ssh import Login, Serve, SshPort

LEGACY = {
    "kex_algs": ["diffie-hellman-group-exchange-sha1"],
    "encryption_algs": ["aes128-ctr", "aes128-cbc"],
    "mac_algs": ["hmac-sha2-256", "hmac-sha1"],
}
LEGACY_BITS = 1024  # quick to make; old boxes have such keys


class OpenDoor(Login):
    """No authentication at this layer; a password that comes is taken unread."""

    def begin_auth(self, username: str) -> bool:
        """Nobody has to prove anything here."""
        del username
        return False


def key_for(algorithms: str) -> asyncssh.SSHKey:
    """A host key as such a box has."""
    if algorithms == "legacy":
        key = asyncssh.generate_private_key("ssh-rsa", key_size=LEGACY_BITS)
        key.sig_algorithms = (b"ssh-rsa",)  # SHA-1 signatures only: nothing newer is offered
        return key
    return asyncssh.generate_private_key("ecdsa-sha2-nistp256")


class WlcSshPort(SshPort):
    """The same port handling, another door."""

    def __init__(self, serve: Serve, *, address: str, algorithms: str) -> None:
        super().__init__(
            serve, address=address, password="", key=key_for(algorithms), refuses=lambda: False
        )
        self._algorithms = algorithms
        if algorithms == "legacy":
            # the box's kex is what the library warns about; nothing to be done about it here
            warnings.filterwarnings("ignore", message="Diffie-Hellman over finite fields")

    async def open(self) -> None:
        """Start listening; the first time on any free port."""
        self._acceptor = await asyncssh.listen(
            self._address,
            self.port,
            server_factory=lambda: OpenDoor(self),
            server_host_keys=[self._key],
            process_factory=self._serve,
            encoding=None,
            line_editor=False,
            allow_scp=False,
            agent_forwarding=False,
            login_timeout=20,
            **(LEGACY if self._algorithms == "legacy" else {}),
        )
        self.port = self._acceptor.get_port()
