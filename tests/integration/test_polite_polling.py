"""Schedules over real protocols: who says that it is busy is polled less, the others are not."""

from dataclasses import replace
from pathlib import Path

import pytest

from service.bootstrap import PlatformDrivers
from service.config.catalogue import load_catalogue
from service.config.inventory import load_inventory
from service.config.secrets import SecretResolver
from service.domain.inventory import Schedule
from service.lab.fleet import from_mapping
from service.lab.lab import Lab
from service.usecases.context import Context
from service.usecases.schedule import run_schedules
from service.usecases.sweep import sweep
from tests.support.fake_clock import FakeClock, FakeProcesses, FakeTimeServers, World, store_clock
from tests.support.recording_queue import RecordingQueue
from tests.support.stores import file_store

EVERY_S = 60.0
APS = [{"kind": "healthy", "count": 2}]
BOXES = [
    {"name": "calm", "release": "17.12.1", "aps": APS},
    {"name": "busy", "release": "17.9.1", "restconf": True, "aps": APS},
    {"name": "wlc", "platform": "aireos", "model": "5508", "release": "8.5.161.0", "aps": APS},
    {"name": "mute", "platform": "aireos", "model": "5508", "release": "8.5.161.0", "aps": APS,
     "quirks": {"tells_load": False}},
]  # fmt: skip


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with Lab(from_mapping({"controllers": BOXES}), state_dir=tmp_path_factory.mktemp("busy")) as it:
        yield it


@pytest.fixture
def timetable(lab, tmp_path):
    made = Timetable(lab, tmp_path)
    yield made
    made.context.store.close()


class Timetable:
    """A schedule whose polls are real, and whose time is not: no answer of a box is slow."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.world = World()
        clock = FakeClock(self.world)
        inventory = load_inventory(lab.inventory_path)
        self.context = Context(
            inventory=replace(inventory, schedules=(Schedule("all", "sweep", every_s=EVERY_S),)),
            catalogue=load_catalogue(),
            store=file_store(folder / "aprejoin.db", store_clock(self.world)),
            drivers=PlatformDrivers(SecretResolver(lab.inventory_path.parent), clock),
            clock=clock,
            time_servers=FakeTimeServers(clock, None),
            processes=FakeProcesses(None, set()),
        )
        self.queue = RecordingQueue()

    def turns(self, number: int) -> dict[str, list[int]]:
        """At which of some turns each controller is polled."""
        polled: dict[str, list[int]] = {box["name"]: [] for box in BOXES}
        for turn in range(number):
            for asked in run_schedules(self.context, self.queue):
                chosen = self.context.inventory.chosen(asked.controllers, ())
                done = sweep(self.context, chosen, sweep_id=asked.id, is_thrifty=True)
                assert all(one.polled.view is not None for one in done.controllers)
                self.context.store.mark_sweep(asked.id, "finished")
                for name in asked.controllers:
                    polled[name].append(turn)
            self.world.advance(EVERY_S)
        return polled


def test_busy_controllers_are_left_alone_for_longer_each_time_and_polled_as_ever_afterwards(
    lab, timetable
):
    boxes = (lab.box("busy"), lab.wlc("wlc"))
    for box in boxes:
        box.fault("load", percent=95, seconds=3600, now=True)
    polled = timetable.turns(4)
    assert polled == {"calm": [0, 1, 2, 3], "busy": [0, 2], "wlc": [0, 2], "mute": [0, 1, 2, 3]}
    for box in boxes:
        box.fault("load", seconds=0, now=True)
    polled = timetable.turns(5)  # the pause that it was given, of four turns, is the last one
    assert polled["busy"] == polled["wlc"] == [2, 3, 4]
    assert polled["calm"] == polled["mute"] == [0, 1, 2, 3, 4]


def test_a_person_is_not_held_up_by_a_busy_controller(lab, timetable):
    lab.box("busy").fault("load", percent=95, seconds=3600, now=True)
    timetable.turns(1)
    (controller,) = timetable.context.inventory.chosen(("busy",), ())
    (judged,) = sweep(timetable.context, [controller], sweep_id="mine").controllers
    lab.box("busy").fault("load", seconds=0, now=True)
    assert judged.polled.view.load_percent == 95
    assert timetable.context.store.poll_turns()["busy"].strained == 2
