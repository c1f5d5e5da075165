"""Deliver: send to one webhook what is due, and note what became of it.

Sent first, noted after: who dies in between sends the same delivery once more, under the same id.
No transaction is open while anything is sent.
"""

import random
import uuid
from dataclasses import dataclass

from service.domain.targets import target_of
from service.domain.webhooks import DELIVERY, EVENT, signed_headers, wait_s
from service.errors import InvalidInput, Refused
from service.ports.webhooks import Delivery, Receipt, Tried, Webhook
from service.usecases.context import Context

AT_ONCE_S = 10.0
"""So long one job goes on sending; the next nudge sends on."""
CLAIM_S = 60.0
"""Longer than one sending may take: 15 s, and what looking the name up takes."""
REST_S = 30.0
"""Nobody was reached: whatever else is due there waits, too."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one job came to: deliveries that were taken, and those that were not."""

    taken: int = 0
    failed: int = 0
    dead: int = 0
    reason: str = ""

    def counted(self, tried: Tried) -> "Sent":
        """With one more try."""
        return Sent(
            self.taken + (tried.state == "delivered"),
            self.failed + (tried.state == "pending"),
            self.dead + (tried.state == "dead"),
            tried.detail or self.reason,
        )


def deliver(context: Context, webhook_id: str) -> Sent | None:
    """Send what is due, for a while; None: somebody else does, or there is no such webhook."""
    store, me = context.store, uuid.uuid4().hex[:12]
    if not store.claim_webhook(webhook_id, me, for_s=CLAIM_S):
        return None
    webhook, began, rest_s, sent = store.webhook(webhook_id), context.clock.now(), 0.0, Sent()
    try:
        while webhook is not None and (due := store.next_delivery(webhook_id)) is not None:
            receipt = _send(context, webhook, due)
            tried = judged(due, receipt)
            store.note_tried(due.id, tried, at=context.clock.now().wall)
            sent = sent.counted(tried)
            if receipt.status is None:
                rest_s = min(REST_S, tried.again_in_s or REST_S)
                break
            if context.clock.now().seconds_since(began) >= AT_ONCE_S or not store.claim_webhook(
                webhook_id, me, for_s=CLAIM_S
            ):
                break
    finally:
        store.rest_webhook(webhook_id, me, for_s=rest_s)
    return sent


def _send(context: Context, webhook: Webhook, due: Delivery) -> Receipt:
    body = due.body.encode()
    timestamp = int(context.clock.now().wall.timestamp())
    try:
        secret = context.outside.sealer.unseal(webhook.sealed, webhook.id)
        target = target_of(webhook.url)
    except (Refused, InvalidInput) as err:
        return Receipt(None, str(err))
    headers = {
        **signed_headers(secret, webhook.key_id, timestamp, body),
        EVENT: due.kind.value,
        DELIVERY: due.id,
    }
    return context.outside.sender.send(target, headers, body)


def judged(due: Delivery, receipt: Receipt) -> Tried:
    """What a try came to, and when the next one is due."""
    if receipt.is_taken:
        return Tried("delivered", receipt.status, "", due.waited_s)
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    again_s = wait_s(due.tries + 1, due.waited_s, chance, receipt.again_in_s)
    if again_s is None:
        return Tried("dead", receipt.status, receipt.detail, due.waited_s)
    return Tried("pending", receipt.status, receipt.detail, due.waited_s + again_s, again_s)
