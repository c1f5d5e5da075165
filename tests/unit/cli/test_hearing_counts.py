"""What listeners hear is added up for monitoring: once, also after the database was away."""

from collections import Counter
from types import SimpleNamespace

from service.cli.hearing import Ear
from service.errors import StoreError
from service.listeners.intake import Intake
from service.ports.signals import EVENT_LINES
from service.settings import Settings
from tests.support.fake_clock import FakeClock, World
from tests.support.stores import MemoryStore


def sums(store) -> dict[str, float]:
    return {one.labels[0]: one.value for one in store.sums() if one.name == EVENT_LINES}


def test_what_was_heard_is_added_once_and_what_could_not_be_is_added_the_next_time(tmp_path):
    def away(_added):
        raise StoreError("away")

    store = MemoryStore(FakeClock(World()))
    settings = Settings(tmp_path, "sqlite://")
    intake = Intake()
    ear = Ear(settings, "redis://127.0.0.1:1/0", intake)
    ear._counts = Counter({"lines": 9, "kept": 4, "unparsable": 2, "snmp 3: no such user": 3})
    ear._context = SimpleNamespace(store=SimpleNamespace(add_up=away))
    ear.add_up()
    ear._context = SimpleNamespace(store=store)
    intake.count_lost("snmp", 7)
    for _ in range(2):
        ear.add_up()
    assert sums(store) == {"kept": 4, "unparsable": 2, "refused": 3, "lost": 7}
    ear._counts["kept"] += 1
    ear.add_up()
    assert sums(store)["kept"] == 5
    store.close()
