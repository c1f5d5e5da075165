"""A command line over SSH, for the little that no model offers: the one home of paramiko's shell.

One login, never more; host keys verified unless the inventory says otherwise. Only commands that
show something are sent over it.
"""

import base64
import hashlib
import re
import time
from dataclasses import dataclass, field

import paramiko

from service.errors import AuthenticationRefused, DeviceUnreachable, HostKeyRefused, ReplyMalformed

PROMPT = re.compile(r"[\r\n]([^\s#>]{1,64}[#>])\s*$")
CHUNK = 65536


@dataclass(frozen=True, slots=True)
class SshTarget:
    """Where and how to log in; `host_key` as in the inventory."""

    controller: str
    host: str
    port: int
    username: str
    password: str = field(repr=False)
    host_key: str | None = None
    insecure: bool = False
    connect_timeout_s: float = 20.0


class SshShell:
    """One interactive session."""

    def __init__(
        self, target: SshTarget, client: paramiko.SSHClient, channel: paramiko.Channel
    ) -> None:
        self._target = target
        self._client = client
        self._channel = channel

    @classmethod
    def open(cls, target: SshTarget) -> "SshShell":
        """Log in and wait for the prompt.

        Raises:
            DeviceUnreachable, AuthenticationRefused, HostKeyRefused.
        """
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(HostKeyPolicy(target))
        if target.host_key is None and not target.insecure:
            client.load_system_host_keys()
        where = f"SSH login at {target.host}:{target.port}"
        try:
            client.connect(
                target.host,
                port=target.port,
                username=target.username,
                password=target.password,
                timeout=target.connect_timeout_s,
                banner_timeout=target.connect_timeout_s,
                auth_timeout=target.connect_timeout_s,
                allow_agent=False,
                look_for_keys=False,
            )
            channel = client.invoke_shell(width=511, height=1000)
        except paramiko.AuthenticationException as err:
            client.close()
            raise AuthenticationRefused(
                target.controller, where, f"refused for {target.username!r}"
            ) from err
        except paramiko.BadHostKeyException as err:
            client.close()
            raise HostKeyRefused(target.controller, where, str(err)) from err
        except (paramiko.SSHException, OSError, EOFError) as err:
            client.close()
            raise DeviceUnreachable(target.controller, where, str(err) or repr(err)) from err
        shell = cls(target, client, channel)
        try:
            shell._until_prompt("login", target.connect_timeout_s)
            shell.show("terminal length 0", timeout_s=target.connect_timeout_s)
        except (DeviceUnreachable, ReplyMalformed):
            shell.close()
            raise
        return shell

    def show(self, command: str, *, timeout_s: float) -> str:
        """What one command prints, without echo and prompt.

        Raises:
            DeviceUnreachable: no prompt in time.
            ReplyMalformed: the controller does not know the command.
        """
        try:
            self._channel.sendall(f"{command}\n".encode())
        except OSError as err:
            raise DeviceUnreachable(self._target.controller, command, str(err)) from err
        text = self._until_prompt(command, timeout_s)
        body = text.replace("\r", "").partition(command)[2].strip("\n")
        if body.lstrip().startswith("% Invalid"):
            raise ReplyMalformed(self._target.controller, command, body.strip().splitlines()[0])
        return body

    def close(self) -> None:
        """Log out; never raises."""
        self._client.close()

    def _until_prompt(self, what: str, timeout_s: float) -> str:
        ends = time.monotonic() + timeout_s
        text = ""
        while True:
            self._channel.settimeout(max(0.1, ends - time.monotonic()))
            try:
                data = self._channel.recv(CHUNK)
            except TimeoutError as err:
                raise DeviceUnreachable(
                    self._target.controller, what, f"no prompt in {timeout_s:g} s"
                ) from err
            if not data:
                raise DeviceUnreachable(self._target.controller, what, "the session ended")
            text += data.decode(errors="replace")
            prompt = PROMPT.search(f"\n{text}")
            if prompt:
                return text[: max(0, prompt.start() - 1)]


class HostKeyPolicy(paramiko.MissingHostKeyPolicy):
    """Accept the pinned key alone; any key where the inventory says insecure."""

    def __init__(self, target: SshTarget) -> None:
        self._target = target

    def missing_host_key(
        self, _client: paramiko.SSHClient, _hostname: str, key: paramiko.PKey
    ) -> None:
        """Take it or refuse it; see the class."""
        pin = self._target.host_key
        if self._target.insecure or (pin is not None and matches_pin(pin, key)):
            return
        raise HostKeyRefused(
            self._target.controller,
            f"SSH login at {self._target.host}:{self._target.port}",
            f"the host key is not the expected one ({(pin or 'known_hosts')[:60]})",
        )


def matches_pin(pin: str, key: paramiko.PKey) -> bool:
    """Whether a host key is the one that a known_hosts line or a SHA256 fingerprint names."""
    if pin.startswith("SHA256:"):
        digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
        return digest.rstrip("=") == pin[7:].rstrip("=")
    return key.get_base64() in pin.split()
