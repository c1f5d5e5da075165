"""A terminal over SSH: what comes in is read until it stands still at something that is known."""

import base64
import codecs
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import paramiko
from paramiko.auth_strategy import AuthFailure, AuthSource, AuthStrategy, NoneAuth, Password
from paramiko.ssh_exception import ChannelException, IncompatiblePeer

from service.drivers.links.ssh import HostKeyPolicy, SshTarget
from service.errors import (
    AuthenticationRefused,
    DeviceBusy,
    DeviceUnreachable,
    HostKeyRefused,
)

CHUNK = 65536
NO_BANNER = "Error reading SSH protocol banner"
TAIL = 512
"""Characters at the end that are looked at: no prompt and no question is longer."""
SETTLE_S = 0.15
OLD: Mapping[str, list[str]] = {
    "kex": [
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ],
    "keys": ["ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "ssh-dss"],
    "ciphers": ["aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"],
    "macs": ["hmac-md5", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96"],
}
"""What is offered only to a controller whose inventory entry says `legacy_algorithms: true`."""

Known = TypeVar("Known", bound=Enum)


class QuietError(Exception):
    """Nothing that is known came in time; `seen` is what did."""

    def __init__(self, seen: str) -> None:
        super().__init__("quiet")
        self.seen = seen


class ClosedError(QuietError):
    """The other side ended the session; `seen` is what came before."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An end on the monotonic clock."""

    ends: float

    @property
    def left_s(self) -> float:
        """Seconds to go; never negative."""
        return max(0.0, self.ends - time.monotonic())


class Terminal:
    """One interactive channel."""

    def __init__(self, client: paramiko.SSHClient, channel: paramiko.Channel) -> None:
        self._client = client
        self._channel = channel
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._unread = ""
        self.last = ""  # what the text last stood still at

    @property
    def alive(self) -> bool:
        """Whether it is open, as far as this end knows."""
        transport = self._client.get_transport()
        return transport is not None and transport.is_active() and not self._channel.closed

    def deadline(self, seconds: float) -> Deadline:
        """The moment some seconds from now."""
        return Deadline(time.monotonic() + seconds)

    def send(self, text: str) -> None:
        """Type. Raises ClosedError."""
        try:
            self._channel.sendall(text.encode())
        except (OSError, EOFError) as err:
            raise ClosedError("") from err

    def until(self, stops: Mapping[Known, re.Pattern[str]], timeout_s: float) -> tuple[Known, str]:
        """Read until the text ends in one of `stops`: which one, and the text before it.

        The text of a question is handed over with it.

        Raises:
            QuietError: none came in time. ClosedError: the session ended.
        """
        deadline = self.deadline(timeout_s)
        while True:
            stop, found = self._standing(stops)
            if stop is None or found is None:
                self._unread += self._received(deadline.left_s)
            elif not self._goes_on(stop):
                text, self._unread = self._unread, ""
                self.last = text[max(0, found.start() - TAIL) :]
                return stop, text if stop.value == "question" else text[: found.start()]

    def _standing(
        self, stops: Mapping[Known, re.Pattern[str]]
    ) -> tuple[Known | None, re.Match[str] | None]:
        """What the text ends in now, if it is known."""
        for stop, pattern in stops.items():
            found = pattern.search(self._unread, max(0, len(self._unread) - TAIL))
            if found:
                return stop, found
        return None, None

    def drain(self) -> None:
        """Forget what came unasked."""
        while self._channel.recv_ready():
            self._received(SETTLE_S)
        self._unread = ""

    def more_within(self, seconds: float) -> bool:
        """Whether anything else comes; it is kept."""
        try:
            self._unread += self._received(seconds)
        except QuietError:
            return False
        return True

    def close(self) -> None:
        """Hang up. Never raises."""
        self._client.close()

    def _goes_on(self, stop: Enum) -> bool:
        """Whether what looks like a question is followed by more text."""
        return stop.value == "question" and self.more_within(SETTLE_S)

    def _received(self, timeout_s: float) -> str:
        self._channel.settimeout(max(0.01, timeout_s))
        try:
            data = self._channel.recv(CHUNK)
        except TimeoutError as err:
            raise QuietError(self._unread) from err
        except (OSError, EOFError) as err:
            raise ClosedError(self._unread) from err
        if not data:
            raise ClosedError(self._unread)
        return self._decoder.decode(data)


class _Once(AuthStrategy):
    """The password, once; or nothing, where the SSH layer wants nothing."""

    def __init__(self, source: AuthSource) -> None:
        super().__init__(ssh_config=paramiko.SSHConfig())
        self._source = source

    def get_sources(self) -> Iterator[AuthSource]:
        """That one, and no other after it."""
        yield self._source


def opened(target: SshTarget, *, legacy: bool) -> Terminal:
    """A terminal, the SSH layer's own login done.

    Some releases check the login here; others let everybody in, and their shell asks for it.

    Raises:
        DeviceUnreachable, DeviceBusy, AuthenticationRefused, HostKeyRefused.
    """
    try:
        return _connected(target, Password(target.username, lambda: target.password), legacy=legacy)
    except AuthFailure as err:
        if not _wants_nothing(err):
            raise _why(target, err, legacy=legacy) from err
    try:
        return _connected(target, NoneAuth(target.username), legacy=legacy)
    except AuthFailure as err:
        raise _why(target, err, legacy=legacy) from err


def _connected(target: SshTarget, source: AuthSource, *, legacy: bool) -> Terminal:
    """Connect over a new client. Raises AuthFailure, and DeviceError as `opened`."""
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(HostKeyPolicy(target))
    if target.host_key is None and not target.insecure:
        client.load_system_host_keys()
    try:
        client.connect(
            target.host,
            port=target.port,
            username=target.username,
            timeout=target.connect_timeout_s,
            banner_timeout=target.connect_timeout_s,
            auth_timeout=target.connect_timeout_s,
            auth_strategy=_Once(source),
            disabled_algorithms={} if legacy else {kind: list(old) for kind, old in OLD.items()},
        )
        channel = client.invoke_shell(term="vt100", width=511, height=1000)
    except (HostKeyRefused, AuthFailure):
        client.close()
        raise
    except (paramiko.SSHException, OSError, EOFError) as err:
        client.close()
        raise _why(target, err, legacy=legacy) from err
    return Terminal(client, channel)


def _wants_nothing(err: AuthFailure) -> bool:
    """Whether no password was looked at, since none is asked for."""
    return all(isinstance(one.result, paramiko.BadAuthenticationType) for one in err.result)


def _why(target: SshTarget, err: Exception, *, legacy: bool) -> Exception:
    """What a failure to connect means."""
    controller, where = target.controller, f"SSH login at {target.host}:{target.port}"
    if isinstance(err, paramiko.BadHostKeyException):
        return HostKeyRefused(controller, where, _another_key(err))
    if isinstance(err, AuthFailure) and _was_refused(err):
        return AuthenticationRefused(controller, where, f"refused for {target.username!r}")
    if isinstance(err, IncompatiblePeer) and not legacy:
        return DeviceUnreachable(
            controller,
            where,
            f"{err}: the controller offers only old algorithms; `ssh: {{legacy_algorithms: true}}` "
            "in the inventory allows them",
        )
    if isinstance(err, ChannelException):
        return DeviceBusy(controller, where, "no further session: the limit is reached")
    if str(err).startswith(NO_BANNER) and "timed out" not in str(err):
        taken = "the connection was taken and ended before its SSH banner: no session is free"
        return DeviceBusy(controller, where, taken)
    return DeviceUnreachable(controller, where, " ".join(str(err).split()) or type(err).__name__)


def _was_refused(err: AuthFailure) -> bool:
    """Whether the login was refused, not the connection lost meanwhile."""
    refused = (one.result for one in err.result)
    return all(
        isinstance(one, paramiko.AuthenticationException) and "EOF" not in str(one)
        for one in refused
    )


def _another_key(err: paramiko.BadHostKeyException) -> str:
    digest = base64.b64encode(hashlib.sha256(err.key.asbytes()).digest()).decode().rstrip("=")
    return f"the host key is {err.key.get_name()} SHA256:{digest}, known_hosts has another one"
