from hypothesis import given
from hypothesis import strategies as st

from service.domain.releases import Release, fits

number = st.integers(0, 9999)
releases = st.builds(
    Release,
    number,
    number,
    number,
    st.sampled_from(["", "a", "b", "z"]),
    st.lists(number, max_size=3).map(tuple),
)


@given(releases)
def test_printing_and_reading_gives_the_same_release(release):
    assert Release.parse(str(release)) == release


@given(releases, releases)
def test_exactly_one_of_less_equal_greater_holds(one, other):
    assert [one < other, one == other, one > other].count(True) == 1


@given(releases, releases)
def test_a_bound_and_its_opposite_never_agree(release, bound):
    assert fits(release, f">={bound}") is not fits(release, f"<{bound}")
    assert fits(release, f"<={bound}") is not fits(release, f">{bound}")


@given(releases)
def test_every_release_fits_itself(release):
    assert fits(release, f"=={release}, ~{release}, >={release}, <={release}")
