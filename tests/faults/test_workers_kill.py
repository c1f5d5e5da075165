"""kill -9 of workers at points all over a carried remediation; then other workers, or nobody."""

import pytest

from service.ports.store import Store
from tests.support.crew import Crew
from tests.support.fake_clock import FakeClock
from tests.support.fake_driver import Killed, Trap
from tests.support.kill_points import Points, firsts
from tests.support.promises import broken

EVERY = 23
"""Beside the first point of each name, every so many points are tried."""


def points() -> list[str]:
    """Every point of one undisturbed remediation, in order."""
    crew = Crew()
    crew.ask()
    process = crew.stage.process()
    crew.until_over(process)
    return process.trap.names


def chosen() -> Points:
    """The points that are tried."""
    return firsts(points(), every=EVERY)


def killed_at(point: int) -> Crew:
    """A crew whose only worker died there, a request of it perhaps still on its way."""
    crew = Crew()
    crew.ask()
    process = crew.stage.process(trap=Trap(point, in_flight=True))
    with pytest.raises(Killed):
        crew.until_over(process)
    crew.stage.kill(process)
    return crew


def violations(crew: Crew, **fields) -> list[str]:
    """What is not as it should be after everything is over."""
    crew.stage.settle(120)
    found = broken(crew.stage, crew.closed(), **fields)
    store: Store = crew.stage.store
    left = [str(due) for due in (crew.due(),) if due is not None]
    held = store.lease_of("hq-1")
    return found + left + ([f"held by {held.holder.label}"] if held is not None else [])


def test_other_workers_of_the_host_bring_everything_home():
    failures = {}
    for number, name in chosen().items():
        crew = killed_at(number)
        crew.stage.settle(20)
        crew.until_over(crew.stage.process())
        if found := violations(crew):
            failures[f"{number} {name}"] = found
    assert not failures


def test_workers_of_another_host_bring_everything_home():
    failures = {}
    for number, name in list(chosen().items())[::5]:
        crew = killed_at(number)
        clock = FakeClock(crew.stage.world, boot_id="boot-of-host-2")
        other = crew.stage.process(host="host-2", clock=clock, servers={"192.0.2.1": 0.0})
        crew.until_over(other)
        if found := violations(crew):
            failures[f"{number} {name}"] = found
    assert not failures


def test_nobody_that_comes_back_finds_a_box_in_the_past():
    failures = {}
    for number, name in list(chosen().items())[::5]:
        crew = killed_at(number)
        crew.stage.settle()
        if found := crew.stage.box.differences():
            failures[f"{number} {name}"] = found
    assert not failures


@pytest.mark.parametrize("times", [2, 10])
def test_messages_that_come_several_times_to_several_workers_write_nothing_twice(times):
    once, often = Crew(), Crew()
    for crew in (once, often):
        crew.ask()
    once.until_over(once.stage.process())
    crowd = [often.stage.process() for _ in range(times)]
    while often.closed() is None:
        for process in crowd:
            often.job(process)
        often.stage.world.advance(2)
    assert [c.kind for c in often.stage.line.sent] == [c.kind for c in once.stage.line.sent]
    assert violations(often) == []
