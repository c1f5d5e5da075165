from datetime import UTC, datetime, timedelta

import pytest

from service.domain.window import Bound, NoWindow, Window, find_window

LONGEST = timedelta(hours=3)
START = Bound(datetime(2019, 3, 4, 10, 0, tzinfo=UTC), "the controller's certificate")
END = Bound(datetime(2022, 12, 4, 21, 37, 36, tzinfo=UTC), "the signing certificate")


def test_the_newest_usable_moment_is_chosen():
    found = find_window([START], [END], longest=LONGEST)
    assert isinstance(found, Window)
    assert found.moment == datetime(2022, 12, 4, 17, 37, tzinfo=UTC)
    assert found.earliest == START.moment + timedelta(days=1)


def test_the_youngest_start_and_the_oldest_end_decide():
    older = Bound(START.moment - timedelta(days=900), "older")
    later = Bound(END.moment + timedelta(minutes=6), "later")
    found = find_window([older, START], [later, END], longest=LONGEST)
    assert isinstance(found, Window)
    assert (found.lower, found.upper) == (START, END)
    assert set(found.bounds) == {older, START, later, END}


def test_no_start_is_no_lower_bound():
    found = find_window([], [END], longest=LONGEST)
    assert isinstance(found, Window)
    assert (found.earliest, found.lower) == (None, None)


def test_no_end_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="certificate that ended"):
        find_window([START], [], longest=LONGEST)


def test_two_certificates_that_exclude_each_other_are_named():
    young = Bound(END.moment - timedelta(hours=20), "the young one")
    found = find_window([START, young], [END], longest=LONGEST)
    assert isinstance(found, NoWindow)
    assert (found.lower, found.upper) == (young, END)
    assert "the young one begins 2022-12-04 01:37 UTC" in found.reason
    assert "the signing certificate ends 2022-12-04 21:37 UTC" in found.reason


def test_a_window_of_one_moment_is_a_window():
    exact = Bound(datetime(2022, 12, 3, 17, 37, tzinfo=UTC), "exact")
    found = find_window([exact], [END], longest=LONGEST)
    assert isinstance(found, Window)
    assert found.earliest == found.latest
