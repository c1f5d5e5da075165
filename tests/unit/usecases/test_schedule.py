"""Schedules over a store and clocks that jump: who is meant, and how often."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.config.inventory import parse_inventory
from service.domain.inventory import Schedule
from service.domain.polling.turns import Grade, PollTurn
from service.ports.jobs import SweepFleet
from service.usecases.schedule import is_scheduled, run_schedules
from tests.support.crew import crew_stage
from tests.support.fake_clock import FakeClock
from tests.support.recording_queue import RecordingQueue

FLEET = b"""
controllers:
  - {name: hq-1, platform: iosxe, host: a, credentials: c, tags: [lab]}
  - {name: b, platform: iosxe, host: b, credentials: c, tags: [production, lab]}
  - {name: c, platform: iosxe, host: c, credentials: c, tags: [production]}
credentials: {c: {username: admin, password: "env:C"}}
"""
HOURLY = Schedule("hourly", "sweep", every_s=3600)
NIGHTLY = Schedule("nightly", "sweep", cron="0 2 * * *")  # it is eight in the evening
DAY_S = 86_400.0


class Schedulers:
    """Dispatchers on hosts of their own, over one store."""

    def __init__(self, *schedules: Schedule) -> None:
        self.stage = crew_stage()
        self.inventory = replace(
            parse_inventory(FLEET, Path("/fleet.yaml")), schedules=tuple(schedules)
        )
        self.queue = RecordingQueue()
        self.clocks = [FakeClock(self.stage.world), FakeClock(self.stage.world, boot_id="boot-2")]

    def tick(self, host: int = 0) -> int:
        """One look at what is due; how many sweeps it asked for. Sweeps end at once."""
        context = self.stage.process(clock=self.clocks[host]).context
        asked = run_schedules(replace(context, inventory=self.inventory), self.queue)
        for sweep in asked:
            self.stage.store.mark_sweep(sweep.id, "finished")
        return len(asked)

    def over(self, seconds: float, *, step_s: float = 60.0, hosts: tuple[int, ...] = (0,)) -> int:
        """Look again and again for a while; how many sweeps were asked for."""
        found = 0
        for _ in range(int(seconds / step_s)):
            self.stage.world.advance(step_s)
            found += sum(self.tick(host) for host in hosts)
        return found

    @property
    def asked(self):
        return self.stage.store.sweeps(limit=99)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ("hq-1", "b", "c")),
        ({"tags": ("production",)}, ("b", "c")),
        ({"controllers": ("c",)}, ("c",)),
        ({"controllers": ("c",), "tags": ("lab",)}, ("hq-1", "b", "c")),
        ({"controllers": ("c", "gone")}, ("c",)),
    ],
)
def test_a_schedule_asks_for_one_sweep_of_those_that_it_means(fields, names):
    schedulers = Schedulers(replace(HOURLY, **fields))
    assert schedulers.tick() == 1
    (sweep,) = schedulers.asked
    assert (sweep.asked_by, sweep.controllers) == ("schedule hourly", names)
    assert is_scheduled(sweep)
    assert schedulers.queue.jobs == [SweepFleet(sweep.id)]


@pytest.mark.parametrize("fields", [{"controllers": ("gone",)}, {"tags": ("gone",)}])
def test_a_schedule_whose_controllers_are_all_gone_means_nobody_and_not_everybody(fields):
    schedulers = Schedulers(replace(HOURLY, **fields))
    assert schedulers.tick() == 0
    assert schedulers.asked == ()


@pytest.mark.parametrize("schedule", [HOURLY, NIGHTLY])
def test_two_schedulers_at_once_ask_once_for_each_turn(schedule):
    schedulers = Schedulers(schedule)
    assert schedulers.tick(0) + schedulers.tick(1) == 1
    turns = {"hourly": 48, "nightly": 2}[schedule.name]
    assert schedulers.over(2 * DAY_S, step_s=600, hosts=(0, 1, 1)) in (turns - 1, turns)


def test_two_schedulers_whose_clocks_are_minutes_apart_still_ask_once_a_night():
    schedulers = Schedulers(NIGHTLY)
    schedulers.tick()
    schedulers.clocks[1].off_s = -1500.0
    assert schedulers.over(3 * DAY_S, step_s=600, hosts=(0, 1)) == 3


@pytest.mark.parametrize("schedule", [HOURLY, NIGHTLY])
@pytest.mark.parametrize("jump_s", [-366 * DAY_S, -DAY_S / 2, 3600.0, DAY_S / 2, 366 * DAY_S])
def test_a_clock_that_jumps_makes_one_sweep_more_at_most_and_loses_none_for_long(schedule, jump_s):
    schedulers = Schedulers(schedule)
    schedulers.tick()
    schedulers.clocks[0].off_s += jump_s
    assert schedulers.over(600, step_s=120) <= 1
    again = schedulers.over(2 * DAY_S, step_s=600)
    turns = {"hourly": 48, "nightly": 2}[schedule.name]
    assert turns - 1 <= again <= turns


@pytest.mark.parametrize("schedule", [HOURLY, NIGHTLY])
def test_after_days_without_anybody_one_run_is_made_up(schedule):
    schedulers = Schedulers(schedule)
    schedulers.tick()
    schedulers.stage.world.advance(10 * DAY_S)
    assert [schedulers.tick(host) for host in (0, 1, 0, 1)] == [1, 0, 0, 0]
    assert schedulers.over(600) == 0


def test_what_is_not_to_be_made_up_waits_for_its_next_moment():
    schedulers = Schedulers(replace(NIGHTLY, missed="skip"))
    assert schedulers.tick() == 0
    schedulers.stage.world.advance(10 * DAY_S)
    assert schedulers.tick() == 0
    assert schedulers.over(DAY_S) == 1


def test_a_schedule_waits_for_its_own_last_sweep():
    schedulers = Schedulers(HOURLY)
    schedulers.tick()
    schedulers.stage.store.mark_sweep(schedulers.asked[0].id, "running")
    schedulers.stage.world.advance(3600)
    assert schedulers.tick() == 0
    schedulers.stage.store.mark_sweep(schedulers.asked[0].id, "failed")
    schedulers.stage.world.advance(3600)
    assert schedulers.tick() == 1


def test_a_schedule_that_is_new_in_the_inventory_needs_no_restart():
    schedulers = Schedulers()
    assert schedulers.tick() == 0
    schedulers.inventory = replace(schedulers.inventory, schedules=(HOURLY,))
    assert schedulers.tick() == 1


def test_a_schedule_passes_over_whoever_s_turn_it_is_not():
    schedulers = Schedulers(HOURLY)
    schedulers.inventory = replace(
        schedulers.inventory,
        controllers=tuple(
            replace(one, policy=replace(one.policy, healthy_every=3))
            for one in schedulers.inventory.controllers
        ),
    )
    polled = PollTurn("b", Grade.HEALTHY, 1.0, 1.0, 1.0)
    schedulers.stage.store.note_turns([polled, replace(polled, controller="c", strained=0)])
    schedulers.stage.store.note_turns([replace(polled, controller="c", grade=Grade.TROUBLED)])
    asked = []
    for _ in range(4):
        schedulers.tick()
        asked.append(schedulers.stage.store.sweeps(limit=1)[0].controllers)
        schedulers.stage.world.advance(3601)
    assert asked == [("hq-1", "c"), ("hq-1", "c"), ("hq-1", "c"), ("hq-1", "b", "c")]


def test_a_schedule_that_spreads_looks_often_and_asks_only_where_it_is_somebodys_turn():
    schedulers = Schedulers(replace(HOURLY, spread=True))
    assert schedulers.tick() == 1
    names = ("hq-1", "b", "c")
    turns = [PollTurn(name, Grade.TROUBLED, 1.0, 1.0, 1.0) for name in names]
    schedulers.stage.store.note_turns(turns)
    seen = []
    for _ in range(12):
        schedulers.stage.world.advance(301)
        if schedulers.tick():
            (newest,) = schedulers.stage.store.sweeps(limit=1)
            seen += newest.controllers
            schedulers.stage.store.note_turns(
                one for one in turns if one.controller in newest.controllers
            )
    assert sorted(seen) == sorted(names)
