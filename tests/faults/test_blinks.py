"""An access point that is away while one reading is taken, at any reading of a remediation.

One that loops in its download is away for a part of its time, and one look is several readings: any
of them may miss it. That is no difference, and it changes no end.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from service.domain.journal import Closed
from service.domain.observation import Topic
from service.usecases.remediate import carry_out
from tests.support.install_stage import InstallStage, broken_install
from tests.support.kill_points import EVERY_POINT
from tests.support.policy_stage import GrantStage, PolicyStage, broken_policy, kept_off
from tests.support.stage import Stage, quiet
from tests.support.staging_stage import broken_staging, two_waves

AWAY = (Topic.AP_JOIN, Topic.AP_PULSE, Topic.AP_HOMES)
MISSED = {
    "by-all-of-a-look": AWAY,
    "by-the-list": (Topic.AP_JOIN,),
    "by-the-pulses": (Topic.AP_PULSE,),
    "by-what-it-is-told": (Topic.AP_HOMES,),
}
LAST = 4


@dataclass(frozen=True)
class Job:
    """A remediation that is carried out again and again: how it begins, and what it may not leave.

    Attributes:
        every: so many readings lie between two that are tried, beside the last ones.
    """

    begin: Callable[[], Stage]
    broken: Callable[[Stage, Closed], list[str]]
    every: int
    ends: str = "succeeded"


@dataclass(frozen=True)
class Carried:
    """What one remediation came to; readings: the numbers of those that it took."""

    stage: Stage
    closed: Closed
    readings: range


def differences(stage: Stage, closed: Closed) -> list[str]:
    return [*stage.box.differences(), *closed.left]


JOBS = {
    "clock-window": Job(Stage, differences, 5),
    "staging-controller": Job(two_waves, broken_staging, 24),
    "override": Job(lambda: PolicyStage(kept_off(1), kept_off(2)), broken_policy, 3),
    "grants": Job(lambda: GrantStage(kept_off(1)), broken_policy, 24, "rolled-back"),
    "fixed-software": Job(InstallStage, broken_install, 5),
}
"""The grants of this one help nobody, so that it goes home again."""


def carried_out(job: Job, missed_at: int | None = None, topics: Iterable[Topic] = ()) -> Carried:
    """One remediation, of which one reading misses the first AP."""
    stage = job.begin()
    work = stage.open(stage.process())

    def miss(number: int) -> None:
        stage.line.gone = {topic: {"AP1"} for topic in topics} if number == missed_at else {}

    stage.line.on_read = miss
    began = stage.line.reads_done
    closed = carry_out(work, interrupted=lambda: None, on_progress=quiet)
    stage.line.gone = {}
    return Carried(stage, closed, range(began, stage.line.reads_done))


@pytest.mark.parametrize("missed", MISSED)
@pytest.mark.parametrize("name", JOBS)
def test_an_ap_that_one_reading_misses_changes_no_end(name, missed):
    job = JOBS[name]
    undisturbed = carried_out(job)
    assert undisturbed.closed.state == job.ends
    readings = undisturbed.readings
    tried = readings[:: 1 if EVERY_POINT else job.every]
    wrong = {}
    for number in dict.fromkeys((*tried, *readings[-LAST:])):
        one = carried_out(job, number, MISSED[missed])
        one.stage.settle()
        found = job.broken(one.stage, one.closed)
        if found or one.closed.state != job.ends:
            wrong[number] = (one.closed, found)
    assert wrong == {}
