"""Open windows as news: a false clock that stands, stands too long, or is soon set true by itself.

Opening and closing are told from the journal. Too long and soon are matters of time: somebody looks
again and again, and each look tells the same events, so whoever keeps them has each once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from service.domain.changes import SetClock
from service.domain.documents import Document, moment
from service.domain.false_time import FalseTime, false_time
from service.domain.instants import Instant
from service.domain.journal import Entry, StepDone
from service.domain.policy import Policy
from service.domain.remediation import Run, Sent
from service.domain.signals import TRUE_AGAIN
from service.domain.webhooks import WINDOW, EventKind, Happening

FALSE_NOW = "set-clock-back"
"""The step after which the clock is false: a test holds it against the step's own name."""
SURE_AFTER_S = 60.0
"""A window whose opening got no answer is told as one after that."""
NEAR_END = 0.25
"""Of the countdown of the dead-man's switch: it is renewed at its half, so a quarter is trouble."""


def longest_s(policy: Policy) -> float:
    """How long a window may stand by plan: the wait for access points, and the switch after it."""
    return policy.wait_for_aps_s + policy.dead_man_after_s


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """One window that stands open.

    Attributes:
        lasts_s: for how long.
        guarding: how many hosts guard boxes that have no switch of their own.
        switch: when the switch that fires first was armed; None: there is none.
    """

    remediation: str
    run: Run
    false: FalseTime
    lasts_s: float
    guarding: int
    switch: str | None


def open_window(remediation: str, run: Run, now: Instant, *, guarding: int) -> OpenWindow | None:
    """The window of a remediation that has not ended; None: none stands open."""
    false = false_time(run, now)
    if false is None:
        return None
    sent = next(one for one in run.sent if one.seq == false.seq)
    first = min(run.guards(), key=lambda guard: run.remaining_s(guard, now), default=None)
    armed = None if first is None else moment(first.armed_at.wall)
    lasts_s = run.elapsed_s(sent.at, now)
    return OpenWindow(remediation, run, false, lasts_s, guarding, armed)


def open_window_news(one: OpenWindow, at: datetime) -> tuple[Happening, ...]:
    """What there is to tell of a window that stands open.

    Args:
        one: the window.
        at: now, for what is told of the time that passed.
    """
    if not one.false.is_proven and one.lasts_s < SURE_AFTER_S:
        return ()
    data, policy = _of_open(one), one.run.charter.policy
    told = [_happening(EventKind.WINDOW_OPENED, one, one.false.since, data)]
    if one.lasts_s > longest_s(policy):
        told.append(_happening(EventKind.WINDOW_OVERDUE, one, at, data))
    left_s = one.false.switch_in_s
    if left_s is not None and left_s <= policy.dead_man_after_s * NEAR_END:
        told.append(_happening(EventKind.WINDOW_ENDING, one, at, data, mark=f"/{one.switch}"))
    if left_s is None and one.guarding < one.false.guardians:
        told.append(_happening(EventKind.WINDOW_ENDING, one, at, data, mark=f"/{one.guarding}"))
    return tuple(told)


def _happening(
    kind: EventKind, one: OpenWindow, at: datetime, data: Document, mark: str = ""
) -> Happening:
    return Happening(
        f"remediation/{one.remediation}/window/{one.false.seq}/{kind}{mark}",
        kind,
        at,
        one.run.charter.controller,
        f"remediation/{one.remediation}",
        {WINDOW: data},
    )


def _of_open(one: OpenWindow) -> Document:
    false = one.false
    return {
        **_of(one.run, one.remediation),
        "since": moment(false.since),
        "shown": moment(false.shown),
        "is_proven": false.is_proven,
        "lasts_s": round(one.lasts_s, 1),
        "home_at": moment(false.switch_at),
        "home_in_s": None if false.switch_in_s is None else round(false.switch_in_s, 1),
        "guardians": false.guardians,
        "guarding": one.guarding,
    }


def _of(run: Run, remediation: str) -> Document:
    charter = run.charter
    return {
        "id": remediation,
        "issue": charter.issue,
        "strategy": charter.purpose,
        "longest_s": longest_s(charter.policy),
    }


def window_news(remediation: str, run: Run, entries: Iterable[Entry]) -> tuple[Happening, ...]:
    """What entries of a journal say of its window: that it was opened, and closed again.

    Args:
        remediation: whose journal it is.
        run: all of it, folded.
        entries: those that were not told.
    """
    return tuple(one for entry in entries for one in _told_by(remediation, run, entry))


def _told_by(remediation: str, run: Run, entry: Entry) -> Iterator[Happening]:
    event, last = entry.event, _last_false(run, before=entry.seq)
    if last is None or not isinstance(event, StepDone) or event.step not in (FALSE_NOW, TRUE_AGAIN):
        return
    is_open = event.step == FALSE_NOW
    kind = EventKind.WINDOW_OPENED if is_open else EventKind.WINDOW_CLOSED
    told = {**_of(run, remediation), "since": moment(last.at.wall)}
    lasted_s = round(max(0.0, run.elapsed_s(last.at, entry.at)), 1)
    yield Happening(
        f"remediation/{remediation}/window/{last.seq}/{kind}",
        kind,
        last.at.wall if is_open else entry.at.wall,
        run.charter.controller,
        f"remediation/{remediation}",
        {WINDOW: told | ({} if is_open else {"lasted_s": lasted_s})},
    )


def _last_false(run: Run, *, before: int) -> Sent | None:
    """The newest false moment that was set before an entry, in any part."""
    part: Run | None = run
    while part is not None:
        for sent in reversed(part.sent):
            is_false = isinstance(sent.change, SetClock) and sent.change.is_false
            if sent.seq < before and is_false and sent.may_have_happened:
                return sent
        part = part.before
    return None
