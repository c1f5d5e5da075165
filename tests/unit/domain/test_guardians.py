from hypothesis import given
from hypothesis import strategies as st

from service.domain.guardians import SEEN_S, Guardian, living, too_few


def guardian(host: str, boot: str = "", *, unseen_s: float = 5.0, steady_s: float = 900.0):
    return Guardian(host, boot or f"boot of {host}", unseen_s, steady_s)


def test_two_hosts_are_two():
    assert living([guardian("b"), guardian("a")]) == ("a", "b")


def test_several_processes_of_one_host_are_one():
    assert living([guardian("a"), guardian("a"), guardian("a")]) == ("a",)


def test_one_that_was_not_heard_of_for_a_minute_is_lost():
    assert living([guardian("a", unseen_s=SEEN_S), guardian("b", unseen_s=SEEN_S + 1)]) == ("a",)


def test_one_that_came_back_has_not_guarded_all_along():
    back = guardian("b", steady_s=100.0)
    assert living([guardian("a"), back], for_s=900.0) == ("a",)
    assert living([guardian("a"), back], for_s=150.0) == ("a", "b")


def test_a_chain_of_likenesses_is_one_machine():
    """A host that rebooted, and a container that ran on its first boot."""
    chain = [guardian("a", "boot-1"), guardian("a", "boot-2"), guardian("box", "boot-1")]
    assert living(chain) == ("a",)


def test_who_is_missing_is_said():
    assert too_few(("a",), 2) == "2 hosts have to guard, and 1 do: a"
    assert too_few((), 1) == "1 hosts have to guard, and 0 do: nobody"
    assert too_few(("a", "b"), 2) is None


MANY = st.lists(
    st.builds(
        Guardian,
        st.sampled_from("abcd"),
        st.sampled_from(["boot-1", "boot-2", "boot-3"]),
        st.floats(0, 120),
        st.floats(0, 1000),
    ),
    max_size=8,
)


@given(MANY, st.randoms(use_true_random=False))
def test_it_never_counts_more_machines_than_there_can_be_in_whatever_order(many, random):
    found = living(many)
    alive = [one for one in many if one.unseen_s <= SEEN_S]
    assert len(found) <= len({one.host for one in alive})
    assert len(found) <= len({one.boot_id for one in alive})
    assert bool(found) == bool(alive)
    random.shuffle(many)
    assert living(many) == found


@given(MANY, MANY)
def test_nobody_who_joins_makes_a_loss_out_of_a_host_that_is_its_own(some, more):
    """More heartbeats can only show that two are one machine, never that one is none."""
    assert bool(living(some + more)) >= bool(living(some))
