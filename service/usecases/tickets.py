"""Tickets: a change for each plan that needs one, and whether it lets a remediation begin.

Nothing in here talks to the ITSM: what is wanted is written down, and workers send it (`tend.py`).
"""

import hashlib
import math
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain import change_text
from service.domain.inventory import Controller
from service.domain.tickets import Gate, Ticket, gate, next_correlation
from service.errors import (
    ItsmError,
    ItsmLoginRefused,
    ItsmUnreachable,
    Refused,
    TicketWithdrawn,
)
from service.ports.itsm import ChangeDraft, ItsmDesk
from service.ports.requests import Kind
from service.ports.tickets import Message
from service.usecases.context import Context
from service.usecases.truth import believed_now

ASK_AGAIN_S = 5.0
"""An ITSM that does not answer is asked no more often than this while somebody waits for it."""
READ_BY_OTHERS_S = 20.0
"""What a worker read so lately is not asked for again before a write."""
LOGIN, LOGIN_REST_S = ":login", 300.0


def ask_change(context: Context, controller: Controller, plan: change_text.Document) -> Ticket:
    """The change of a plan: the one that is open, or a new one, written down to be opened.

    Args:
        context: the ports.
        controller: what the plan is for.
        plan: as it is printed.
    """
    digest = str(plan["digest"])
    found = change_of(context, digest)
    if found is not None and not found.over:
        return found
    earlier = context.store.tickets(kind="change", subject=digest)
    correlation = next_correlation(digest, earlier)
    ticket = Ticket(id_of("change", correlation), "change", correlation, digest, controller.name)
    context.store.add_ticket(ticket, *_opening(context, controller, plan, ticket))
    return context.store.ticket(ticket.id) or ticket


def change_of(context: Context, digest: str) -> Ticket | None:
    """The newest change of a plan, over or not; None: it never had one."""
    return next(iter(context.store.tickets(kind="change", subject=digest)), None)


def id_of(kind: str, correlation: str) -> str:
    """A ticket's id here: the same for whoever writes the same ticket down."""
    return hashlib.sha256(f"{kind}/{correlation}".encode()).hexdigest()[:16]


def _opening(
    context: Context, controller: Controller, plan: change_text.Document, ticket: Ticket
) -> tuple[Message, Message]:
    now = believed_now(context)
    expires = datetime.fromisoformat(str(plan["expires"]))
    zone = ZoneInfo(controller.timezone)
    start, end = change_text.schedule(controller.policy, zone, now, max(expires, now))
    draft = ChangeDraft(
        correlation=ticket.correlation,
        title=change_text.title_of(plan),
        text=change_text.text_of(plan),
        steps=change_text.steps_of(plan),
        way_back=change_text.way_back_of(plan),
        checks=change_text.checks_of(plan),
        impact=change_text.impact_of(plan),
        risk=change_text.risk_of(plan),
        start=start,
        end=end,
    )
    file = {"name": f"aprejoin-plan-{ticket.subject[:12]}.json", "document": {"plan": plan}}
    return (
        Message(ticket.id, f"{ticket.id}/open", "open", {"draft": asdict(draft)}, now),
        Message(ticket.id, f"{ticket.id}/plan", "attach", file, now),
    )


# -- the gate ----------------------------------------------------------------------------------


def reread(context: Context, ticket: Ticket) -> Ticket:
    """The ticket with a word that is fresh, if the ITSM answers; asked once, and bounded."""
    just_asked = ticket.read_ago_s < READ_BY_OTHERS_S or ticket.asked_ago_s < ASK_AGAIN_S
    if not ticket.ref or just_asked:
        return ticket
    ask(context, ticket)
    return context.store.ticket(ticket.id) or ticket


def ask(context: Context, ticket: Ticket) -> None:
    """Read a change once, and keep what it says, or why it does not.

    What a desk tells by itself is kept when it comes (`ticket_words.py`), and counts as it ages.
    """
    try:
        said = desk_of(context).read_change(ticket.ref)
    except ItsmError as err:
        remember(context, err)
        context.store.note_reading(ticket.id, None, str(err))
        return
    if said is not None:
        context.store.note_reading(ticket.id, said)


def desk_of(context: Context) -> ItsmDesk:
    """The ITSM, if it may be asked now. Raises ItsmUnreachable."""
    if context.desk is None:
        raise ItsmUnreachable("ask", "the inventory names no ITSM")
    rest = context.store.due_of(Kind.TICKET, LOGIN)
    if rest is not None and not rest.is_due:
        raise ItsmUnreachable("log in", rest.why, again_s=rest.in_s)
    return context.desk


def remember(context: Context, err: ItsmError) -> None:
    """A refused login is tried again by nobody for a while: it locks accounts."""
    if isinstance(err, ItsmLoginRefused):
        context.store.set_due(Kind.TICKET, LOGIN, in_s=LOGIN_REST_S, why=err.detail)


def check_ticket(
    context: Context,
    controller: Controller,
    digest: str,
    *,
    true_now: datetime,
    lasts_s: float,
    plan: change_text.Document | None = None,
) -> str:
    """The ticket under which a plan may be begun now; empty: the policy asks for none.

    Args:
        context: the ports.
        controller: whose policy counts.
        digest: the plan's.
        true_now: true time.
        lasts_s: how long what is begun now may last until it is back.
        plan: as it is printed, to open its change where it has none; None: then it is refused.

    Raises:
        Refused: not now. TicketWithdrawn: never.
    """
    if controller.policy.ticket == "none":
        return ""
    found = change_of(context, digest)
    if found is None and plan is not None:
        found = ask_change(context, controller, plan)
    if found is None:
        raise Refused(f"{controller.name}: the policy asks for a change ticket: there is none yet")
    if found.over and found.remediation:
        raise TicketWithdrawn(f"{controller.name}: {found.label} was used up already")
    ticket = reread(context, found)
    told = gate(
        ticket,
        now=true_now,
        until=true_now + timedelta(seconds=lasts_s),
        patience_s=math.inf,
    )
    _raise_for(controller, told)
    return ticket.id


def _raise_for(controller: Controller, told: Gate) -> None:
    match told.answer:
        case "go":
            return
        case "wait" | "stop":
            raise Refused(f"{controller.name}: {told.why}")
        case "never":
            raise TicketWithdrawn(f"{controller.name}: {told.why}")
