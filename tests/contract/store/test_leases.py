from datetime import timedelta

import pytest

from service.errors import LeaseHeld, LeaseLost
from service.ports.store import Holder
from tests.support.builders import OPENED

ME = Holder("host-1", "boot-1", 100, "100")
YOU = Holder("host-2", "boot-9", 200, "200")
TTL_S = 120.0


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def test_a_free_controller_is_given_to_who_asks_first(store):
    lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    assert (lease.holder, lease.expires) == (ME, at(TTL_S))
    with pytest.raises(LeaseHeld) as refused:
        store.acquire("hq-1", YOU, now=at(1), ttl_s=TTL_S)
    assert refused.value.holder == ME.label


def test_controllers_do_not_hinder_each_other(store):
    store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    store.acquire("hq-2", YOU, now=at(0), ttl_s=TTL_S)


def test_a_lease_that_ran_out_passes_on_at_that_very_moment(store):
    store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    with pytest.raises(LeaseHeld):
        store.acquire("hq-1", YOU, now=at(TTL_S - 0.001), ttl_s=TTL_S)
    assert store.acquire("hq-1", YOU, now=at(TTL_S), ttl_s=TTL_S).holder == YOU


def test_the_number_rises_with_every_grant_and_never_falls(store):
    numbers = []
    for _ in range(3):
        lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
        numbers.append(lease.fencing)
        store.release(lease)
    numbers.append(store.acquire("hq-1", YOU, now=at(1), ttl_s=TTL_S).fencing)
    assert numbers == sorted(set(numbers))


def test_the_holder_may_take_it_again_and_what_it_held_before_ends(store):
    first = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    second = store.acquire("hq-1", ME, now=at(1), ttl_s=TTL_S)
    assert second.fencing > first.fencing
    with pytest.raises(LeaseLost):
        store.renew(first, now=at(2), ttl_s=TTL_S)
    store.renew(second, now=at(2), ttl_s=TTL_S)


def test_renewing_holds_it_longer(store):
    lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    assert store.renew(lease, now=at(100), ttl_s=TTL_S).expires == at(220)
    with pytest.raises(LeaseHeld):
        store.acquire("hq-1", YOU, now=at(219), ttl_s=TTL_S)


def test_a_lease_that_ran_out_and_nobody_took_can_be_renewed(store):
    lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    assert store.renew(lease, now=at(500), ttl_s=TTL_S).expires == at(620)


def test_a_lease_that_passed_on_cannot_be_renewed_or_given_up(store):
    mine = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    yours = store.acquire("hq-1", YOU, now=at(TTL_S), ttl_s=TTL_S)
    with pytest.raises(LeaseLost):
        store.renew(mine, now=at(TTL_S + 1), ttl_s=TTL_S)
    store.release(mine)
    assert store.lease_of("hq-1") == yours


def test_a_lease_that_was_given_up_is_nobodys(store):
    lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    store.release(lease)
    assert store.lease_of("hq-1") is None
    with pytest.raises(LeaseLost):
        store.renew(lease, now=at(1), ttl_s=TTL_S)
    assert store.acquire("hq-1", YOU, now=at(1), ttl_s=TTL_S).holder == YOU


def test_the_lease_is_shown_as_it_stands_even_when_it_ran_out(store):
    assert store.lease_of("hq-1") is None
    lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    assert store.lease_of("hq-1") == lease


def test_a_dead_holder_is_taken_over_before_its_lease_runs_out(store):
    dead = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    taken = store.take_over("hq-1", YOU, dead=dead, now=at(1), ttl_s=TTL_S)
    assert taken.holder == YOU
    assert taken.fencing > dead.fencing
    with pytest.raises(LeaseLost):
        store.renew(dead, now=at(2), ttl_s=TTL_S)


def test_of_two_that_see_the_same_dead_holder_one_wins(store):
    dead = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    store.take_over("hq-1", YOU, dead=dead, now=at(1), ttl_s=TTL_S)
    late = Holder("host-3", "boot-3", 300, "300")
    with pytest.raises(LeaseHeld):
        store.take_over("hq-1", late, dead=dead, now=at(1), ttl_s=TTL_S)


def test_a_clock_that_went_back_takes_nothing_from_the_holder(store):
    lease = store.acquire("hq-1", ME, now=at(0), ttl_s=TTL_S)
    with pytest.raises(LeaseHeld):
        store.acquire("hq-1", YOU, now=at(-3600), ttl_s=TTL_S)
    store.renew(lease, now=at(-3600), ttl_s=TTL_S)
