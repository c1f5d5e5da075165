"""Hand out: what happened, written down for every webhook and channel that wants to hear of it."""

from collections.abc import Iterable

from service.domain.notices.patience import Patience
from service.domain.notices.words import words_of
from service.domain.policy import Policy
from service.domain.webhooks import Happening, body_of
from service.ports.notices import NewNotice, new_notice
from service.ports.webhooks import NewDelivery, Webhook
from service.usecases.campaign import new_id
from service.usecases.context import Context

USUAL = Patience()
"""What webhooks have: an outage that passes before is told to none."""


def hand_out(context: Context, webhooks: Iterable[Webhook], happened: Iterable[Happening]) -> int:
    """Within `together`: write it down for whom it concerns; how many deliveries that gave."""
    told = tuple(happened)
    added = _for_webhooks(context, webhooks, told)
    context.store.add_notices(_for_people(context, told))
    return added


def _for_webhooks(
    context: Context, webhooks: Iterable[Webhook], happened: Iterable[Happening]
) -> int:
    new = [
        delivery
        for happening in happened
        for webhook in webhooks
        if (delivery := _delivery(context, webhook, happening)) is not None
    ]
    return context.store.add_deliveries(new)


def _delivery(context: Context, webhook: Webhook, happening: Happening) -> NewDelivery | None:
    if not USUAL.is_over(happening):
        return None
    controller = context.inventory.get(happening.controller)
    site = None if controller is None else controller.site
    tags = () if controller is None else controller.tags
    if not webhook.interest.wants(happening.kind, site=site, tags=tuple(tags)):
        return None
    item = new_id()
    return NewDelivery(
        id=item,
        webhook=webhook.id,
        event=happening.id,
        kind=happening.kind,
        subject=happening.subject,
        body=body_of(happening, item),
        at=context.clock.now().wall,
    )


def _for_people(context: Context, happened: Iterable[Happening]) -> list[NewNotice]:
    wanted = context.inventory.notify
    if wanted is None:
        return []
    found: list[NewNotice] = []
    for happening in happened:
        controller = context.inventory.get(happening.controller)
        site = None if controller is None else controller.site
        tags = () if controller is None else tuple(controller.tags)
        told = wanted.told(happening, site=site, tags=tags)
        policy = Policy() if controller is None else controller.policy
        for channel, rule in told.items():
            words = words_of(happening, site=site, on_finding=policy.on_finding, link=wanted.link)
            found.append(new_notice(channel, rule, happening, words))
    return found
