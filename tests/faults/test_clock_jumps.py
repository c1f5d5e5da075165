"""The wall clock of a worker's host is set, by hours and years, at any moment (issue 3).

Time moves in this world whenever somebody waits for something: a reply, a login, a timer. At each
of these movements the clock may be set, so also in the middle of a look.
"""

from dataclasses import replace
from itertools import pairwise

import pytest

from service.domain.plan import Plan
from service.errors import AprejoinError
from service.usecases.advance import advance
from service.usecases.decide import approve_plan
from service.usecases.plan import is_fresh
from service.usecases.poll import poll
from service.usecases.remediate import SLICE_S
from service.usecases.sweep import judge
from tests.support.builders import FALSE, POLICY
from tests.support.crew import Crew, crew_stage
from tests.support.fake_clock import FakeClock, World, store_clock
from tests.support.fake_controller import FakeController, Quirks
from tests.support.fake_driver import Line
from tests.support.kill_points import EVERY_POINT
from tests.support.promises import broken
from tests.support.recording_queue import RecordingQueue
from tests.support.stage import Stage
from tests.support.stores import MemoryStore

HOUR, YEAR = 3600.0, 365 * 86400.0
JUMPS = [HOUR, -HOUR, 11 * YEAR, -11 * YEAR]
EVERY = 37
SHARE = 1 if EVERY_POINT else 2
"""Each moment is tried with one way on and one way back, an hour and years in turn."""
NEVER = 10**9


class Jumps:
    """Sets a host's clock at one movement of time, and perhaps back at a later one.

    Attributes:
        moved: how often time has moved.
    """

    def __init__(self, stage: Stage, at: int, by_s: float, *, back_after: int = NEVER) -> None:
        self._stage, self._by_s = stage, by_s
        self._at, self._back = at, at + back_after
        self.moved = 0
        stage.world.moved.insert(0, self)

    def __call__(self) -> None:
        if self.moved == self._at:
            self._stage.clock.off_s += self._by_s
        if self.moved == self._back:
            self._stage.clock.off_s -= self._by_s
        self.moved += 1


def movements(stage: Stage) -> tuple[range, list[int]]:
    """All movements of time in one undisturbed remediation, and those in the midst of a reply."""
    ends: list[float] = [stage.world.elapsed]
    stage.world.moved.insert(0, lambda: ends.append(stage.world.elapsed))
    stage.remediate()
    passed = [later - earlier for earlier, later in pairwise(ends)]
    return range(len(passed)), [n for n, seconds in enumerate(passed) if seconds < SLICE_S]


def shared(moments: list[int], by_s: float) -> list[int]:
    """Those at which this jump is tried."""
    return moments[JUMPS.index(by_s) // 2 % SHARE :: SHARE]


def guarded() -> Stage:
    """A stage whose box has no timers."""
    return Stage(
        quirks=Quirks(has_timers=False, follows_within_s=1000.0),
        hosts={"host-1": "boot-1", "host-2": "boot-of-host-2"},
    )


def settings_of(box: FakeController) -> list[float]:
    """Every time to which this box's clock is set from here on: how far from true time."""
    offsets: list[float] = []
    set_clock = box.set_clock

    def noted(wall, who) -> None:
        set_clock(wall, who)
        offsets.append(box.offset_s)

    box.set_clock = noted
    return offsets


def wrong(stage: Stage, offsets: list[float]) -> list[str]:
    """Clocks that were set to what is neither true time nor the false moment."""
    false_s = (FALSE - stage.world.start).total_seconds()
    near_false = [abs(off_s - false_s) < 2 * 86400 for off_s in offsets]
    return [
        f"set to {off_s:+.0f} s from true time"
        for off_s, is_false in zip(offsets, near_false, strict=True)
        if abs(off_s) > 5 and not is_false
    ]


@pytest.mark.parametrize("back_after", [NEVER, 1, 40], ids=["", "back at once", "back later"])
@pytest.mark.parametrize("by_s", JUMPS)
def test_at_any_moment_of_a_remediation_it_changes_nothing(by_s, back_after):
    failures = {}
    every, replies = movements(Stage())
    for at in shared(replies, by_s) if back_after == NEVER else every[::EVERY]:
        stage = Stage()
        Jumps(stage, at, by_s, back_after=back_after)
        offsets = settings_of(stage.box)
        closed = stage.remediate()
        if found := [*broken(stage, closed), *wrong(stage, offsets)]:
            failures[at] = found
        if closed.state != "succeeded":
            failures[at] = [closed.state, closed.detail]
    assert not failures


@pytest.mark.parametrize("by_s", JUMPS)
def test_at_any_moment_of_a_guarded_remediation_it_changes_nothing(by_s):
    failures = {}
    for at in shared(movements(guarded())[1], by_s):
        stage = guarded()
        Jumps(stage, at, by_s)
        offsets = settings_of(stage.box)
        closed = stage.remediate()
        if found := [*broken(stage, closed), *wrong(stage, offsets)]:
            failures[at] = found
        if closed.state != "succeeded":
            failures[at] = [closed.state, closed.detail]
    assert not failures


@pytest.mark.parametrize("by_s", JUMPS)
def test_while_another_host_brings_home_what_a_dead_one_left(by_s):
    """There no true time is known yet: sources are asked, and the clock jumps in between."""
    failures = {}
    for at in range(0, 60, 2):
        stage = Stage()
        offsets = settings_of(stage.box)
        process = stage.process()
        work = stage.open(process)
        while abs(stage.box.offset_s) < 1000:
            stage.world.advance(_moved_on(work))
        stage.kill(process)
        stage.settle(121)
        stage.clock = FakeClock(stage.world, boot_id="boot-of-host-2", vouches=False)
        Jumps(stage, at, by_s)
        other = stage.process(host="host-2", servers={"192.0.2.1": 0.0, "192.0.2.2": 0.2})
        closed = stage.restore(other)
        if found := [*broken(stage, closed, loud=True), *wrong(stage, offsets)]:
            failures[at] = found
    assert not failures


def _moved_on(work) -> float:
    return advance(work).come_back_s


def test_a_host_that_rebooted_with_a_wrong_clock_hands_that_clock_to_nobody():
    """Nothing vouches for a time any more: the command has letters in its place."""
    stage = Stage()
    stage.box.quirks.ntp_reachable = False
    process = stage.process()
    work = stage.open(process)
    while abs(stage.box.offset_s) < 1000:
        stage.world.advance(_moved_on(work))
    stage.kill(process)
    stage.clock.reboot("boot-2", off_s=-5000.0)
    stage.clock.vouches = False
    closed = stage.restore(stage.process())
    assert closed is not None
    assert closed.state == "needs-attention"
    assert (
        "clock set HH:MM:SS D MON YYYY   ! the true local time when you press enter" in closed.mend
    )


@pytest.mark.parametrize("by_s", JUMPS)
def test_no_plan_gets_a_wrong_date(by_s):
    failures = {}
    for at in range(12):
        stage = Stage()
        Jumps(stage, at, by_s)
        process = stage.process()
        planned = stage.propose(process).planned
        assert isinstance(planned, Plan), planned
        true = planned.charter.true_time
        known = true.now(stage.clock.now())
        off_s = (known - stage.world.true_utc()).total_seconds()
        lasts_s = (planned.expires - stage.world.true_utc()).total_seconds()
        if abs(off_s) > 1 or abs(lasts_s - 86400) > 60 or planned.charter.moment.year != 2022:
            failures[at] = (off_s, lasts_s, planned.charter.moment)
    assert not failures


@pytest.mark.parametrize("by_s", [-55.0, -600.0, -HOUR, -11 * YEAR, HOUR])
def test_no_old_plan_passes_for_a_fresh_one(by_s):
    stage = Stage()
    process = stage.process()
    proposal = stage.propose(process)
    assert is_fresh(process.context, proposal)
    stage.clock.off_s += by_s
    assert is_fresh(process.context, proposal)
    stage.settle(61)
    assert not is_fresh(process.context, proposal)


# -- sweeps ------------------------------------------------------------------------------------


def fleet(count: int) -> Stage:
    """A stage with several boxes, all of them true."""
    world = World()
    stage = Stage(world=world, store=MemoryStore(store_clock(world)))
    for number in range(2, count + 1):
        box = FakeController(world, name=f"hq-{number}")
        stage.more[box.name] = Line(box)
    stage.fleet = tuple(replace(stage.controller, name=name) for name in stage.more)
    return stage


def skews(stage: Stage) -> list[str]:
    """Polls the fleet one by one, judges it, and says whose clock is accused."""
    context = stage.process().context
    polled = [poll(context, controller) for controller in context.inventory.controllers]
    return [
        f"{one.polled.controller.name}: {finding.evidence[0]}"
        for one in judge(context, polled)
        for finding in one.diagnosis.findings
        if finding.issue == "CLOCK-SKEW"
    ]


@pytest.mark.parametrize("claims", [False, True], ids=["honest host", "host that claims"])
@pytest.mark.parametrize("by_s", [HOUR, -11 * YEAR, 90.0, -90.0])
def test_no_clock_is_accused_falsely(by_s, claims):
    """Whether the host then says that it does not know, or goes on claiming to be right."""
    failures = {}
    for at in range(13):  # four looks of three movements each
        stage = fleet(4)
        stage.clock.claims = claims
        Jumps(stage, at, by_s)
        if found := skews(stage):
            failures[at] = found
    assert not failures


@pytest.mark.parametrize("by_s", [0.0, HOUR, -11 * YEAR])
def test_a_clock_that_is_wrong_is_still_found_however_the_hosts_clock_is_set(by_s):
    for at in range(0, 13, 4):
        stage = fleet(4)
        wrong_box = stage.more["hq-3"].box
        wrong_box.offset_s, wrong_box.synced = -400.0, False
        wrong_box.ntp = replace(wrong_box.ntp, entries=())
        Jumps(stage, at, by_s)
        (found,) = skews(stage)
        assert "hq-3" in found
        assert "400 s behind" in found


# -- workers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("by_s", JUMPS)
def test_workers_carry_a_remediation_over_it_without_a_word(by_s):
    failures = {}
    for at in range(5, 120, 38):
        stage = crew_stage()
        crew = Crew(stage)
        Jumps(stage, at, by_s)
        offsets = settings_of(stage.box)
        try:
            crew.ask()
            closed = crew.until_over(stage.process())
        except (AprejoinError, AssertionError) as err:
            failures[at] = [repr(err)]
            continue
        if found := [*broken(stage, closed), *wrong(stage, offsets)]:
            failures[at] = found
        if closed.state != "succeeded":
            failures[at] = [closed.state, closed.detail]
    assert not failures


@pytest.mark.parametrize("by_s", JUMPS)
def test_an_approval_is_neither_lost_nor_kept_alive_by_it(by_s):
    """It lasts a day by the controllers' clocks, whatever this host's says."""
    stage = crew_stage(POLICY)
    crew = Crew(stage)
    digest = crew.ask()
    process = stage.process()
    stage.clock.off_s += by_s
    approval = approve_plan(process.context, RecordingQueue(), digest, who="eve")
    assert approval.digest == digest
    crew.beat(process)
    assert crew.run() is not None
