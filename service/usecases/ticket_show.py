"""Tickets as documents: as the store has them; the ITSM is not asked."""

from collections import Counter

from service.domain.documents import Document, moment
from service.domain.tickets import Ticket
from service.usecases.context import Context


def tickets_document(context: Context) -> Document:
    """All tickets, newest first, and the messages that were put aside."""
    waiting = Counter(one.ticket for one in context.store.messages(state="waiting"))
    return {
        "tickets": [
            {**ticket_document(one), "waiting": waiting[one.id]} for one in context.store.tickets()
        ],
        "dead": [
            {
                "number": one.number,
                "ticket": one.ticket,
                "verb": one.verb,
                "tries": one.tries,
                "at": moment(one.at),
                "trouble": one.trouble,
            }
            for one in context.store.messages(state="dead")
        ],
    }


def ticket_document(ticket: Ticket) -> Document:
    """One ticket; `number` is null until it is opened there."""
    said = ticket.reading
    return {
        "id": ticket.id,
        "kind": ticket.kind,
        "number": ticket.number or None,
        "correlation": ticket.correlation,
        "subject": ticket.subject,
        "controller": ticket.controller,
        "remediation": ticket.remediation or None,
        "standing": None if said is None else said.standing,
        "says": None if said is None else said.state,
        "opens": None if said is None else moment(said.opens),
        "closes": None if said is None else moment(said.closes),
        "over": ticket.over,
        "trouble": ticket.trouble,
    }


def named_ticket(context: Context, item: str) -> Document | None:
    """The ticket of a remediation, as its documents name it; None: it has none."""
    found = context.store.ticket(item) if item else None
    if found is None:
        return None
    return {"id": found.id, "number": found.number or None, "correlation": found.correlation}
