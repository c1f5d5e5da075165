"""One SNMP agent, asked one question at a time: version 2c, or 3 with its user.

Every reply is held to the request that it answers; what comes late or damaged is let go.
"""

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from secrets import randbits
from typing import NoReturn

from service.drivers.links import snmp_v3
from service.drivers.links.snmp_message import Ask, Reply, body_of, message, pdu, reply_of
from service.drivers.links.snmp_usm import Digest, Secrecy, Security
from service.errors import AuthenticationRefused, DeviceUnreachable
from service.transcripts.ber import MalformedError, Oid, oid_of

LARGEST = 65535
TRIES = 3
WRONG_DIGEST = "wrong digest"
SYSTEM_OBJECT = "1.3.6.1.2.1.1.2.0"
TURNS: tuple[tuple[Digest, Secrecy], ...] = (
    ("sha1", "aes"),
    ("sha1", "des"),
    ("md5", "des"),
    ("md5", "aes"),
)
"""Which algorithms a user was created with is not in the inventory: these are tried in turn."""


@dataclass(frozen=True, slots=True)
class SnmpTarget:
    """Where and how to ask.

    Attributes:
        community: for version 2c; empty for version 3.
        user: for version 3; with `auth` its messages are proven, with `priv` also encrypted.
        patience_s: how long one request waits for its reply.
    """

    controller: str
    host: str
    port: int
    community: str = field(default="", repr=False)
    user: str = ""
    auth: str = field(default="", repr=False)
    priv: str = field(default="", repr=False)
    patience_s: float = 2.0

    @property
    def where(self) -> str:
        """For people."""
        return f"SNMP at {self.host}:{self.port}"


class SilentError(Exception):
    """No answer to one request in time."""


class SnmpSession:
    """Asks one agent. Never shared between threads."""

    def __init__(self, target: SnmpTarget) -> None:
        self.target = target
        self._socket = _connected(target)
        self._requests = count(randbits(24))
        self._salts = count(randbits(62))
        self._engine = snmp_v3.Engine()
        self._security = Security(target.user, auth=target.auth, priv=target.priv)

    @classmethod
    def open(cls, target: SnmpTarget) -> "SnmpSession":
        """A session; version 3 finds out here who answers and how the user proves himself.

        Raises:
            DeviceUnreachable: nobody answers.
            AuthenticationRefused: the agent says that the user or his secrets are wrong.
        """
        session = cls(target)
        try:
            if target.user:
                session._introduce()
        except (DeviceUnreachable, AuthenticationRefused):
            session.close()
            raise
        return session

    @property
    def level(self) -> str:
        """For people: how the agent was convinced."""
        return self._security.level if self.target.user else "community"

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def give_up(self, what: str) -> NoReturn:
        """Nobody answers, and no protocol says why."""
        secret = "user or its secrets" if self.target.user else "community"
        raise DeviceUnreachable(
            self.target.controller,
            self.target.where,
            f"{what}: unreachable, SNMP off or barred for this host, or the {secret} wrong",
        )

    def ask(self, ask: Ask, oids: Sequence[Oid], ends: float, *, repetitions: int = 0) -> Reply:
        """One request, once; in version 3 again where only the engine's time was wrong.

        Raises:
            SilentError: no answer in time.
            DeviceUnreachable, AuthenticationRefused.
        """
        number = next(self._requests) & 0x7FFFFFFF
        body = pdu(ask, number, oids, repetitions=repetitions)
        if not self.target.user:
            datagram = message(self.target.community.encode(), body)
            return self._exchange(datagram, ends, lambda data: _answer(body_of(data), number))
        try:
            return self._ask_v3(number, body, ends)
        except snmp_v3.ReportedError as err:
            if err.reason not in ("not in the time window", "unknown engine"):
                raise self._not_taken(err) from err
        try:
            return self._ask_v3(next(self._requests) & 0x7FFFFFFF, body, ends)
        except snmp_v3.ReportedError as err:
            raise self._not_taken(err) from err

    def _ask_v3(self, number: int, body: bytes, ends: float) -> Reply:
        engine, security = self._engine, self._security
        datagram = snmp_v3.wrap(number, body, engine, security, next(self._salts))
        return self._exchange(
            datagram, ends, lambda data: snmp_v3.unwrap(data, number, engine, security)
        )

    def _exchange(
        self, datagram: bytes, ends: float, accept: Callable[[bytes], Reply | None]
    ) -> Reply:
        """Send, and wait for the reply to it; late replies to earlier requests are let go."""
        until = min(ends, time.monotonic() + self.target.patience_s)
        try:
            self._socket.send(datagram)
            while (left := until - time.monotonic()) > 0:
                self._socket.settimeout(left)
                try:
                    reply = accept(self._socket.recv(LARGEST))
                except MalformedError:
                    continue  # not from the agent, or damaged: as good as lost
                if reply is not None:
                    return reply
        except TimeoutError:
            raise SilentError from None
        except OSError as err:  # an ICMP message: nobody listens there
            raise DeviceUnreachable(
                self.target.controller, self.target.where, err.strerror or str(err)
            ) from err
        raise SilentError

    # -- version 3 -------------------------------------------------------------------------

    def _introduce(self) -> None:
        """Learn the engine, then which algorithms the user was created with."""
        self._discover()
        wanted = [self._with(*turn) for turn in TURNS]
        refused: snmp_v3.ReportedError | None = None
        for security in dict.fromkeys(wanted):
            self._security = security
            try:
                self._try_out()
            except snmp_v3.ReportedError as err:
                if refused is None or err.reason != WRONG_DIGEST:
                    refused = err  # a digest that was right once tells more
                if err.reason not in (WRONG_DIGEST, "decryption error"):
                    break
            except SilentError:
                continue  # an agent may drop what it can't decrypt
            else:
                return
        if refused is not None:
            raise self._not_taken(refused)
        self.give_up("no answer to the user")

    def _with(self, digest: Digest, secrecy: Secrecy) -> Security:
        plain = Security(self.target.user, auth=self.target.auth, priv=self.target.priv)
        if not self.target.auth:
            return plain
        proven = replace(plain, digest=digest)
        return replace(proven, secrecy=secrecy) if self.target.priv else proven

    def _discover(self) -> None:
        for _ in range(TRIES):
            number = next(self._requests) & 0x7FFFFFFF
            hello = snmp_v3.discovery(number, pdu(Ask.GET, number, ()))
            try:
                self._exchange(
                    hello,
                    time.monotonic() + self.target.patience_s,
                    lambda data, number=number: snmp_v3.unwrap(  # type: ignore[misc]
                        data, number, self._engine, Security("")
                    ),
                )
            except snmp_v3.ReportedError:
                return
            except SilentError:
                continue
        self.give_up(f"no answer to {TRIES} requests")

    def _try_out(self) -> None:
        """One harmless question; again where only the engine's time was not known yet."""
        ends = time.monotonic() + self.target.patience_s * 2
        for _ in range(2):
            number = next(self._requests) & 0x7FFFFFFF
            body = pdu(Ask.GET, number, (oid_of(SYSTEM_OBJECT),))
            try:
                self._ask_v3(number, body, ends)
            except snmp_v3.ReportedError as err:
                if err.reason != "not in the time window":
                    raise
            else:
                return
        raise snmp_v3.ReportedError("not in the time window")

    def _not_taken(self, err: snmp_v3.ReportedError) -> AuthenticationRefused:
        return AuthenticationRefused(
            self.target.controller,
            self.target.where,
            f"the agent answers {err.reason!r} for user {self.target.user!r}",
        )


def _answer(body: bytes, number: int) -> Reply | None:
    reply = reply_of(body)
    return reply if reply.request == number else None


def _connected(target: SnmpTarget) -> socket.socket:
    """A socket that hears this agent alone."""
    try:
        kind, _, _, _, address = socket.getaddrinfo(
            target.host, target.port, type=socket.SOCK_DGRAM
        )[0]
        made = socket.socket(kind, socket.SOCK_DGRAM)
        made.connect(address)
    except OSError as err:
        raise DeviceUnreachable(target.controller, target.where, str(err)) from err
    return made
