"""Times that are counted back: noise is no movement, and what moved is, wherever lines are."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.counted_back import NOISE, alike, usual
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState
from tests.support.cases import NOW

moments = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda ago: NOW - ago)
noise = st.timedeltas(-NOISE, NOISE).filter(lambda one: abs(one) < NOISE)
apart = st.timedeltas(3 * NOISE, timedelta(days=30))


def told(boot, join, *, counted_back=True):
    mac = BaseRadioMac("00:00:00:00:00:10")
    return ApSighting(
        mac, ApState.REGISTERED, boot_time=boot, join_time=join, counted_back=counted_back
    )


@given(moments, moments, noise, noise)
def test_two_looks_at_the_same_times_have_the_usual_way_of_each_in_common(boot, join, one, other):
    looks = told(boot, join), told(boot + one, join + other)
    assert usual(looks[0]) in alike(looks[1])
    assert usual(looks[1]) in alike(looks[0])
    assert [usual(look) for look in looks] == [alike(look)[0] for look in looks]


@given(moments, moments, apart, st.booleans())
def test_a_time_that_moved_is_told_in_no_way_of_before(boot, join, moved, of_boot):
    before = told(boot, join)
    after = told(boot + moved, join) if of_boot else told(boot, join + moved)
    assert usual(before) not in alike(after)
    assert usual(after) not in alike(before)


@given(moments, moments)
def test_a_time_that_the_controller_tells_itself_is_told_as_it_is(boot, join):
    exact = told(boot, join, counted_back=False)
    assert alike(exact) == (exact,)
    assert usual(exact) is exact


@given(st.none() | moments, st.none() | moments)
def test_what_is_not_known_stays_so(boot, join):
    for way in alike(told(boot, join)):
        assert (way.boot_time is None, way.join_time is None) == (boot is None, join is None)
