"""How a process remembers which way a controller is read."""

from dataclasses import replace

from service.domain.inventory import Controller, Credentials
from service.domain.observation import Platform
from service.drivers.iosxe.remembered import KEPT_S, Remembered, Way
from tests.support.fake_clock import FakeClock, World

BOX = Controller("hq-1", Platform.IOSXE, "192.0.2.10", Credentials("admin", "env:X"))


def test_a_way_is_remembered_for_an_hour_and_for_the_entry_as_it_was():
    clock = FakeClock(World())
    ways = Remembered(clock)
    assert ways.of(BOX) is None
    ways.note(BOX, Way(root="/restconf"))
    assert ways.of(BOX) == Way(root="/restconf")
    assert ways.of(replace(BOX, host="192.0.2.11")) is None
    assert ways.of(replace(BOX, name="hq-2")) is None
    clock.wait(KEPT_S - 1)
    assert ways.of(BOX) is not None
    clock.wait(2)
    assert ways.of(BOX) is None


def test_what_a_controller_lacks_over_both_is_added_to_what_is_known_of_it():
    ways = Remembered(FakeClock(World()))
    ways.note_lacks(BOX, frozenset({"certificates"}))
    assert ways.of(BOX) is None
    ways.note(BOX, Way(root="/restconf"))
    ways.note_lacks(BOX, frozenset({"certificates"}))
    ways.note_lacks(BOX, frozenset({"install"}))
    assert ways.of(BOX) == Way("/restconf", None, frozenset({"certificates", "install"}))
