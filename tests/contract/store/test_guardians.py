"""Heartbeats: who guards, since when without a gap, whatever a wall clock says."""

from service.domain.guardians import SEEN_S
from service.store.sql import SqlStore
from tests.support.fake_clock import FakeClock, World


def seen(store):
    return [(one.host, one.unseen_s, one.steady_s) for one in store.guardians()]


def beat(store, host="host-1", who=None):
    store.guard(who or host, host=host, boot_id=f"boot of {host}")


def test_nobody_guards_before_somebody_says_so(store):
    assert store.guardians() == ()


def test_a_guardian_is_known_by_when_it_was_last_heard_of(store, world):
    beat(store)
    world.advance(30)
    beat(store, "host-2")
    world.advance(5)
    assert seen(store) == [("host-1", 35.0, 35.0), ("host-2", 5.0, 5.0)]


def test_one_that_is_heard_of_again_and_again_is_steady(store, world):
    for _ in range(6):
        beat(store)
        world.advance(SEEN_S)
    assert seen(store) == [("host-1", SEEN_S, 6 * SEEN_S)]


def test_a_gap_begins_its_guard_anew(store, world):
    beat(store)
    world.advance(SEEN_S + 1)
    beat(store)
    world.advance(10)
    assert seen(store) == [("host-1", 10.0, 10.0)]


def test_one_that_stands_down_is_gone_at_once_and_the_others_stay(store):
    beat(store, who="first")
    beat(store, who="second")
    store.stand_down("first")
    store.stand_down("nobody")
    assert len(store.guardians()) == 1


def test_whose_host_was_booted_anew_is_no_guard(tmp_path):
    """A file's time is its host's boot: what another boot counted is past."""
    clock = FakeClock(World())
    store = SqlStore(f"sqlite:///{tmp_path / 'aprejoin.db'}", clock)
    beat(store)
    clock.reboot("boot-2", off_s=-3600)
    assert store.guardians() == ()
    beat(store, "host-2")
    assert [one.host for one in store.guardians()] == ["host-2"]
    store.close()
