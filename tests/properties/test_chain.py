"""A clock window and then new software: laws of the plan, and of every order of events."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.image_changes import ImageChange
from service.domain.observation import ApState
from service.domain.plan import Plan
from service.domain.strategies.fixed_software_aireos_chain import FIRST
from tests.support.builders import MAC, affected, sighting
from tests.support.chain_stage import ChainStage, broken_chain
from tests.support.image_plans import planned, seen
from tests.support.stage import ap

OTHERS = [f"70:6d:04:00:{n:02x}:00" for n in range(4)]
states = st.sampled_from([ApState.REGISTERED, ApState.DOWNLOADING])


def fleet(others: list[ApState], seed: int):
    """The stuck AP among others, in any order."""
    aps = [sighting(MAC)]
    for text, state in zip(OTHERS, others, strict=False):
        aps.append(sighting(type(MAC).parse(text), state, name=text))
    random.Random(seed).shuffle(aps)  # noqa: S311 - an order, no secret
    return tuple(aps)


@settings(max_examples=30)
@given(others=st.lists(states, max_size=4), seeds=st.tuples(st.integers(), st.integers()))
def test_equal_input_gives_an_equal_plan_in_whatever_order_aps_are_listed(others, seeds):
    one, other = (planned(seen(aps=fleet(others, seed)), aps=(affected(),)) for seed in seeds)
    assert isinstance(one, Plan)
    assert isinstance(other, Plan)
    assert one.charter.digest == other.charter.digest
    assert [step.name for step in one.steps] == [step.name for step in other.steps]


@settings(max_examples=30)
@given(others=st.lists(states, max_size=4))
def test_who_else_is_there_changes_nothing_of_what_is_approved(others):
    made = planned(seen(aps=fleet(others, 0)), aps=(affected(),))
    alone = planned(seen(aps=fleet([], 0)), aps=(affected(),))
    assert made.charter.digest == alone.charter.digest
    image = [n for n, one in enumerate(made.steps) if any(map(_is_of_the_image, one.changes))]
    window = [n for n, one in enumerate(made.steps) if one.name.startswith(FIRST)]
    assert max(window) < min(image)


def _is_of_the_image(change: object) -> bool:
    return isinstance(change, ImageChange)


@settings(max_examples=15, deadline=None)
@given(
    moves=st.integers(0, 60),
    hopeless=st.booleans(),
    lost_s=st.none() | st.integers(0, 200),
)
def test_no_line_of_the_image_comes_before_time_is_true_and_every_ap_serves(
    moves, hopeless, lost_s
):
    """Called back at any move, with an AP that never comes, a guardian that leaves at any time."""
    stage, wrong, asked = ChainStage(stuck=[ap(1), ap(2, hopeless=hopeless)]), [], []
    if lost_s is not None:
        stage.box.later(lost_s, lambda: stage.hosts.pop("host-2", None))

    def watch(_: int, change: object) -> None:
        if isinstance(change, ImageChange):
            wrong.extend(stage.box.differences())
            wrong.extend(one.name for one in stage.box.aps if not one.serves)
            wrong.extend([] if stage.box.synced else ["NTP"])

    def interrupted() -> str | None:
        asked.append(None)
        return "enough" if len(asked) > moves and moves < 50 else None

    stage.line.on_change = watch
    closed = stage.remediate(interrupted=interrupted)
    assert wrong == []
    assert closed.state in {"succeeded", "rolled-back", "cancelled"}
    assert broken_chain(stage, closed) == []
