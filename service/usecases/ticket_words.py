"""Words on changes: what the other side of a ticket pair tells by itself, kept for the gate.

A word counts from the second in which it was signed, so that one that was held back on its way is
as old as it is; and a word that comes after a later one is refused, so that no approval returns
once it was taken back.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from service.domain.audit import Act
from service.domain.documents import Document
from service.domain.events.signing import Signed
from service.domain.tickets import ChangeReading, Standing, Ticket
from service.errors import NotFound, Refused
from service.ports.secrets import Secrets
from service.ports.tokens import Token
from service.usecases.audit import acting
from service.usecases.context import Context
from service.usecases.events import admit_by_key
from service.usecases.ticket_show import ticket_document
from service.usecases.tickets import id_of


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of a change.

    Attributes:
        opens, closes: its planned window, aware UTC; None: not stated, which allows nothing.
        state: in words for people.
        number: what people call it there; empty: not said.
    """

    correlation: str
    standing: Standing
    opens: datetime | None = None
    closes: datetime | None = None
    state: str = ""
    number: str = ""


def admit_word(
    context: Context, secrets: Secrets, signed: Signed, body: bytes, *, call: str
) -> Token:
    """Who signed a word: the other side of the pair alone. Raises TokenRefused."""
    hook = context.inventory.itsm.hook if context.inventory.itsm else None
    keys = {} if hook is None else {hook.their_key: hook.their_secret}
    return admit_by_key(context, secrets, signed, body, call=call, keys=keys)


def take_word(context: Context, word: Word, *, at: int, who: str) -> Document:
    """Keep a word; the ticket as it is then. One that is over stays as it is.

    Args:
        context: the ports.
        word: what is said.
        at: when it was signed, seconds since 1970.
        who: the key.

    Raises:
        NotFound: no change of that correlation id.
        Refused: a later word is known already.
    """
    ticket = context.store.ticket(id_of("change", word.correlation))
    if ticket is None:
        raise NotFound("change", word.correlation)
    if not ticket.over:
        said_at = datetime.fromtimestamp(at, UTC)
        reading = ChangeReading(word.standing, word.opens, word.closes, word.state, said_at)
        _keep(context, ticket, reading, who)
        if word.number and ticket.ref:
            context.store.note_opened(ticket.id, number=word.number, ref=ticket.ref)
    return ticket_document(context.store.ticket(ticket.id) or ticket)


def _keep(context: Context, ticket: Ticket, reading: ChangeReading, who: str) -> None:
    """A word that says the same as before is kept without a record: it is said very often."""
    if ticket.reading is not None and _same(ticket.reading, reading):
        _take(context, ticket, reading)
        return
    about = f"change {ticket.label}"
    with acting(context, Act.TICKET_WORD, who=who, about=about) as act:
        act.about(controller=ticket.controller, digest=ticket.subject)
        window = f"{reading.opens} to {reading.closes}" if reading.opens else "no window"
        with act.done(f"{reading.standing}, {window}: {reading.state}"):
            _take(context, ticket, reading)


def _same(one: ChangeReading, other: ChangeReading) -> bool:
    def told(word: ChangeReading) -> tuple[object, ...]:
        return (word.standing, word.opens, word.closes, word.state)

    return told(one) == told(other)


def _take(context: Context, ticket: Ticket, reading: ChangeReading) -> None:
    said_at = reading.said_at or context.clock.now().wall
    ago_s = max(0.0, (context.clock.now().wall - said_at).total_seconds())
    if not context.store.take_word(ticket.id, reading, ago_s=ago_s):
        raise Refused(f"{ticket.label}: a later word is known already: say it anew, signed anew")
