"""SNMP over UDP, read only: single objects, and whole columns of tables.

Of the libraries that are fast enough none tells an error-status from the end of a table: a reply
"too big" or a general error would be a smaller fleet (docs/decisions/0011). So the protocol is
spoken here, and a walk that was cut short is an error.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn, TypeAlias

from service.drivers.links.rpc import rpc
from service.drivers.links.snmp_message import TOO_BIG, Ask, Reply
from service.drivers.links.snmp_pace import Pace
from service.drivers.links.snmp_session import TRIES, SilentError, SnmpSession, SnmpTarget
from service.errors import DeviceBusy, ReplyMalformed
from service.transcripts.ber import (
    END_OF_MIB,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Oid,
    Value,
    dotted,
    oid_content,
    oid_of,
    sub_identifiers,
    value_of,
)

COLUMN = 12
"""Numbers of an object identifier that name a column of an AP table."""
EXCEPTIONS = frozenset({NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB})

Table: TypeAlias = Mapping[str, Mapping[Oid, Value]]
"""Column -> index of the row -> value."""


class SnmpLink:
    """Asks one agent. Never shared between threads."""

    def __init__(self, session: SnmpSession, pace: Pace | None = None) -> None:
        self._session = session
        self._pace = pace or Pace()

    @classmethod
    def open(cls, target: SnmpTarget) -> "SnmpLink":
        """A link to one agent; see `SnmpSession.open` for errors."""
        return cls(SnmpSession.open(target))

    @property
    def level(self) -> str:
        """For people: how the agent was convinced."""
        return self._session.level

    def get(self, oids: Sequence[str], *, timeout_s: float) -> dict[str, Value]:
        """The values of single objects; those that the agent does not have are left out.

        Raises:
            DeviceUnreachable: no answer. ReplyMalformed: no answer to this question.
        """
        found: dict[str, Value] = {}
        ends = time.monotonic() + timeout_s
        rest = [oid_of(oid) for oid in oids]
        size = len(rest)
        while rest:
            reply = self._patiently(Ask.GET, rest[:size], ends)
            if reply.error == TOO_BIG and size > 1:
                size //= 2
                continue
            self._refuse_error(reply, "get")
            found.update(
                (dotted(one.name), value_of(one.tag, one.content))
                for one in reply.bindings
                if one.tag not in EXCEPTIONS
            )
            rest = rest[size:]
        return found

    def walk(self, columns: Sequence[str], *, timeout_s: float) -> Table:
        """Whole columns of a table, one after the other over one polite pace.

        Each column has the whole time: an agent that keeps answering is slow, not silent.

        Raises:
            DeviceUnreachable: the agent fell silent. ReplyMalformed: a walk was cut short.
        """
        return {column: self._walked(column, timeout_s) for column in columns}

    def walk_aged(self, column: str, *, timeout_s: float) -> Mapping[Oid, tuple[Value, float]]:
        """One column; with each value, how many seconds before now it was true. Errors as `walk`.

        A walk takes seconds: what counts since some moment would seem to move otherwise.
        """
        ends = time.monotonic() + timeout_s
        rows = list(self._column(oid_of(column), ends))
        now = time.monotonic()
        return {index: (value, now - at) for index, value, at in rows}

    def close(self) -> None:
        """Give the socket back."""
        self._session.close()

    def _walked(self, column: str, timeout_s: float) -> Mapping[Oid, Value]:
        with rpc(self._session.target.controller, "snmp", f"walk {column}"):
            rows = self._column(oid_of(column), time.monotonic() + timeout_s)
            return {index: value for index, value, _ in rows}

    # -- walking ---------------------------------------------------------------------------

    def _column(self, column: Oid, ends: float) -> Iterator[tuple[Oid, Value, float]]:
        """(index, value, when) of every row, once and in order, until another object begins."""
        prefix = oid_content(column)
        rows = 0
        last: Oid = ()
        while True:
            asked = time.monotonic()
            reply = self._bulk(column + last, rows, ends)
            true_at = (asked + time.monotonic()) / 2
            for one in reply.bindings:
                if one.tag == END_OF_MIB:
                    self._ensure_the_end(column + last, prefix, rows, ends)
                    return
                if not one.name.startswith(prefix):
                    return
                index = sub_identifiers(one.name[len(prefix) :])
                if index <= last or one.tag in EXCEPTIONS:
                    self._cut(column, rows, "names come back that were answered already")
                yield index, value_of(one.tag, one.content), true_at
                rows += 1
                last = index

    def _bulk(self, after: Oid, rows: int, ends: float) -> Reply:
        """The next rows; smaller requests where the agent finds them too big or stays silent."""
        while True:
            size = self._pace.size
            try:
                reply = self._session.ask(Ask.GET_BULK, (after,), ends, repetitions=size)
            except SilentError:
                if self._pace.lost():
                    continue
                column = ".".join(map(str, after[:COLUMN]))
                self._session.give_up(f"no answer after {rows} row(s) of {column}")
            if reply.error == TOO_BIG and size > 1:
                self._pace.too_big()
                continue
            self._refuse_error(reply, "walk")
            if not reply.bindings:
                self._cut(after, rows, "an empty answer")
            self._pace.answered()
            return reply

    def _ensure_the_end(self, after: Oid, prefix: bytes, rows: int, ends: float) -> None:
        """An agent that says "end" in mid-table is asked once more for the very next row."""
        reply = self._patiently(Ask.GET_NEXT, (after,), ends)
        self._refuse_error(reply, "walk")
        if any(one.name.startswith(prefix) and one.tag != END_OF_MIB for one in reply.bindings):
            self._cut(after, rows, "the agent said that nothing follows, and something does")

    def _cut(self, where: Oid, rows: int, why: str) -> NoReturn:
        name = ".".join(map(str, where))
        raise ReplyMalformed(
            self._session.target.controller,
            f"SNMP walk of {name}",
            f"cut short after {rows} row(s): {why}",
        )

    def _patiently(self, ask: Ask, oids: Sequence[Oid], ends: float) -> Reply:
        for _ in range(TRIES):
            try:
                return self._session.ask(ask, oids, ends)
            except SilentError:
                continue
        return self._session.give_up(f"no answer to {TRIES} requests")

    def _refuse_error(self, reply: Reply, what: str) -> None:
        if not reply.error:
            return
        kind = DeviceBusy if reply.error_name == "resourceUnavailable" else ReplyMalformed
        raise kind(
            self._session.target.controller, f"SNMP {what}", f"the agent says {reply.error_name}"
        )
