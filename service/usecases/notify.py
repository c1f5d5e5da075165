"""Notify: write down, for every webhook and channel, what happened that it wants to hear of.

What happened is read from what the store keeps anyway. So nobody who changes a controller, or
brings it home, waits for this or fails with it, and what commands do is told, too. News, deliveries
and how far everything was told are one transaction: nothing is told twice or left out.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta

from service.domain.documents import Document
from service.domain.news import (
    Gist,
    finding_news,
    gists_of,
    journal_news,
    plan_news,
    queued_news,
    refused_news,
)
from service.domain.notices.words import words_of
from service.domain.policy import Policy
from service.domain.remediation import Run
from service.domain.stream import notifications_of
from service.domain.webhooks import Happening, body_of
from service.ports.notices import NewNotice, new_notice
from service.ports.webhooks import NewDelivery, Topic, Untold, Webhook
from service.usecases.campaign import new_id
from service.usecases.context import Context
from service.usecases.show import show_plan, show_remediation

MOST = 200
"""So much of each topic is told at once; the rest follows with the next nudge."""
KEPT_S, TIDY_EVERY_S = 30 * 86_400.0, 3600.0
AGAIN_S = 10.0
"""A job that came to nothing (a lost message, a dead worker, no place) is sent again after that."""
TOPICS: tuple[Topic, ...] = ("look", "plan", "asked", "journal")


def due_webhooks(context: Context) -> tuple[str, ...]:
    """Tell what is new, and say to which webhooks there is something to be sent now."""
    store = context.store
    is_wanted = store.webhooks() or begin_people(context)
    if any(store.untold(topic, limit=1) for topic in TOPICS):
        notify(context)
    if store.take_tick("webhooks.tidy", apart_s=TIDY_EVERY_S):
        old = context.clock.now().wall - timedelta(seconds=KEPT_S)
        store.forget_deliveries(ended_before=old)
        store.forget_told(before=old)
    if not is_wanted:
        return ()
    return store.offer_webhooks(again_after_s=AGAIN_S)


def notify(context: Context) -> int:
    """Write down what has to be told; how many deliveries that gave."""
    store = context.store
    with store.together():
        if not store.tells_alone():
            return 0
        webhooks = store.webhooks()
        added = 0
        for topic in TOPICS:
            for one in store.untold(topic, limit=MOST):
                happened = _news(context, topic, one)
                added += _tell(context, webhooks, happened)
                context.store.add_notices(_for_people(context, happened))
        return added


def begin_people(context: Context) -> bool:
    """Whether people are told anything; for the first time, only what happens from now on."""
    store, is_wanted = context.store, context.inventory.notify is not None
    has_begun = store.tells_people()
    if is_wanted and not has_begun:
        with store.together():
            if not store.webhooks():
                begin_telling(context)
            store.tell_people(begins=True)
    elif has_begun and not is_wanted:
        store.tell_people(begins=False)
    return is_wanted


def begin_telling(context: Context) -> None:
    """From here on: what happened before the first webhook was there only the stream tells."""
    store = context.store
    for topic in TOPICS:
        for one in store.untold(topic, limit=MOST):
            _news(context, topic, one)
        if topic != "look":
            store.pass_over(topic)
    for one in store.untold("look", limit=1_000_000):
        look = store.look_of(one.subject)
        store.told("look", one, _note(gists_of(look.document if look else {})))


def _tell(context: Context, webhooks: Iterable[Webhook], happened: Iterable[Happening]) -> int:
    new = [
        delivery
        for happening in happened
        for webhook in webhooks
        if (delivery := _delivery(context, webhook, happening)) is not None
    ]
    return context.store.add_deliveries(new)


def _delivery(context: Context, webhook: Webhook, happening: Happening) -> NewDelivery | None:
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


def _news(context: Context, topic: Topic, one: Untold) -> tuple[Happening, ...]:
    """What is new about one subject; the stream has it, whoever else wants it."""
    happened = _happened(context, topic, one)
    context.store.tell(each for news in happened for each in notifications_of(news))
    return happened


def _happened(context: Context, topic: Topic, one: Untold) -> tuple[Happening, ...]:
    """What is new about one subject; it counts as told."""
    match topic:
        case "look":
            return _looked(context, one)
        case "plan":
            happened = _planned(context, one)
        case "asked":
            happened = _asked(context, one)
        case _:
            happened = _moved(context, one)
    context.store.told(topic, one)
    return happened


def _looked(context: Context, one: Untold) -> tuple[Happening, ...]:
    look = context.store.look_of(one.subject)
    if look is None:
        return ()
    before = {name: Gist(**gist) for name, gist in json.loads(one.note or "{}").items()}
    happened, after = finding_news(look.controller, look.sweep, look.at, look.document, before)
    context.store.told("look", one, _note(after))
    return happened


def _note(gists: dict[str, Gist]) -> str:
    return json.dumps({name: asdict(gist) for name, gist in gists.items()})


def _planned(context: Context, one: Untold) -> tuple[Happening, ...]:
    document = show_plan(context, one.subject)
    now = context.clock.now().wall
    return (plan_news(one.subject, str(document["controller"]), now, document),)


def _asked(context: Context, one: Untold) -> tuple[Happening, ...]:
    asked = context.store.remediation_asked(one.subject)
    if asked is None:
        return ()
    document: Document = {"remediation": show_remediation(context, one.subject)}
    happened = []
    if one.told_version is None:
        happened.append(queued_news(asked.id, asked.controller, asked.at, document))
    if one.version == "refused":
        now = context.clock.now().wall
        happened.append(refused_news(asked.id, asked.controller, now, document))
    return tuple(happened)


def _moved(context: Context, one: Untold) -> tuple[Happening, ...]:
    entries = Run(context.store.journal(one.subject)).journal
    document = show_remediation(context, one.subject)
    return journal_news(one.subject, entries, after=int(one.told_version or 0), document=document)
