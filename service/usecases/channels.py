"""Channels: what waits on each, what was put aside; a try-out, and another try."""

from dataclasses import dataclass

from service.domain.documents import Document, moment
from service.domain.notices.damping import Message
from service.domain.notices.rules import Severity
from service.domain.webhooks import EventKind
from service.errors import InvalidInput, NotFound
from service.ports.notices import outbox_of
from service.ports.webhooks import Delivery, Receipt
from service.usecases.announce import announce
from service.usecases.context import Context
from service.usecases.deliver import Sent

MOST_DEAD, MOST_TRIED_AGAIN = 20, 1000
TRY_OUT = Message(
    Severity.INFO,
    EventKind.FINDING_OPENED.value,
    "info: a try-out of aprejoin",
    "This is a try-out: nothing happened.\nNext: nothing. Whoever reads this is reached.",
)


@dataclass(frozen=True, slots=True)
class TriedOut:
    """What a try-out came to."""

    channel: str
    service: str
    receipt: Receipt


def channels_of(context: Context, names: tuple[str, ...]) -> dict[str, str]:
    """The channels of these names, or all.

    Raises:
        InvalidInput: the inventory has none.
        NotFound: it has no such one.
    """
    wanted = context.inventory.notify
    if wanted is None:
        raise InvalidInput("the inventory has no `notify`", where="inventory", expected="channels")
    for name in names:
        if name not in wanted.channels:
            raise NotFound("channel", name, known=tuple(wanted.channels))
    return {name: wanted.channels[name] for name in names or wanted.channels}


def try_out(context: Context, channel: str, reference: str) -> TriedOut:
    """Send one message at once, beside everything that waits; nothing is kept of it."""
    try:
        service = context.announcer.check(reference)
    except InvalidInput as err:
        return TriedOut(channel, "", Receipt(None, str(err)))
    return TriedOut(channel, service, context.announcer.say(reference, TRY_OUT))


def try_again(context: Context, channel: str) -> int:
    """What was put aside is due again; how many."""
    dead = context.store.deliveries(outbox_of(channel), limit=MOST_TRIED_AGAIN, state="dead")
    for one in dead:
        context.store.redeliver(outbox_of(channel), one.id)
    return len(dead)


def send_now(context: Context, channel: str) -> Sent:
    """One turn from here, as a worker has it."""
    return announce(context, channel) or Sent()


def channels_document(context: Context) -> Document:
    """Every channel: what waits, what is to be sent, what was put aside. No address."""
    waiting = context.store.waiting_notices()
    return {"channels": [_channel(context, name, waiting) for name in channels_of(context, ())]}


def _channel(context: Context, name: str, waiting: object) -> Document:
    counted = waiting if isinstance(waiting, dict) else {}
    store, outbox = context.store, outbox_of(name)
    wanted = context.inventory.notify
    rules = [rule.name for rule in wanted.rules if name in rule.to] if wanted else []
    return {
        "name": name,
        "rules": rules,
        "waiting": counted.get(name, 0),
        "unsent": [_message(one) for one in store.deliveries(outbox, limit=20, state="pending")],
        "dead": [_message(one) for one in store.deliveries(outbox, limit=MOST_DEAD, state="dead")],
    }


def _message(one: Delivery) -> Document:
    return {"at": moment(one.at), "kind": one.kind, "tries": one.tries, "detail": one.detail}
