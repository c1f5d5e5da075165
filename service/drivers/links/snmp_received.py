"""Traps and informs of SNMP version 3, received: proven, fresh and decrypted, or why not.

A trap is made with its sender's engine and time: what time that engine has is learnt from the
first message that is proven, and what comes more than 150 s late is a replay. An inform is made
with ours: whoever sends one asks for our engine first, and is told by reports. Which digest and
cipher a user has is tried, for the inventory does not say it.

Source: RFC 3412 section 7.2, RFC 3414 sections 3.2 and 4, RFC 3411 (engine ids, reports).
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from service.domain.events.trap_users import AUTHENTICATED, PRIVATE, TrapUser
from service.drivers.links.snmp_message import REPORT
from service.drivers.links.snmp_usm import Digest, Moment, Secrecy, Security, decrypted
from service.drivers.links.snmp_v3 import (
    LATEST,
    REPORTABLE,
    STATISTICS,
    Engine,
    Message,
    parsed,
    proves,
    sealed,
)
from service.transcripts import traps
from service.transcripts.ber import (
    OCTETS,
    OID,
    SEQUENCE,
    MalformedError,
    element,
    elements,
    encoded,
    integer,
    oid_content,
    sequence,
)
from service.transcripts.traps import Trap

WINDOW_S = 150
MOST_ENGINES = 4096
SHORTEST_ENGINE, LONGEST_ENGINE = 5, 32
COUNTER32 = 0x41
DIGESTS: tuple[Digest, ...] = ("sha1", "md5")
CIPHERS: tuple[Secrecy, ...] = ("aes", "des")
LEVEL, WINDOW, USER, ENGINE, PROOF, CIPHER = 1, 2, 3, 4, 5, 6
"""Counters of usmStats; in words:"""
REASONS = {
    LEVEL: "another security level than the user's",
    WINDOW: "outside the time window",
    USER: "unknown user",
    ENGINE: "unknown engine",
    PROOF: "wrong key",
    CIPHER: "cannot be decrypted",
}
DISCOVERY = "asks for the engine"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one message.

    Attributes:
        trap: None: it counts for nothing, for the reason `why`.
        is_proven: whether its sender has the user's key.
        controllers: those that its user is the user of.
        answer: what to send back, in the case of a trap once it is kept; empty: nothing.
    """

    trap: Trap | None = None
    why: str = ""
    is_proven: bool = False
    controllers: tuple[str, ...] = ()
    answer: bytes = b""

    @property
    def is_proven_by_one(self) -> bool:
        """Whether the user's key alone tells which controller sent it."""
        return self.is_proven and len(self.controllers) == 1


class _RefusedError(Exception):
    """A message that is not taken; `counter` of usmStats says why."""

    def __init__(self, counter: int, security: Security | None = None) -> None:
        super().__init__(REASONS[counter])
        self.counter, self.security = counter, security


class TrapGate:
    """Lets messages of version 3 in, for one listener. For one thread."""

    def __init__(
        self,
        engine: Engine,
        users: Callable[[], Sequence[TrapUser]],
        *,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`engine`: ours, with the number of its starts."""
        self._own, self._users, self._now_s = engine, users, now_s
        self._heard: OrderedDict[bytes, tuple[Moment, float]] = OrderedDict()
        self._counters: Counter[int] = Counter()
        self._salts = count(time.time_ns())

    def receive(self, datagram: bytes) -> Received:
        """Read one message. Raises MalformedError."""
        try:
            return self._judged(parsed(datagram))
        except (ValueError, OverflowError, IndexError) as err:
            raise MalformedError(str(err)) from err

    def _judged(self, came: Message) -> Received:
        try:
            return self._received(came)
        except _RefusedError as refused:
            return self._turned_away(came, refused)

    def _received(self, came: Message) -> Received:
        is_mine = came.engine == self._own.identity
        fits = SHORTEST_ENGINE <= len(came.engine) <= LONGEST_ENGINE
        if not fits or (came.flags & REPORTABLE and not is_mine):
            raise _RefusedError(ENGINE)
        user, security = self._who(came)
        if came.flags & AUTHENTICATED and not self._is_fresh(came, is_mine=is_mine):
            raise _RefusedError(WINDOW, security)
        security, scoped = self._opened(came, security)
        context, name, (kind, body) = _scope(scoped)
        if (kind == traps.INFORM) is not is_mine:
            raise MalformedError("a trap to this engine, or an inform to another")
        trap = traps.read_unit(kind, body)
        answer = b""
        if kind == traps.INFORM:
            unit = encoded(traps.RESPONSE, body)
            answered = sequence(encoded(OCTETS, context), encoded(OCTETS, name), unit)
            answer = self._sealed(came, answered, security)
        is_proven = bool(came.flags & AUTHENTICATED)
        return Received(trap, "", is_proven, user.controllers, answer)

    def _who(self, came: Message) -> tuple[TrapUser, Security]:
        name = came.user.decode("utf-8", "replace")
        named = [user for user in self._users() if user.name == name]
        if not named:
            raise _RefusedError(USER)
        fitting = [user for user in named if user.level == came.flags & (AUTHENTICATED | PRIVATE)]
        if not fitting:
            raise _RefusedError(LEVEL)
        for user, security in _securities(fitting):
            if security.digest is None or proves(security, came.engine, came):
                return user, security
        raise _RefusedError(PROOF)

    def _is_fresh(self, came: Message, *, is_mine: bool) -> bool:
        """Whether a proven message is neither a replay nor late."""
        if came.moment.boots == LATEST:
            return False
        if is_mine:
            own = self._own.moment
            near = abs(came.moment.seconds - own.seconds) <= WINDOW_S
            return near and came.moment.boots == own.boots
        return self._is_news(came.engine, came.moment)

    def _is_news(self, engine: bytes, said: Moment) -> bool:
        """The same of another engine, whose time goes on from what it said last."""
        known, now_s = self._heard.get(engine), self._now_s()
        if known is not None:
            latest, at_s = known
            due_s = latest.seconds + (now_s - at_s) - WINDOW_S
            if said.boots < latest.boots or (said.boots == latest.boots and said.seconds < due_s):
                return False
            if said.boots == latest.boots and said.seconds <= latest.seconds:
                return True  # late, but not too late: it tells no newer time
        self._heard[engine] = (said, now_s)
        self._heard.move_to_end(engine)
        if len(self._heard) > MOST_ENGINES:
            self._heard.popitem(last=False)
        return True

    def _opened(self, came: Message, security: Security) -> tuple[Security, bytes]:
        """What is inside of a message, and how it was hidden."""
        if not came.flags & PRIVATE:
            if came.tag != SEQUENCE:
                raise MalformedError("encrypted, and not marked so")
            return security, came.content
        for cipher in CIPHERS:
            tried = replace(security, secrecy=cipher)
            try:
                plain = decrypted(tried, came.engine, came.moment, came.secrecy, came.content)
                content = inside_of(plain)
                _scope(content)
            except ValueError:
                continue
            return tried, content
        raise _RefusedError(CIPHER)

    def _turned_away(self, came: Message, refused: _RefusedError) -> Received:
        """Told to who wants to be told: how it learns our engine, its starts and its time."""
        why = DISCOVERY if not came.engine else REASONS[refused.counter]
        if refused.counter == WINDOW and came.engine == self._own.identity:
            why = DISCOVERY if came.moment == Moment(0, 0) else why
        if not came.flags & REPORTABLE:
            return Received(why=why)
        self._counters[refused.counter] += 1
        name = encoded(OID, oid_content((*STATISTICS, refused.counter, 0)))
        binding = sequence(name, integer(self._counters[refused.counter], COUNTER32))
        unit = encoded(REPORT, integer(0) + integer(0) + integer(0) + sequence(binding))
        scoped = sequence(encoded(OCTETS, self._own.identity), encoded(OCTETS, b""), unit)
        security = refused.security if refused.counter == WINDOW else None
        plain = Security(came.user.decode("utf-8", "replace"))
        return Received(why=why, answer=self._sealed(came, scoped, security or plain))

    def _sealed(self, came: Message, scoped: bytes, security: Security) -> bytes:
        return sealed(came.number, scoped, self._own, security, next(self._salts), flags=0)


def _securities(users: Sequence[TrapUser]) -> Iterator[tuple[TrapUser, Security]]:
    """Every way in which the users may have made a message."""
    for user in users:
        if user.auth is None:
            yield user, Security(user.name)
            continue
        for digest in DIGESTS:
            yield user, Security(user.name, digest, auth=user.auth, priv=user.priv or "")


def inside_of(plain: bytes) -> bytes:
    """What was hidden, without the padding behind it. Raises MalformedError."""
    tag, start, end = element(plain, 0)
    if tag != SEQUENCE:
        raise MalformedError("no data unit with its context")
    return plain[start:end]


def _scope(content: bytes) -> tuple[bytes, bytes, tuple[int, bytes]]:
    """Whose engine and context a data unit is of, and the unit: its tag and its content."""
    (engine_tag, engine), (name_tag, name), unit = _three(content)
    if (engine_tag, name_tag) != (OCTETS, OCTETS):
        raise MalformedError("no data unit with its context")
    return engine, name, unit


def _three(content: bytes) -> list[tuple[int, bytes]]:
    found = list(elements(content))
    if len(found) != 3:  # noqa: PLR2004 - engine, name, unit
        raise MalformedError("no data unit with its context")
    return found
