"""Working out a staging for one controller: which APs, in which waves, under which windows.

The first wave is one AP alone: whether an AP that loops takes the order, and follows it, is known
only when one has. The windows are worked out for each wave, and are part of what is approved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from service.domain.ap_homes import NO_HOME, ApHome, ApHomes, Place
from service.domain.changes import Change, SetApHome
from service.domain.finding import AffectedAp
from service.domain.identity import BaseRadioMac
from service.domain.journal import Charter
from service.domain.observation import ControllerView
from service.domain.plan import (
    Asked,
    Companion,
    NoPlan,
    Plan,
    Planned,
    PlanStep,
    Situation,
)
from service.domain.staging import NO_JOB, StagingJob, StagingWave
from service.domain.steps.mending import homes_by_hand
from service.domain.strategies import staging_controller
from service.domain.strategies.clock_window_plan import plan_clock_window
from service.domain.strategies.drafting import APPROVAL_LASTS, NAME, drafted, sealed
from service.domain.strategies.refusals import NO_TRUE_TIME
from service.domain.strategies.staging_refusals import countries, movable, refusals, room
from service.domain.strategies.staging_window import window_situation

Sends: TypeAlias = tuple[tuple[Change, ...], tuple[Change, ...]]
"""What a step would send, and what would undo it."""
WAVE = 10
"""How many APs move together at most: while they are away, nobody sees what else goes wrong."""


def plan_staging(situation: Situation, asked: Asked) -> Planned:
    """A staging for one finding, or why there is none."""
    companion, true_time = situation.companion, situation.true_time
    reasons = list(refusals(situation, asked))
    if true_time is None:
        reasons.append(f"here: {NO_TRUE_TIME}")
    aps = movable(situation)
    if not aps and companion is not None:
        reasons.append(
            "an AP that does not join takes no order: send it to the staging controller by DHCP "
            "option 43 or DNS"
        )
    if reasons or companion is None or companion.view is None or true_time is None:
        return NoPlan("; ".join(reasons))
    windows = list(_windows(situation, companion, companion.view, aps, asked))
    refused = next((one for one in windows if isinstance(one, NoPlan)), None)
    if refused is not None:
        return NoPlan(f"no clock window on {companion.controller.name}: {refused.reason}")
    plans = [one for one in windows if isinstance(one, Plan)]
    draft = drafted(situation, asked, staging_controller.NAME, true_time)
    job = _job(situation, companion, companion.view, plans)
    charter = sealed(replace(draft, aps=aps, staging=job))
    return Plan(
        charter=charter,
        window=plans[0].window,
        steps=tuple(_steps(charter, plans, situation.view.homes or ())),
        impact=tuple(_impact(situation, companion, companion.view, charter, plans)),
        alternatives=(),
        expires=true_time.at + APPROVAL_LASTS,
        by_hand=(*homes_by_hand(charter, _named(situation)), *plans[0].by_hand),
    )


def _named(situation: Situation) -> Iterator[ApHomes]:
    """What APs are told now, with the names that commands know them by."""
    names = {ap.mac: ap.name or "" for ap in situation.finding.aps}
    for one in situation.view.homes or ():
        yield replace(one, ap=names.get(one.mac, one.ap))


def waves_of(aps: Sequence[BaseRadioMac], most: int) -> tuple[tuple[BaseRadioMac, ...], ...]:
    """One AP first, then as many at a time as there is room for, in order."""
    size = max(1, min(most, WAVE))
    rest = aps[1:]
    parts = (tuple(rest[at : at + size]) for at in range(0, len(rest), size))
    return (tuple(aps[:1]), *parts) if aps else ()


def _windows(
    situation: Situation,
    companion: Companion,
    view: ControllerView,
    aps: tuple[AffectedAp, ...],
    asked: Asked,
) -> Iterator[Planned]:
    """A plan of a clock window for each wave, as it will be asked for when it is due."""
    left = room(companion, view)
    order = waves_of([ap.mac for ap in aps], WAVE if left is None else left)
    for wave in order:
        moving = tuple(ap for ap in aps if ap.mac in wave)
        there = window_situation(
            situation.issue, companion.controller, view, moving, companion.true_time
        )
        yield plan_clock_window(there, asked)


def _job(
    situation: Situation, companion: Companion, view: ControllerView, plans: Sequence[Plan]
) -> StagingJob:
    there, here = companion.controller, situation.controller
    return StagingJob(
        controller=there.name,
        there=ApHome(view.system_name or "", there.joined_at or ""),
        here=ApHome(situation.view.system_name or "", here.joined_at or ""),
        waves=tuple(
            StagingWave(tuple(ap.mac for ap in plan.charter.aps), plan.charter.digest)
            for plan in plans
        ),
        by_hand=view.by_hand,
        approval=there.policy.approval,
        guardians=plans[0].charter.guardians,
    )


def _steps(charter: Charter, plans: Sequence[Plan], homes: Sequence[ApHomes]) -> Iterator[PlanStep]:
    """Every step; the window's own steps once, for all windows send the same."""
    changes = dict(_changes(charter, homes))
    job = charter.staging or NO_JOB
    yield PlanStep("capture", "note what APs are told to join, before each is told otherwise")
    for step in staging_controller.forward(NAME, charter):
        does, undo = changes.get(step.name, ((), ()))
        on = job.controller if step.name.startswith(("window-", "return-")) else ""
        yield PlanStep(step.name, step.summary, does, undo, on)
        if step.name == "window-1":
            for one in plans[0].steps:
                name = f"{step.name}/{one.name}"
                yield PlanStep(name, one.summary, one.changes, one.undo, job.controller)
    for step in staging_controller.home(NAME, charter):
        does, undo = changes.get(step.name, ((), ()))
        on = job.controller if step.name.startswith(("close-", "bring-")) else ""
        yield PlanStep(step.name, step.summary, does, undo, on)


def _changes(charter: Charter, homes: Sequence[ApHomes]) -> Iterator[tuple[str, Sends]]:
    """What each step sends; what an AP is told at the end is noted right before it is told else.

    Args:
        charter: of the plan.
        homes: what APs are told now, as far as they are here: one may restart at this moment.
    """
    job = charter.staging or NO_JOB
    names = {ap.mac: ap.name or "" for ap in charter.aps}
    now = {one.mac: one.primary for one in homes}

    def orders(macs: Sequence[BaseRadioMac], home: ApHome, before: ApHome) -> tuple[Change, ...]:
        return tuple(SetApHome(mac, names[mac], Place.PRIMARY, home, before) for mac in macs)

    for n, wave in enumerate(job.waves, start=1):
        seen = [mac for mac in wave.aps if mac in now]
        back = [change for mac in seen for change in orders([mac], now[mac], job.there)]
        yield f"point-{n}", (orders(wave.aps, job.there, NO_HOME), tuple(back))
        yield f"return-{n}", (orders(wave.aps, job.here, job.there), ())


def _impact(
    situation: Situation,
    companion: Companion,
    view: ControllerView,
    charter: Charter,
    plans: Sequence[Plan],
) -> Iterator[str]:
    job, name = charter.staging or NO_JOB, companion.controller.name
    yield (
        f"{len(job.aps)} AP(s) move to {name} in {len(job.waves)} wave(s), the first of one AP, "
        "and back; this controller's clock is not touched"
    )
    yield (
        "whether an AP that only loops in a download takes the order, and when it follows, is in "
        "no source (unverified): it is read back, and no window is opened before one arrived"
    )
    left_out = len(situation.finding.aps) - len(charter.aps)
    if left_out:
        yield f"{left_out} AP(s) do not join, so nobody can tell them anything: left out"
    if room(companion, view) is None:
        yield (
            f"how many APs {name} takes is not known: say `ap_limit: NUMBER` for it in the "
            "inventory; an AP that it refuses goes on looping here"
        )
    if not (countries(view) and countries(situation.view) <= countries(view)):
        yield f"whether {name} covers the country of each of these APs is not known"
    yield from (f"on {name}: {line}" for line in plans[0].impact)
