"""Messages of SNMPv3: wrapped, proven and encrypted on the way out, checked on the way in."""

import hmac
import time
from dataclasses import dataclass

from service.drivers.links.snmp_message import REPORT, Reply, reply_of
from service.drivers.links.snmp_usm import (
    DIGEST_OCTETS,
    Moment,
    Security,
    decrypted,
    encrypted,
    signature,
)
from service.transcripts.ber import (
    INTEGER,
    OCTETS,
    SEQUENCE,
    MalformedError,
    element,
    elements,
    encoded,
    inside,
    integer,
    number_of,
    sequence,
    sub_identifiers,
)

VERSION_3 = 3
LARGEST = 65507
LATEST = 2**31 - 1
PROVEN, SECRET, REPORTABLE = 1, 2, 4
USM = 3
STATISTICS = (1, 3, 6, 1, 6, 3, 15, 1, 1)  # usmStats
REASONS = {
    1: "unsupported security level",
    2: "not in the time window",
    3: "unknown user",
    4: "unknown engine",
    5: "wrong digest",
    6: "decryption error",
}


class ReportedError(Exception):
    """The engine answered with a report: it did not take the message.

    Attributes:
        reason: which of its counters it names, in words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Engine:
    """The other side, as far as it has told of itself."""

    identity: bytes = b""
    boots: int = 0
    seconds: int = 0
    heard_at: float = 0.0

    @property
    def moment(self) -> Moment:
        """Its time now, by this host's monotonic clock."""
        return Moment(self.boots, self.seconds + int(time.monotonic() - self.heard_at))

    def heard(self, identity: bytes, boots: int, seconds: int) -> None:
        """Take over what it says of itself."""
        self.identity, self.boots, self.seconds = identity, boots, seconds
        self.heard_at = time.monotonic()


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came: what it says of itself, nothing of it checked yet.

    Attributes:
        blank: the whole of it, with zeros in place of its proof.
        tag: of its content: a sequence, or octets where it is encrypted.
    """

    number: int
    flags: int
    engine: bytes
    moment: Moment
    user: bytes
    proof: bytes
    secrecy: bytes
    blank: bytes
    tag: int
    content: bytes


def parsed(datagram: bytes) -> Message:
    """Take a message apart. Raises MalformedError."""
    (_, version), (_, header), (_, parameters), (tag, content) = _four(inside(datagram))
    if number_of(version) != VERSION_3:
        raise MalformedError("no message of version 3")
    number, _, flags, model = (part for _, part in _four(header))
    if number_of(model) != USM or len(flags) != 1:
        raise MalformedError("not of the user-based security model")
    fields = [part for _, part in elements(inside(parameters))]
    identity, boots, seconds, user, proof, secrecy = _six(fields)
    moment = Moment(number_of(boots), number_of(seconds))
    if not (0 <= moment.boots <= LATEST and 0 <= moment.seconds <= LATEST):
        raise MalformedError("a time that no engine can have")
    blank = datagram.replace(proof, bytes(len(proof)), 1)
    return Message(
        number_of(number), flags[0], identity, moment, user, proof, secrecy, blank, tag, content
    )


def discovery(number: int, body: bytes) -> bytes:
    """A message that only asks the engine who it is."""
    return _message(number, REPORTABLE, _parameters(b"", Moment(0, 0), ""), _scoped(b"", body))


def wrap(number: int, body: bytes, engine: Engine, security: Security, salt: int) -> bytes:
    """A message with everything that the user's security asks for."""
    return sealed(number, _scoped(engine.identity, body), engine, security, salt, flags=REPORTABLE)


def sealed(
    number: int, scoped: bytes, engine: Engine, security: Security, salt: int, *, flags: int
) -> bytes:
    """The same around a data unit that has its context already; `flags`: REPORTABLE or none."""
    moment, secrecy = engine.moment, b""
    if security.secrecy is not None:
        hidden, secrecy = encrypted(security, engine.identity, moment, salt, scoped)
        scoped, flags = encoded(OCTETS, hidden), flags | SECRET
    if security.digest is None:
        shown = _parameters(engine.identity, moment, security.user)
        return _message(number, flags, shown, scoped)
    flags |= PROVEN
    blank = _parameters(
        engine.identity, moment, security.user, digest=bytes(DIGEST_OCTETS), secrecy=secrecy
    )
    proof = signature(security, engine.identity, _message(number, flags, blank, scoped))
    signed = _parameters(engine.identity, moment, security.user, digest=proof, secrecy=secrecy)
    return _message(number, flags, signed, scoped)


def unwrap(datagram: bytes, number: int, engine: Engine, security: Security) -> Reply | None:
    """The reply in a message; None where it answers another one.

    Raises:
        ReportedError: the engine did not take our message; what it told of itself is kept.
        MalformedError: it is no such message, or its proof is wrong.
    """
    came = parsed(datagram)
    if came.number != number:
        return None
    is_proven = bool(came.flags & PROVEN)
    if is_proven and not proves(security, engine.identity or came.engine, came):
        raise MalformedError("the proof of the reply is wrong")
    content = came.content
    if came.flags & SECRET:
        content = _revealed(security, engine.identity, came.moment, came.secrecy, content)
    elif came.tag != SEQUENCE:
        raise MalformedError("encrypted, and not marked so")
    reply = reply_of(_body_of(content))
    if reply.kind == REPORT:
        engine.heard(came.engine, came.moment.boots, came.moment.seconds)
        raise ReportedError(_reason(reply))
    if security.digest is not None and not is_proven:
        raise MalformedError("a reply without the proof that was asked for")
    return reply


def proves(security: Security, identity: bytes, came: Message) -> bool:
    """Whether a message was made by who has the user's key at that engine."""
    made = signature(security, identity, came.blank)
    return len(came.proof) == DIGEST_OCTETS and hmac.compare_digest(made, came.proof)


def _revealed(
    security: Security, engine: bytes, moment: Moment, parameters: bytes, hidden: bytes
) -> bytes:
    try:
        shown = decrypted(security, engine, moment, parameters, hidden)
    except ValueError as err:
        raise MalformedError("the reply cannot be decrypted") from err
    _, start, end = element(shown, 0)  # behind it is padding
    return shown[start:end]


def _reason(reply: Reply) -> str:
    for binding in reply.bindings:
        name = sub_identifiers(binding.name)[1:]  # the first octet holds two numbers
        if name[: len(STATISTICS) - 2] == STATISTICS[2:]:
            return REASONS.get(name[len(STATISTICS) - 2], "an unknown report")
    return "an unknown report"


def _scoped(engine: bytes, body: bytes) -> bytes:
    return sequence(encoded(OCTETS, engine), encoded(OCTETS, b""), body)


def _body_of(scoped: bytes) -> bytes:
    """The data unit behind the two names of its context."""
    at = 0
    for _ in range(2):
        _, _, at = element(scoped, at)
    return scoped[at:]


def _parameters(
    engine: bytes, moment: Moment, user: str, *, digest: bytes = b"", secrecy: bytes = b""
) -> bytes:
    return sequence(
        encoded(OCTETS, engine),
        integer(moment.boots),
        integer(moment.seconds),
        encoded(OCTETS, user.encode()),
        encoded(OCTETS, digest),
        encoded(OCTETS, secrecy),
    )


def _message(number: int, flags: int, parameters: bytes, scoped: bytes) -> bytes:
    header = sequence(
        integer(number), integer(LARGEST), encoded(OCTETS, bytes((flags,))), integer(USM)
    )
    return sequence(integer(VERSION_3, INTEGER), header, encoded(OCTETS, parameters), scoped)


def _four(content: bytes) -> list[tuple[int, bytes]]:
    return _exactly(list(elements(content)), 4)


def _six(fields: list[bytes]) -> list[bytes]:
    return [part for _, part in _exactly([(0, part) for part in fields], 6)]


def _exactly(found: list[tuple[int, bytes]], count: int) -> list[tuple[int, bytes]]:
    if len(found) != count:
        raise MalformedError(f"{len(found)} fields where {count} are expected")
    return found
