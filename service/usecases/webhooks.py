"""Webhooks: who is told of what; made, listed, removed, and what could not be delivered.

The signing secret is made here, so that it is never a weak one, and shown once. It is not taken by
reference: whoever may add a webhook could otherwise have any file or variable of the service's own
used as a key, and guess it from signatures at leisure.
"""

import secrets
from dataclasses import dataclass, replace

from service.domain.audit import Act
from service.domain.documents import Document, moment
from service.domain.targets import target_of
from service.domain.webhooks import Interest, key_id_of
from service.errors import InvalidInput, NotFound, Refused
from service.ports.webhooks import Delivery, State, Webhook
from service.usecases.audit import acting
from service.usecases.campaign import new_id
from service.usecases.context import Context
from service.usecases.listing import Keyed, Part
from service.usecases.notify import begin_telling, notify

PREFIX, SECRET_BYTES = "whsec_", 32
MOST_WEBHOOKS = 100
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class WebhookWish:
    """A webhook that somebody wants."""

    name: str
    url: str
    interest: Interest


def check_target(context: Context, url: str) -> None:
    """Whether a webhook may go there now; asked again at every sending. It resolves names.

    Raises:
        InvalidInput: no such URL, or an address that is never called.
    """
    context.outside.sender.check(target_of(url))


def add_webhook(context: Context, wish: WebhookWish, *, who: str) -> tuple[Webhook, str]:
    """A new webhook and its secret, which nobody can show again. It is told what happens from now.

    Raises:
        InvalidInput: no usable name, or a site that is none.
        Refused: the service has no key to keep the secret with, or there are too many.
    """
    with acting(context, Act.WEBHOOK_ADD, who=who) as act:
        name = _name_of(wish)
        secret, item = PREFIX + secrets.token_urlsafe(SECRET_BYTES), new_id()
        act.about(f"webhook {item}")
        sealed = context.outside.sealer.seal(secret, item)
        now = context.clock.now().wall
        webhook = Webhook(item, name, wish.url, wish.interest, key_id_of(secret), sealed, now, who)
        with act.done(f"{name}: {target_of(wish.url).authority}"):
            _add(context, webhook)
    return webhook, secret


def _name_of(wish: WebhookWish) -> str:
    name = wish.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        expected = f"1 to {LONGEST_NAME} printable characters"
        raise InvalidInput(f"found {name[:20]!r}", where="name", expected=expected)
    return name


def _add(context: Context, webhook: Webhook) -> None:
    others = context.store.webhooks()
    if len(others) >= MOST_WEBHOOKS:
        raise Refused(f"there are {MOST_WEBHOOKS} webhooks already: remove one")
    if others or context.store.tells_people():
        notify(context)
    else:
        begin_telling(context)
    context.store.add_webhook(webhook)


def the_webhook(context: Context, item: str) -> Webhook:
    """One webhook. Raises NotFound."""
    found = context.store.webhook(item)
    if found is None:
        raise NotFound("webhook", item)
    return found


def change_webhook(context: Context, old: Webhook, wish: WebhookWish, *, who: str) -> Webhook:
    """Another name, address or interest; what waits for it goes to the new address.

    Raises:
        InvalidInput: no usable name.
    """
    with acting(context, Act.WEBHOOK_CHANGE, who=who, about=f"webhook {old.id}") as act:
        name = _name_of(wish)
        new = replace(old, name=name, url=wish.url, interest=wish.interest)
        with act.done(f"{name}: {target_of(wish.url).authority}"):
            context.store.change_webhook(new)
    return new


def remove_webhook(context: Context, item: str, *, who: str) -> None:
    """It is told nothing more, and what was not delivered is forgotten. Raises NotFound."""
    with acting(context, Act.WEBHOOK_REMOVE, who=who, about=f"webhook {item}") as act:
        name = the_webhook(context, item).name
        with act.done(name):
            context.store.remove_webhook(item)


def redeliver(context: Context, item: str, delivery: str, *, who: str) -> Delivery:
    """Send one that has ended once more. Raises NotFound."""
    about = f"webhook {item}, delivery {delivery}"
    with acting(context, Act.WEBHOOK_REDELIVER, who=who, about=about) as act:
        the_webhook(context, item)
        with act.done():
            found = context.store.redeliver(item, delivery)
            if found is None:
                raise NotFound("delivery", delivery)
    return found


def show_webhooks(context: Context, part: Part) -> list[Keyed]:
    """Webhooks by when they were made."""
    found = part.of(context.store.webhooks(), lambda one: (one.created.isoformat(), one.id))
    return [(key, webhook_document(one)) for key, one in found]


def show_deliveries(
    context: Context, item: str, *, state: State | None, limit: int, before: int | None
) -> tuple[Delivery, ...]:
    """Deliveries of one webhook, newest first. Raises NotFound."""
    the_webhook(context, item)
    return context.store.deliveries(item, limit=limit, state=state, before=before)


def webhook_document(webhook: Webhook) -> Document:
    """A webhook without its secret."""
    interest = webhook.interest
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "events": [kind.value for kind in interest.kinds],
        "sites": list(interest.sites),
        "tags": list(interest.tags),
        "key_id": webhook.key_id,
        "created": moment(webhook.created),
        "created_by": webhook.created_by,
    }


def delivery_document(delivery: Delivery) -> Document:
    """A delivery without its body."""
    is_pending = delivery.state == "pending"
    return {
        "id": delivery.id,
        "webhook": delivery.webhook,
        "event": delivery.event,
        "type": delivery.kind.value,
        "subject": delivery.subject,
        "at": moment(delivery.at),
        "state": delivery.state,
        "tries": delivery.tries,
        "status": delivery.status,
        "detail": delivery.detail,
        "next_try_in_s": max(0.0, round(delivery.in_s, 1)) if is_pending else None,
        "ended": moment(delivery.ended),
    }
