import pytest

from service.errors import LeaseHeld, LeaseLost
from service.ports.store import Holder

ME = Holder("host-1", "boot-1", 100, "100")
YOU = Holder("host-2", "boot-9", 200, "200")
TTL_S = 120.0


def test_a_free_controller_is_given_to_who_asks_first(store, world):
    lease = store.acquire("hq-1", ME, ttl_s=TTL_S)
    assert (lease.holder, lease.left_s) == (ME, TTL_S)
    world.advance(1)
    with pytest.raises(LeaseHeld) as refused:
        store.acquire("hq-1", YOU, ttl_s=TTL_S)
    assert (refused.value.holder, refused.value.left_s) == (ME.label, TTL_S - 1)


def test_controllers_do_not_hinder_each_other(store):
    store.acquire("hq-1", ME, ttl_s=TTL_S)
    store.acquire("hq-2", YOU, ttl_s=TTL_S)


def test_a_lease_that_ran_out_passes_on_at_that_very_moment(store, world):
    store.acquire("hq-1", ME, ttl_s=TTL_S)
    world.advance(TTL_S - 0.001)
    with pytest.raises(LeaseHeld):
        store.acquire("hq-1", YOU, ttl_s=TTL_S)
    world.advance(0.001)
    assert store.acquire("hq-1", YOU, ttl_s=TTL_S).holder == YOU


def test_the_number_rises_with_every_grant_and_never_falls(store):
    numbers = []
    for _ in range(3):
        lease = store.acquire("hq-1", ME, ttl_s=TTL_S)
        numbers.append(lease.fencing)
        store.release(lease)
    numbers.append(store.acquire("hq-1", YOU, ttl_s=TTL_S).fencing)
    assert numbers == sorted(set(numbers))


def test_the_holder_may_take_it_again_and_what_it_held_before_ends(store):
    first = store.acquire("hq-1", ME, ttl_s=TTL_S)
    second = store.acquire("hq-1", ME, ttl_s=TTL_S)
    assert second.fencing > first.fencing
    with pytest.raises(LeaseLost):
        store.renew(first, ttl_s=TTL_S)
    store.renew(second, ttl_s=TTL_S)


def test_renewing_holds_it_longer(store, world):
    lease = store.acquire("hq-1", ME, ttl_s=TTL_S)
    world.advance(100)
    assert store.renew(lease, ttl_s=TTL_S).left_s == TTL_S
    world.advance(119)
    assert store.lease_of("hq-1").left_s == 1
    with pytest.raises(LeaseHeld):
        store.acquire("hq-1", YOU, ttl_s=TTL_S)


def test_a_lease_that_ran_out_and_nobody_took_can_be_renewed(store, world):
    lease = store.acquire("hq-1", ME, ttl_s=TTL_S)
    world.advance(500)
    store.renew(lease, ttl_s=TTL_S)
    with pytest.raises(LeaseHeld):
        store.acquire("hq-1", YOU, ttl_s=TTL_S)


def test_a_lease_that_passed_on_cannot_be_renewed_or_given_up(store, world):
    mine = store.acquire("hq-1", ME, ttl_s=TTL_S)
    world.advance(TTL_S)
    yours = store.acquire("hq-1", YOU, ttl_s=TTL_S)
    with pytest.raises(LeaseLost):
        store.renew(mine, ttl_s=TTL_S)
    store.release(mine)
    assert store.lease_of("hq-1") == yours


def test_a_lease_that_was_given_up_is_nobodys(store):
    lease = store.acquire("hq-1", ME, ttl_s=TTL_S)
    store.release(lease)
    assert store.lease_of("hq-1") is None
    with pytest.raises(LeaseLost):
        store.renew(lease, ttl_s=TTL_S)
    assert store.acquire("hq-1", YOU, ttl_s=TTL_S).holder == YOU


def test_who_takes_it_is_told_whether_it_was_given_back(store, world):
    first = store.acquire("hq-1", ME, ttl_s=TTL_S)
    assert not first.was_left
    store.release(first)
    second = store.acquire("hq-1", YOU, ttl_s=TTL_S)
    assert not second.was_left
    third = store.take_over("hq-1", ME, dead=second, ttl_s=TTL_S)
    assert third.was_left
    world.advance(TTL_S)
    assert store.acquire("hq-1", YOU, ttl_s=TTL_S).was_left


def test_the_lease_is_shown_as_it_stands_even_when_it_ran_out(store, world):
    assert store.lease_of("hq-1") is None
    lease = store.acquire("hq-1", ME, ttl_s=TTL_S)
    world.advance(TTL_S + 30)
    shown = store.lease_of("hq-1")
    assert (shown, shown.left_s) == (lease, -30)


def test_a_dead_holder_is_taken_over_before_its_lease_runs_out(store):
    dead = store.acquire("hq-1", ME, ttl_s=TTL_S)
    taken = store.take_over("hq-1", YOU, dead=dead, ttl_s=TTL_S)
    assert taken.holder == YOU
    assert taken.fencing > dead.fencing
    with pytest.raises(LeaseLost):
        store.renew(dead, ttl_s=TTL_S)


def test_of_two_that_see_the_same_dead_holder_one_wins(store):
    dead = store.acquire("hq-1", ME, ttl_s=TTL_S)
    store.take_over("hq-1", YOU, dead=dead, ttl_s=TTL_S)
    late = Holder("host-3", "boot-3", 300, "300")
    with pytest.raises(LeaseHeld):
        store.take_over("hq-1", late, dead=dead, ttl_s=TTL_S)
