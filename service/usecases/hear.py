"""Hear: what came from outside is tied to controllers, kept, and answered with a look where due.

The look is a sweep of that one controller like any other, so that follow-up, approval, windows and
limits are the same. What cannot be tied is counted, not kept.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeAlias

from service.domain.events.reading import Said, event_id
from service.domain.events.tying import Clues, Places, Tie, tie
from service.ports.correlation import begun_by, current, following
from service.ports.events import ApHome, HeardEvent, HeardGroup
from service.ports.jobs import JobQueue
from service.ports.requests import AskedSweep, Kind
from service.usecases.campaign import new_id
from service.usecases.context import Context
from service.usecases.dispatch import job_of
from service.usecases.request import nudge

PREFIX = "event "
KEPT_DAYS = 90
FORGET_EVERY_S = 3600.0
MOST_APART = 500
"""Events of one controller in one batch that are told apart; the rest counts as one of no AP."""


Homes: TypeAlias = Mapping[str, tuple[ApHome, ...]]
"""Access points by everything that they are called."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What became of a batch.

    Attributes:
        events: kept, by id, each with its count in this batch.
        looks: sweeps that were asked for at once.
        untied: how much could not be tied, by source.
        correlations: of each of these looks, its id in logs.
    """

    events: tuple[HeardEvent, ...] = ()
    looks: tuple[str, ...] = ()
    untied: Mapping[str, int] = field(default_factory=dict)
    correlations: Mapping[str, str] = field(default_factory=dict)


def is_heard(asked: AskedSweep) -> bool:
    """Whether an event asked for it, and no person."""
    return asked.asked_by.startswith(PREFIX)


def hear(context: Context, queue: JobQueue, places: Places, batch: Sequence[Said]) -> Hearing:
    """Keep what was said and ask for the looks that it calls for, in one transaction.

    Raises:
        StoreError: nothing of it was kept.
    """
    alike = _alike(batch)
    aps = {ap for said, _ in alike for ap in said.clues.aps}
    homes = _by_call(one for one in context.store.ap_homes(aps) if context.sees(one.controller))
    called = {call: frozenset(one.controller for one in found) for call, found in homes.items()}
    tied: dict[str, dict[str, HeardEvent]] = {}
    untied: Counter[str] = Counter()
    for said, count in alike:
        found = tie(said.clues, places, called)
        if found is None:
            untied[said.source] += count
        else:
            event = _event(context, said, found, homes, count)
            _fold(tied.setdefault(found.controller, {}), event, said)
    groups = [_group(context, name, tuple(events.values())) for name, events in tied.items()]
    looks = context.store.hear(groups) if groups else ()
    _forget(context)
    begun = {group.wish.id: group.correlation for group in groups if group.wish.id in looks}
    for look, correlation in begun.items():
        with following(correlation):
            nudge(queue, job_of(Kind.SWEEP, look))
    kept = tuple(event for group in groups for event in group.events)
    return Hearing(kept, looks, untied, {look: one.id for look, one in begun.items()})


def _forget(context: Context) -> None:
    """Drop what is old, once in a while."""
    if context.store.take_tick("events.forget", apart_s=FORGET_EVERY_S):
        before = context.clock.now().wall - timedelta(days=KEPT_DAYS)
        context.store.forget_events(before=before)


def _by_call(homes: Iterable[ApHome]) -> Homes:
    found: dict[str, tuple[ApHome, ...]] = {}
    for home in homes:
        for call in home.called:
            found[call] = (*found.get(call, ()), home)
    return found


def _alike(batch: Iterable[Said]) -> list[tuple[Said, int]]:
    """The first of those that say the same of the same, and how many there are."""
    found: dict[tuple[str, str, str, Clues], tuple[Said, int]] = {}
    for said in batch:
        key = (said.message, said.via, said.source, said.clues)
        first, count = found.get(key, (said, 0))
        found[key] = (first, count + 1)
    return list(found.values())


def _fold(events: dict[str, HeardEvent], event: HeardEvent, said: Said) -> None:
    """Add an event to a controller's events of this batch."""
    if event.id not in events and len(events) >= MOST_APART:
        nobodys = replace(said, clues=replace(said.clues, ap_name=""))
        item = event_id(event.controller, nobodys, "", event.first)
        event = replace(event, id=item, mac="", ap_name="")
    before = events.get(event.id)
    more = 0 if before is None else before.count
    events[event.id] = replace(before or event, count=more + event.count)


def _event(context: Context, said: Said, found: Tie, homes: Homes, count: int) -> HeardEvent:
    now = context.clock.now().wall
    mac, name = _access_point(said, found.controller, homes)
    return HeardEvent(
        id=event_id(found.controller, said, mac, now),
        controller=found.controller,
        sense=said.sense.value,
        message=said.message,
        via=said.via,
        source=said.source,
        tied_by=found.by,
        mac=mac,
        ap_name=name,
        said_at=said.said_at,
        text=said.text,
        first=now,
        last=now,
        count=count,
    )


def _access_point(said: Said, controller: str, homes: Homes) -> tuple[str, str]:
    """Base radio MAC and name where polls know the access point, else what the line says."""
    calls = (home for call in said.clues.aps for home in homes.get(call, ()))
    known = list({home for home in calls if home.controller == controller})
    if len(known) == 1:
        return known[0].mac, known[0].name
    return (said.clues.macs[0] if said.clues.macs else ""), said.clues.ap_name


def _group(context: Context, controller: str, events: Sequence[HeardEvent]) -> HeardGroup:
    now, who = context.clock.now().wall, f"{PREFIX}{events[0].id}"
    wish = AskedSweep(new_id(), now, who, (controller,))
    return HeardGroup(events, wish, current() or begun_by("event"))
