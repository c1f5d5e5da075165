"""Notify: write down, for every webhook and channel, what happened that it wants to hear of.

What happened is read from what the store keeps anyway. So nobody who changes a controller, or
brings it home, waits for this or fails with it, and what commands do is told, too. News, deliveries
and how far everything was told are one transaction: nothing is told twice or left out.
"""

import json
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
from service.domain.open_windows import window_news
from service.domain.remediation import Run
from service.domain.stream import notifications_of
from service.domain.webhooks import Happening
from service.ports.webhooks import Topic, Untold
from service.usecases.context import Context
from service.usecases.hand_out import hand_out
from service.usecases.open_windows import look_at_windows
from service.usecases.reach import Reach, reach_of
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
    look_at_windows(context)
    return store.offer_webhooks(again_after_s=AGAIN_S)


def notify(context: Context) -> int:
    """Write down what has to be told; how many deliveries that gave."""
    store = context.store
    with store.together():
        if not store.tells_alone():
            return 0
        webhooks, reach = store.webhooks(), reach_of(context)
        added = 0
        for topic in TOPICS:
            for one in store.untold(topic, limit=MOST):
                added += hand_out(context, webhooks, _news(context, reach, topic, one))
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
    store, reach = context.store, reach_of(context)
    for topic in TOPICS:
        for one in store.untold(topic, limit=MOST):
            _news(context, reach, topic, one)
        if topic != "look":
            store.pass_over(topic)
    for one in store.untold("look", limit=1_000_000):
        look = store.look_of(one.subject)
        store.told("look", one, _note(gists_of(look.document if look else {})))


def _news(context: Context, reach: Reach, topic: Topic, one: Untold) -> tuple[Happening, ...]:
    """What is new about one subject; the stream has it, whoever else wants it."""
    happened = _happened(context, reach, topic, one)
    context.store.tell(each for news in happened for each in notifications_of(news))
    return happened


def _happened(context: Context, reach: Reach, topic: Topic, one: Untold) -> tuple[Happening, ...]:
    """What is new about one subject; it counts as told."""
    match topic:
        case "look":
            return _looked(context, reach, one)
        case "plan":
            happened = _planned(context, one)
        case "asked":
            happened = _asked(context, one)
        case _:
            happened = _moved(context, one)
    context.store.told(topic, one)
    return happened


def _looked(context: Context, reach: Reach, one: Untold) -> tuple[Happening, ...]:
    look = context.store.look_of(one.subject)
    if look is None:
        return ()
    before = {name: Gist(**gist) for name, gist in json.loads(one.note or "{}").items()}
    happened, after = finding_news(look.controller, look.sweep, look.at, look.document, before)
    context.store.told("look", one, _note(after))
    return (*happened, *reach.news(context, look))


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
    run = Run(context.store.journal(one.subject))
    document = show_remediation(context, one.subject)
    after = int(one.told_version or 0)
    told: list[Happening] = []
    for entry in run.journal:
        if entry.seq > after:
            told += journal_news(one.subject, [entry], after=after, document=document)
            told += window_news(one.subject, run, [entry])
    return tuple(told)
