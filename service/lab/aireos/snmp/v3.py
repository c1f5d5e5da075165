"""Messages of SNMP version 3: who is let in, and what the others are told. RFC 3412, RFC 3414."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from service.lab.aireos.snmp import ber, pdu
from service.lab.aireos.snmp.usm import DIGEST, User, user_of

USM_STATS = ber.dotted("1.3.6.1.6.3.15.1.1")
LEVEL, WINDOW, USER_NAME, ENGINE, WRONG_DIGEST, DECRYPTION = 1, 2, 3, 4, 5, 6
VERSION, SECURITY_MODEL = 3, 3
REPORTABLE, LEVEL_BITS = 4, 3
WINDOW_S = 150
LARGEST = 65_507
Respond = Callable[[pdu.Pdu], bytes | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """A message's head and security parameters."""

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    seconds: int
    user: bytes
    digest: bytes
    salt: bytes
    blank: bytes  # the whole message, its digest zeroed
    payload: bytes  # the rest: a scoped PDU, or an encrypted one


@dataclass(frozen=True, slots=True)
class Engine:
    """What this engine says of itself at a moment."""

    boots: int
    seconds: int


class Gate:
    """Lets version 3 messages in and wraps the answers."""

    def __init__(self, name: str, auth: str, priv: str, password: str, mac: str) -> None:
        self.engine_id = bytes.fromhex("8000000903" + mac.replace(":", ""))
        self._user: User = user_of(name, auth, priv, password, self.engine_id)
        self._salts = count(1)
        self._counters: dict[int, int] = {}

    def answer(self, data: bytes, engine: Engine, respond: Respond) -> bytes | None:
        """The answer to a datagram; None where none is due.

        Raises:
            MalformedError: it is no version 3 message.
        """
        asked = _read(data)
        trouble = self._trouble(asked, engine)
        if trouble is not None:
            return self._report(asked, engine, trouble)
        scoped = self._opened(asked)
        if scoped is None:
            return self._report(asked, engine, DECRYPTION)
        inside = ber.Reader(scoped).inside()
        context_engine, context_name = inside.want(ber.OCTETS), inside.want(ber.OCTETS)
        body = respond(pdu.read(inside))
        if body is None:
            return None
        head = ber.octets(context_engine) + ber.octets(context_name)
        return self._wrapped(asked, engine, ber.tlv(ber.SEQUENCE, head + body), self._user.level)

    def _trouble(self, asked: Asked, engine: Engine) -> int | None:
        """Which counter of usmStats this message moves; None: it is let in."""
        user, level = self._user, asked.flags & LEVEL_BITS
        if asked.engine_id != self.engine_id:
            return ENGINE
        if asked.user != user.name:
            return USER_NAME
        if level != user.level:
            return LEVEL
        if level and not hmac.compare_digest(user.digest(asked.blank), asked.digest):
            return WRONG_DIGEST
        late = abs(asked.seconds - engine.seconds) > WINDOW_S
        return WINDOW if level and (asked.boots != engine.boots or late) else None

    def _opened(self, asked: Asked) -> bytes | None:
        if self._user.priv == "none":
            return asked.payload
        try:
            sealed = ber.Reader(asked.payload).want(ber.OCTETS)
            scoped = self._user.decrypt(sealed, asked.salt, asked.boots, asked.seconds)
            ber.Reader(scoped).want(ber.SEQUENCE)
        except (ValueError, OverflowError):
            return None
        return scoped

    def _report(self, asked: Asked, engine: Engine, counter: int) -> bytes | None:
        """Tell the other side what is wrong: how it learns our engine, boots and time."""
        if not asked.flags & REPORTABLE:
            return None
        self._counters[counter] = self._counters.get(counter, 0) + 1
        name = ber.object_id((*USM_STATS, counter, 0))
        binding = ber.tlv(ber.SEQUENCE, name + ber.integer(self._counters[counter], ber.COUNTER))
        body = pdu.write(pdu.REPORT, 0, binding)
        scoped = ber.tlv(ber.SEQUENCE, ber.octets(self.engine_id) + ber.octets("") + body)
        level = 1 if counter == WINDOW else 0  # RFC 3414 section 3.2, 7: this one is authenticated
        return self._wrapped(asked, engine, scoped, level)

    def _wrapped(self, asked: Asked, engine: Engine, scoped: bytes, level: int) -> bytes:
        salt, payload = b"", scoped
        if level & 2:
            salt = next(self._salts).to_bytes(8, "big")
            sealed = self._user.encrypt(scoped, salt, engine.boots, engine.seconds)
            payload = ber.octets(sealed)
        blank = self._whole(asked, engine, level, bytes(DIGEST if level else 0), (salt, payload))
        if not level:
            return blank
        return self._whole(asked, engine, level, self._user.digest(blank), (salt, payload))

    def _whole(
        self, asked: Asked, engine: Engine, level: int, digest: bytes, sealed: tuple[bytes, bytes]
    ) -> bytes:
        salt, payload = sealed
        head = ber.integer(asked.message_id) + ber.integer(LARGEST)
        head += ber.octets(bytes([level])) + ber.integer(SECURITY_MODEL)
        security = ber.octets(self.engine_id) + ber.integer(engine.boots)
        security += ber.integer(engine.seconds)
        security += ber.octets(asked.user)
        security += ber.octets(digest) + ber.octets(salt)
        return ber.tlv(
            ber.SEQUENCE,
            ber.integer(VERSION)
            + ber.tlv(ber.SEQUENCE, head)
            + ber.octets(ber.tlv(ber.SEQUENCE, security))
            + payload,
        )


def _read(data: bytes) -> Asked:
    message = ber.Reader(data).inside()
    message.integer()
    head = message.inside()
    message_id = head.integer()
    head.integer()
    flags = head.want(ber.OCTETS)
    if head.integer() != SECURITY_MODEL or len(flags) != 1:
        raise ber.MalformedError("not the user-based security model")
    packed = message.want(ber.OCTETS)
    inside = ber.Reader(packed).inside()
    engine_id, boots = inside.want(ber.OCTETS), inside.integer()
    seconds, user = inside.integer(), inside.want(ber.OCTETS)
    digest = inside.want(ber.OCTETS)
    behind = len(packed) - inside.left
    salt = inside.want(ber.OCTETS)
    start = data.index(packed) + behind - len(digest)
    blank = data[:start] + bytes(len(digest)) + data[start + len(digest) :]
    payload = message.rest()
    return Asked(
        message_id, flags[0], engine_id, boots, seconds, user, digest, salt, blank, payload
    )
