"""Channels: what waits on each, what was put aside; a try-out, and another try."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from service.domain.audit import Act
from service.domain.documents import Document, moment
from service.domain.notices.damping import ANY, NOT_LOUD, Message
from service.domain.notices.rules import Severity
from service.domain.webhooks import EventKind
from service.errors import InvalidInput, NotFound
from service.ports.notices import outbox_of
from service.ports.webhooks import Delivery, NewDelivery, Receipt, State
from service.usecases.announce import announce
from service.usecases.audit import acting
from service.usecases.campaign import new_id
from service.usecases.context import Context
from service.usecases.deliver import Sent
from service.usecases.listing import Keyed, Part

MOST_SHOWN, MOST_HELD, MOST_TRIED_AGAIN = 20, 20, 1000
WHOLE = {ANY: "everything", NOT_LOUD: "all but what is critical"}
"""What the keys of a whole channel mean."""
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
    return {"channels": [channel_document(context, name) for name in channels_of(context, ())]}


def show_channels(context: Context, part: Part) -> list[Keyed]:
    """Channels by name; none where the inventory has no `notify`."""
    wanted = context.inventory.notify
    found = part.of(() if wanted is None else wanted.channels, lambda name: (name,))
    return [(key, channel_document(context, name)) for key, name in found]


def the_channel(context: Context, name: str) -> str:
    """A channel's own name. Raises NotFound: the inventory has no such one."""
    wanted = context.inventory.notify
    if wanted is None or name not in wanted.channels:
        known = () if wanted is None else tuple(wanted.channels)
        raise NotFound("channel", name, known=known)
    return name


def channel_document(context: Context, name: str) -> Document:
    """How one channel stands; where it leads is shown to nobody."""
    store, outbox = context.store, outbox_of(name)
    wanted, counts = context.inventory.notify, store.count_deliveries(outbox)
    last = next(iter(store.deliveries(outbox, limit=1, state="delivered")), None)
    return {
        "name": name,
        "rules": [rule.name for rule in wanted.rules if name in rule.to] if wanted else [],
        "waiting": store.waiting_notices().get(name, 0),
        "held": _held(store.blocked(name)),
        "last": None if last is None else message_document(last),
        "sent": counts.get("delivered", 0),
        "to_send": counts.get("pending", 0),
        "put_aside": counts.get("dead", 0),
        "unsent": _messages(context, outbox, "pending"),
        "dead": _messages(context, outbox, "dead"),
    }


def _held(blocked: Mapping[str, float]) -> list[Document]:
    """What nothing more is told of for a while, the longest first."""
    ordered = sorted(blocked.items(), key=lambda one: (-one[1], one[0]))[:MOST_HELD]
    return [{"what": WHOLE.get(key, key), "for_s": round(left_s, 1)} for key, left_s in ordered]


def _messages(context: Context, outbox: str, state: State) -> list[Document]:
    found = context.store.deliveries(outbox, limit=MOST_SHOWN, state=state)
    return [message_document(one) for one in found]


def message_document(one: Delivery) -> Document:
    """A message to people, as far as it went; without its text."""
    is_pending = one.state == "pending"
    return {
        "id": one.id,
        "at": moment(one.at),
        "kind": one.kind,
        "title": json.loads(one.body).get("title", ""),
        "state": one.state,
        "tries": one.tries,
        "detail": one.detail,
        "next_try_in_s": max(0.0, round(one.in_s, 1)) if is_pending else None,
        "ended": moment(one.ended),
    }


def show_messages(
    context: Context, name: str, *, state: State | None, limit: int, before: int | None
) -> tuple[Delivery, ...]:
    """Messages of one channel, newest first. Raises NotFound."""
    outbox = outbox_of(the_channel(context, name))
    return context.store.deliveries(outbox, limit=limit, state=state, before=before)


def ask_try_out(context: Context, name: str, *, who: str) -> Delivery:
    """Have workers send a try-out to a channel; how it fares is told like any message.

    Raises:
        NotFound: the inventory has no such channel.
    """
    with acting(context, Act.CHANNEL_TRY, who=who, about=f"channel {name}") as act:
        outbox, item = outbox_of(the_channel(context, name)), new_id()
        kind, now = EventKind(TRY_OUT.kind), context.clock.now().wall
        body, about = json.dumps(asdict(TRY_OUT)), f"notice/{item}"
        with act.done():
            context.store.add_deliveries([NewDelivery(item, outbox, about, kind, about, body, now)])
            (made,) = context.store.deliveries(outbox, limit=1)
    return made


def send_again(context: Context, name: str, message: str, *, who: str) -> Delivery:
    """Send a message that has ended once more. Raises NotFound."""
    about = f"channel {name}, message {message}"
    with acting(context, Act.CHANNEL_REDELIVER, who=who, about=about) as act:
        outbox = outbox_of(the_channel(context, name))
        with act.done():
            found = context.store.redeliver(outbox, message)
            if found is None:
                raise NotFound("message", message)
    return found
