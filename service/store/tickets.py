"""Tickets of ours, what they said last, and the outbox of what they are to be told."""

import json
import math
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from service.domain.tickets import ChangeReading, Kind, Ticket
from service.ports.requests import Kind as DueKind
from service.ports.tickets import Message, MessageState
from service.store.codec import (
    document_text,
    moment_of,
    moment_text,
    reading_of,
    reading_text,
)
from service.store.dues import hurry, put_due
from service.store.tables import dues
from service.store.ticket_tables import ticket_outbox, tickets
from service.store.times import Mark, StoreTime
from service.store.transactions import alone, reading, transaction


class TicketTables:
    """Tickets and their outbox."""

    _engine: Engine
    _time: StoreTime

    def add_ticket(self, ticket: Ticket, *first: Message) -> bool:
        """Keep a ticket and what it is told first, due at once, unless its correlation is there."""
        with transaction(self._engine) as connection:
            alone(connection, f"ticket {ticket.subject}")
            known = select(tickets.c.id).where(tickets.c.correlation == ticket.correlation)
            if connection.execute(known).first() is not None:
                return False
            now = self._time.now(connection)
            connection.execute(insert(tickets).values(**_ticket_row(ticket, now)))
            for message in first:
                _post(connection, message)
            put_due(connection, DueKind.TICKET, ticket.id, now, "to be opened")
            return True

    def ticket(self, item: str) -> Ticket | None:
        """One ticket, or None."""
        with reading(self._engine) as connection:
            row = connection.execute(select(tickets).where(tickets.c.id == item)).first()
            return None if row is None else _ticket(row, self._time.now(connection))

    def tickets(
        self, *, kind: Kind | None = None, subject: str | None = None, live: bool = False
    ) -> tuple[Ticket, ...]:
        """Tickets, newest first."""
        wanted = select(tickets).order_by(tickets.c.number.desc())
        wanted = wanted if kind is None else wanted.where(tickets.c.kind == kind)
        wanted = wanted if subject is None else wanted.where(tickets.c.subject == subject)
        wanted = wanted.where(tickets.c.over.is_(False)) if live else wanted
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            return tuple(_ticket(row, now) for row in connection.execute(wanted).all())

    def note_opened(self, item: str, *, number: str, ref: str) -> None:
        """It was opened, or found."""
        self._change(item, called=number, ref=ref)

    def note_reading(self, item: str, reading: ChangeReading | None, trouble: str = "") -> None:
        """What it said just now, by the store's time; a clock that is gone counted nothing."""
        with transaction(self._engine) as connection:
            row = connection.execute(select(tickets).where(tickets.c.id == item)).first()
            if row is None:
                return
            now = self._time.now(connection)
            values: dict[str, object] = {"clock": now.clock, "asked_s": now.at_s}
            values |= {"trouble": trouble}
            if row.clock != now.clock:
                values |= {"read_s": None}
            if reading is not None:
                values |= {"reading": reading_text(reading), "read_s": now.at_s}
            connection.execute(update(tickets).where(tickets.c.id == item).values(**values))

    def take_word(self, item: str, reading: ChangeReading, *, ago_s: float) -> bool:
        """Keep what it told by itself so long ago, unless a later word is kept already."""
        with transaction(self._engine) as connection:
            alone(connection, f"word {item}")
            row = connection.execute(select(tickets).where(tickets.c.id == item)).first()
            known = None if row is None or row.reading is None else reading_of(row.reading)
            if row is None or reading.is_overtaken_by(known):
                return False
            if reading == known:
                return True
            now = self._time.now(connection)
            values: dict[str, object] = {"reading": reading_text(reading), "trouble": ""}
            values |= {"clock": now.clock, "read_s": now.at_s - ago_s}
            if row.clock != now.clock:
                values |= {"asked_s": None}
            connection.execute(update(tickets).where(tickets.c.id == item).values(**values))
            return True

    def note_carried(self, item: str, remediation: str) -> None:
        """A remediation is carried out under it: what was told of another one says nothing."""
        self._change(item, remediation=remediation, noted=0)

    def note_told(self, item: str, *, noted: int, told: str | None = None) -> None:
        """Up to where messages are written down."""
        self._change(item, noted=noted, **({} if told is None else {"told": told}))

    def end_ticket(self, item: str) -> None:
        """Nothing more is to be told."""
        self._change(item, over=True)

    def post(self, *messages: Message) -> int:
        """Write messages down, in order, unless they are there; their tickets are due at once.

        Who has a ticket finds them at the end of the turn (`rest_ticket`).
        """
        with transaction(self._engine) as connection:
            new = [one for one in messages if _post(connection, one)]
            now = self._time.now(connection)
            for item in {one.ticket for one in new}:
                _hurry(connection, item, now, "something is to be told")
            return len(new)

    def rest_ticket(self, item: str, *, in_s: float | None) -> None:
        """The end of a turn that left nothing waiting; what came meanwhile is due at once."""
        this = (dues.c.kind == DueKind.TICKET.value) & (dues.c.id == item)
        waits = select(ticket_outbox.c.number).where(
            ticket_outbox.c.ticket == item, ticket_outbox.c.state == "waiting"
        )
        with transaction(self._engine) as connection:
            connection.execute(select(dues.c.id).where(this).with_for_update())  # who posts waits
            now = self._time.now(connection)
            if connection.execute(waits).first() is not None:
                put_due(connection, DueKind.TICKET, item, now, "something is to be told")
            elif in_s is None:
                connection.execute(delete(dues).where(this))
            else:
                put_due(connection, DueKind.TICKET, item, now.after(in_s), "")

    def messages(
        self, *, ticket: str | None = None, state: MessageState | None = None
    ) -> tuple[Message, ...]:
        """Messages in the order in which they were written down."""
        wanted = select(ticket_outbox).order_by(ticket_outbox.c.number)
        wanted = wanted if ticket is None else wanted.where(ticket_outbox.c.ticket == ticket)
        wanted = wanted if state is None else wanted.where(ticket_outbox.c.state == state)
        with reading(self._engine) as connection:
            return tuple(_message(row) for row in connection.execute(wanted).all())

    def begin_message(self, number: int) -> None:
        """It is about to be sent."""
        tries = ticket_outbox.c.tries + 1
        self._settle(number, {"begun": True, "tries": tries})

    def settle_message(
        self, number: int, state: MessageState, trouble: str = "", *, begun: bool = False
    ) -> None:
        """What became of it."""
        self._settle(number, {"state": state, "trouble": trouble, "begun": begun})

    def revive(self, number: int | None = None) -> int:
        """Let dead messages be tried again; whatever they were, it is looked for first."""
        dead = ticket_outbox.c.state == "dead"
        meant = dead if number is None else dead & (ticket_outbox.c.number == number)
        with transaction(self._engine) as connection:
            rows = connection.execute(select(ticket_outbox.c.ticket).where(meant)).all()
            values = {"state": "waiting", "begun": True}
            connection.execute(update(ticket_outbox).where(meant).values(**values))
            now = self._time.now(connection)
            for item in {row.ticket for row in rows}:
                _hurry(connection, item, now, "to be tried again")
            return len(rows)

    def _change(self, item: str, **values: object) -> None:
        with transaction(self._engine) as connection:
            connection.execute(update(tickets).where(tickets.c.id == item).values(**values))

    def _settle(self, number: int, values: dict[str, Any]) -> None:
        this = update(ticket_outbox).where(ticket_outbox.c.number == number)
        with transaction(self._engine) as connection:
            connection.execute(this.values(**values))


def _hurry(connection: Connection, item: str, now: Mark, why: str) -> None:
    if not hurry(connection, DueKind.TICKET, item, now):
        put_due(connection, DueKind.TICKET, item, now, why)


def _post(connection: Connection, one: Message) -> bool:
    """Write one message down; False where its key is there already."""
    alone(connection, f"message {one.key}")
    known = select(ticket_outbox.c.number).where(ticket_outbox.c.key == one.key)
    if connection.execute(known).first() is not None:
        return False
    row = {
        "ticket": one.ticket,
        "key": one.key,
        "verb": one.verb,
        "body": document_text(one.body),
        "at": moment_text(one.at),
        "state": one.state,
        "tries": one.tries,
        "begun": one.begun,
        "trouble": one.trouble,
    }
    connection.execute(insert(ticket_outbox).values(**row))
    return True


def _ticket_row(ticket: Ticket, now: Mark) -> dict[str, object]:
    return {
        "id": ticket.id,
        "kind": ticket.kind,
        "correlation": ticket.correlation,
        "subject": ticket.subject,
        "controller": ticket.controller,
        "called": ticket.number,
        "ref": ticket.ref,
        "reading": None if ticket.reading is None else reading_text(ticket.reading),
        "remediation": ticket.remediation,
        "noted": ticket.noted,
        "told": ticket.told,
        "over": ticket.over,
        "trouble": ticket.trouble,
        "clock": now.clock,
        "read_s": None,
        "asked_s": None,
    }


def _ticket(row: Row[Any], now: Mark) -> Ticket:
    return Ticket(
        id=row.id,
        kind=row.kind,
        correlation=row.correlation,
        subject=row.subject,
        controller=row.controller,
        number=row.called,
        ref=row.ref,
        reading=None if row.reading is None else reading_of(row.reading),
        remediation=row.remediation,
        noted=row.noted,
        told=row.told,
        over=row.over,
        trouble=row.trouble,
        read_ago_s=_ago(row.clock, row.read_s, now),
        asked_ago_s=_ago(row.clock, row.asked_s, now),
    )


def _ago(clock: str, at_s: float | None, now: Mark) -> float:
    """Seconds since then; infinite where it never was, or was counted by another clock."""
    return math.inf if at_s is None or clock != now.clock else max(0.0, now.at_s - at_s)


def _message(row: Row[Any]) -> Message:
    return Message(
        ticket=row.ticket,
        key=row.key,
        verb=row.verb,
        body=json.loads(row.body),
        at=moment_of(row.at),
        number=row.number,
        state=row.state,
        tries=row.tries,
        begun=row.begun,
        trouble=row.trouble,
    )
