"""Announce: tell one channel what waits for people there, in as few messages as do.

First what waits becomes a message in the outbox, in one transaction with what is blocked for the
damping; then what is due in the outbox is sent, and noted after. Who dies in between sends the same
message once more. No transaction is open while anything is sent, and no channel waits for another.
"""

import json
import uuid
from dataclasses import asdict
from datetime import timedelta

from service.domain.notices.damping import APART_S, Message, gather
from service.domain.notices.rules import Notify, Severity
from service.domain.webhooks import EventKind
from service.ports.notices import outbox_of
from service.ports.webhooks import Delivery, NewDelivery, Receipt
from service.usecases.campaign import new_id
from service.usecases.context import Context
from service.usecases.deliver import AT_ONCE_S, REST_S, Sent, judged

MOST_WAITING = 20_000
"""So many notices become messages in one turn; the rest follows with the next."""
CLAIM_S = 180.0
"""Longer than one message may take: several recipients of one address are served in turn."""
AGAIN_S = 10.0
"""A job that came to nothing is sent again after that."""
KEPT_S, TIDY_EVERY_S = 30 * 86_400.0, 3600.0
NO_CHANNEL = "no such channel in the inventory"


def due_channels(context: Context) -> tuple[str, ...]:
    """The channels that have something to do now."""
    wanted, store = context.inventory.notify, context.store
    if wanted is None:
        return ()
    if store.take_tick("notices.tidy", apart_s=TIDY_EVERY_S):
        old = context.clock.now().wall - timedelta(seconds=KEPT_S)
        store.forget_notices(before=old)
        store.forget_deliveries(ended_before=old)
    return store.offer_channels(wanted.channels, again_after_s=AGAIN_S)


def announce(context: Context, channel: str) -> Sent | None:
    """Compose and send, for a while; None: somebody else does, or there is no such channel."""
    wanted, me = context.inventory.notify, uuid.uuid4().hex[:12]
    if wanted is None or channel not in wanted.channels:
        return None
    if not context.store.claim_channel(channel, me, for_s=CLAIM_S):
        return None
    rest_s, sent = APART_S, Sent()
    try:
        rest_s = compose(context, wanted, channel)
        sent, pause_s = _send(context, wanted.channels[channel], channel, me)
        rest_s = max(rest_s, pause_s) if pause_s else rest_s
    finally:
        context.store.rest_channel(channel, me, for_s=rest_s)
    return sent


def compose(context: Context, wanted: Notify, channel: str) -> float:
    """What waits becomes a message in the outbox, if it is time; seconds until the next look."""
    store, now = context.store, context.clock.now().wall
    with store.together():
        waiting = store.notices(channel, limit=MOST_WAITING)
        gathered = gather(waiting, wanted, store.blocked(channel), now)
        if gathered.message is not None:
            store.add_deliveries([_delivery(context, channel, gathered.message)])
            store.settle_notices(channel, gathered.numbers)
            store.block(channel, gathered.blocked)
    return gathered.again_s


def _delivery(context: Context, channel: str, message: Message) -> NewDelivery:
    item = new_id()
    return NewDelivery(
        id=item,
        webhook=outbox_of(channel),
        event=f"notice/{item}",
        kind=EventKind(message.kind),
        subject=f"notice/{item}",
        body=json.dumps(asdict(message)),
        at=context.clock.now().wall,
    )


def _send(context: Context, reference: str, channel: str, me: str) -> tuple[Sent, float]:
    """Send what is due; and how long to leave the channel alone where nobody was reached."""
    store, outbox, began = context.store, outbox_of(channel), context.clock.now()
    sent = Sent()
    while (due := store.next_delivery(outbox)) is not None:
        receipt = _said(context, reference, due)
        tried = judged(due, receipt)
        store.note_tried(due.id, tried, at=context.clock.now().wall)
        sent = sent.counted(tried)
        if not receipt.is_taken:
            return sent, min(REST_S, tried.again_in_s or REST_S)
        is_late = context.clock.now().seconds_since(began) >= AT_ONCE_S
        if is_late or not store.claim_channel(channel, me, for_s=CLAIM_S):
            break
    return sent, 0.0


def _said(context: Context, reference: str, due: Delivery) -> Receipt:
    told = json.loads(due.body)
    severity = Severity(told["severity"])
    message = Message(severity, told["kind"], told["title"], told["text"])
    return context.announcer.say(reference, message)
