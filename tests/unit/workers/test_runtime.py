"""What the jobs of schedules and nudges queue in turn."""

from pathlib import Path

import pytest

from service.config.inventory import parse_inventory
from service.errors import NotFound
from service.ports.jobs import PollController
from service.usecases.context import Context
from tests.support.recording_queue import RecordingQueue
from workers.runtime import FleetRuntime

FLEET = b"""
controllers:
  - {name: a, platform: iosxe, host: a, credentials: c, tags: [lab]}
  - {name: b, platform: iosxe, host: b, credentials: c, tags: [production, lab]}
  - {name: c, platform: iosxe, host: c, credentials: c, tags: [production]}
  - {name: d, platform: iosxe, host: d, credentials: c}
credentials: {c: {username: admin, password: "env:C"}}
schedules:
  - {name: everybody, every: 1h}
  - {name: tagged, every: 1h, tags: [production]}
  - {name: named, every: 1h, controllers: [d]}
  - {name: both, every: 1h, controllers: [d], tags: [lab]}
"""


class NoUnfinished:
    """A store in which every remediation has ended."""

    def remediations(self, *, unfinished):
        assert unfinished
        return ()


@pytest.fixture
def runtime():
    context = Context(
        inventory=parse_inventory(FLEET, Path("/fleet.yaml")),
        catalogue=None,
        store=NoUnfinished(),
        drivers=None,
        clock=None,
        time_servers=None,
        processes=None,
    )
    return FleetRuntime(context, RecordingQueue())


def polled(runtime):
    assert all(isinstance(job, PollController) for job in runtime.queue.jobs)
    return [job.controller for job in runtime.queue.jobs]


@pytest.mark.parametrize(
    ("schedule", "names"),
    [("everybody", "abcd"), ("tagged", "bc"), ("named", "d"), ("both", "abd")],
)
def test_a_schedule_polls_those_that_it_means_in_one_sweep(runtime, schedule, names):
    runtime.run_schedule(schedule)
    assert polled(runtime) == list(names)
    assert len({job.sweep for job in runtime.queue.jobs}) == 1


def test_two_runs_of_a_schedule_are_two_sweeps(runtime):
    runtime.run_schedule("named")
    runtime.run_schedule("named")
    assert len({job.sweep for job in runtime.queue.jobs}) == 2


def test_a_schedule_that_was_taken_out_of_the_inventory_is_named(runtime):
    with pytest.raises(NotFound, match=r"no schedule named 'old'; known: everybody, tagged"):
        runtime.run_schedule("old")


def test_a_sweep_polls_everybody_under_its_own_id(runtime):
    runtime.sweep("s-1")
    assert polled(runtime) == list("abcd")
    assert {job.sweep for job in runtime.queue.jobs} == {"s-1"}


def test_advancing_what_has_ended_meanwhile_does_nothing(runtime):
    runtime.advance("r-1")
    assert runtime.queue.jobs == []
