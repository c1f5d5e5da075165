"""Tend a ticket: tell it what it is to be told, in order, and ask what it says.

One worker at a time tends one ticket. What the journal of a remediation says becomes messages here,
so that who carries it out never waits for the ITSM, nor for a row about it. Each message is marked
before it is sent: one that was begun and not settled is looked for first, for whoever began it may
have died between the desk's answer and the note of it.
"""

from dataclasses import dataclass

from service.domain.journal import (
    Closed,
    Continued,
    Entry,
    HomeCalled,
    Opened,
    StepDone,
    StepFailed,
)
from service.domain.journal_words import entry_document
from service.domain.remediation import Run
from service.domain.tickets import Ticket
from service.errors import (
    ItsmError,
    ItsmOutcomeUnknown,
    ItsmRefused,
    ItsmUnreachable,
    NotFound,
    RequestError,
)
from service.ports.requests import Kind
from service.ports.tickets import Message, MessageState
from service.usecases.context import Context
from service.usecases.report import told_document
from service.usecases.say import say
from service.usecases.tickets import ask, desk_of, remember
from service.usecases.truth import believed_now

CLAIM_S = 180.0
"""Longer than one bit of sending: a worker that died is followed by another after that."""
SENDING_S = 10.0
"""No message is begun after that: what else is due comes with the next turn."""
LOOK_S, LOOK_IDLE_S = 10.0, 60.0
"""How often a change is read: while something is carried out under it, and else."""
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 10.0, 300.0
SLOW_OPENING_S = 90.0
"""An opening whose answer was lost is looked for after that: what is not there by then never comes.
Longer than the minute that an instance gives a transaction by default (unverified)."""
WORTH_A_NOTE = (Opened, StepDone, StepFailed, HomeCalled, Continued, Closed)
MOST_TRIES = 50
"""After so many failures of one message a person has to look: some hours."""


@dataclass(frozen=True, slots=True)
class Tended:
    """What a turn came to: how many messages were taken, and what kept the rest."""

    sent: int = 0
    trouble: str = ""


def tend(context: Context, item: str) -> Tended:
    """One turn at one ticket, if it is time for that and nobody else has it."""
    store = context.store
    if not store.claim_due(Kind.TICKET, item, for_s=CLAIM_S):
        return Tended()
    ticket = store.ticket(item)
    if ticket is None:
        store.forget_due(Kind.TICKET, item)
        return Tended()
    _write_down(context, ticket)
    told, again_s = _send_waiting(context, ticket)
    if again_s is None:
        store.rest_ticket(item, in_s=_look(context, item))
    else:
        store.set_due(Kind.TICKET, item, in_s=again_s, why=told.trouble)
    return told


def tend_now(context: Context, item: str) -> Tended:
    """One turn at once, also where it is not time yet; nothing where somebody else has it."""
    context.store.hurry_due(Kind.TICKET, item)
    return tend(context, item)


# -- what is to be told ------------------------------------------------------------------------


def _write_down(context: Context, ticket: Ticket) -> None:
    """What the journal says since the last turn, as messages; each once, whoever does it twice."""
    if ticket.kind != "change" or not ticket.remediation:
        return
    try:
        run = Run(context.store.journal(ticket.remediation))
    except NotFound:  # somebody died before the journal's first entry
        return
    new = [entry for entry in run.journal if entry.seq > ticket.noted]
    for entry in new:
        context.store.post(*_messages(context, ticket, run, entry))
    if new:
        context.store.note_told(ticket.id, noted=run.seq)


def _messages(context: Context, ticket: Ticket, run: Run, entry: Entry) -> list[Message]:
    """What one entry is worth telling."""
    event, key = entry.event, f"{ticket.id}/{ticket.remediation}/{entry.seq}"
    now = believed_now(context)
    found: list[Message] = []
    if isinstance(event, Opened):
        found.append(Message(ticket.id, f"{key}/begin", "begin", {}, now))
    if isinstance(event, WORTH_A_NOTE):
        document = entry_document(entry)
        marker = f"[aprejoin {ticket.remediation}/{entry.seq}]"
        text = f"{document['at']}  {document['what']}\n{marker}"
        found.append(Message(ticket.id, f"{key}/note", "note", _note(text, marker), now))
    if isinstance(event, Closed) and entry.seq == run.seq:
        found += _ending(context, ticket, event, key)
    return found


def _note(text: str, marker: str) -> dict[str, object]:
    return {"text": text, "marker": marker}


def _ending(context: Context, ticket: Ticket, closed: Closed, key: str) -> list[Message]:
    """The report, and the verdict; what needs attention stays open until a restore ended it."""
    now = believed_now(context)
    report = {
        "name": f"aprejoin-{ticket.remediation}-{key.rpartition('/')[2]}.json",
        "document": told_document(context, ticket.remediation),
    }
    bundle = {
        "name": f"aprejoin-{key.partition('/')[2].replace('/', '-')}.zip",
        "bundle": ticket.remediation,
    }
    found = [Message(ticket.id, f"{key}/report", "attach", report, now)]
    found.append(Message(ticket.id, f"{key}/bundle", "attach", bundle, now))
    if closed.state == "needs-attention":
        return found
    good = closed.state == "succeeded"
    body = {
        "verdict": "successful" if good else "unsuccessful",
        "notes": f"{closed.state}: {closed.detail} "
        f"({closed.recovered} access points recovered, {closed.remaining} remaining)",
    }
    return [*found, Message(ticket.id, f"{key}/close", "close", body, now)]


# -- telling it --------------------------------------------------------------------------------


def _send_waiting(context: Context, ticket: Ticket) -> tuple[Tended, float | None]:
    """Send what waits, in order; and when to come back where something is left, else None.

    A message that was refused is put aside, and those after it are told all the same: but for the
    opening, without which there is nothing to tell.
    """
    began, sent = context.clock.now(), 0
    for message in context.store.messages(ticket=ticket.id, state="dead"):
        if message.verb == "open":
            return Tended(sent, message.trouble), LONGEST_BACKOFF_S
    for message in context.store.messages(ticket=ticket.id, state="waiting"):
        if context.clock.now().seconds_since(began) >= SENDING_S:
            return Tended(sent), 0.0
        trouble = _send(context, message)
        if trouble is not None:
            again_s = _backoff_s(message, trouble)
            return Tended(sent, str(trouble)), again_s
        sent += 1
    return Tended(sent), None


def _send(context: Context, message: Message) -> ItsmError | None:
    """Send one message; None: it is settled, taken or refused for good."""
    store = context.store
    ticket = store.ticket(message.ticket)
    if ticket is None:
        return None
    try:
        desk = desk_of(context)
        store.begin_message(message.number)
        say(context, desk, ticket, message)
    except ItsmRefused as err:
        store.settle_message(message.number, "dead", str(err))
        return err if message.verb == "open" else None
    except RequestError as err:  # what was to be told of is not there any more
        store.settle_message(message.number, "dead", str(err))
        return None
    except ItsmOutcomeUnknown as err:
        return _left(context, message, err, begun=True)
    except ItsmUnreachable as err:
        remember(context, err)
        return _left(context, message, err, begun=message.begun)
    store.settle_message(message.number, "sent")
    return None


def _left(context: Context, message: Message, err: ItsmError, *, begun: bool) -> ItsmError:
    """It waits on; after very many tries for a person."""
    tired = message.tries + 1 >= MOST_TRIES
    state: MessageState = "dead" if tired else "waiting"
    context.store.settle_message(message.number, state, str(err), begun=begun)
    return err


def _backoff_s(message: Message, err: ItsmError) -> float:
    wanted = err.again_s if isinstance(err, ItsmUnreachable) else 0.0
    if message.verb == "open" and isinstance(err, ItsmOutcomeUnknown):
        wanted = SLOW_OPENING_S
    doubled = FIRST_BACKOFF_S * 2.0 ** min(message.tries, 10)
    return min(max(doubled, wanted), LONGEST_BACKOFF_S)


# -- what it says ------------------------------------------------------------------------------


def _look(context: Context, item: str) -> float | None:
    """Read a change that still counts; seconds until the next turn, None: there is none."""
    store = context.store
    ticket = store.ticket(item)
    if ticket is None or ticket.over or ticket.kind == "incident":
        return None
    run = _run(context, ticket)
    if run is not None and run.closed is not None and run.closed.state != "needs-attention":
        if ticket.noted >= run.seq:
            store.end_ticket(item)
            return None
        return 0.0
    ask(context, ticket)
    ticket = store.ticket(item) or ticket
    if run is None and _is_spent(context, ticket):
        store.end_ticket(item)
        return None
    is_idle = run is None or run.closed is not None
    return LOOK_IDLE_S if is_idle and _is_far(context, ticket) else LOOK_S


def _run(context: Context, ticket: Ticket) -> Run | None:
    try:
        return Run(context.store.journal(ticket.remediation)) if ticket.remediation else None
    except NotFound:
        return None


def _is_far(context: Context, ticket: Ticket) -> bool:
    """Whether nobody waits for its approval."""
    return not context.store.waiting_for(ticket.subject)


def _is_spent(context: Context, ticket: Ticket) -> bool:
    """Whether nothing will be carried out under it: taken back, or lapsed, and nobody waits."""
    said, now = ticket.reading, believed_now(context)
    if not _is_far(context, ticket):
        return False
    if said is not None and said.standing in {"withdrawn", "over"}:
        return True
    if said is not None and said.closes is not None and said.closes <= now:
        return True
    plans = context.store.plans_with(ticket.subject)
    lapsed = all(one.answer.expires is None or one.answer.expires <= now for one in plans)
    return bool(plans) and lapsed
