from datetime import timedelta

import pytest

from service.domain.instants import TimeSource, TrueTime, agree, from_source
from tests.support.builders import OPENED, instant


def offset(truth: TrueTime) -> float:
    return (truth.at - truth.instant.wall).total_seconds()


def test_within_one_boot_time_is_counted_and_the_wall_clock_is_not_asked():
    later = instant(60, wall_off_s=-3600)
    assert later.seconds_since(instant(0)) == 60


def test_across_a_reboot_only_the_wall_clocks_compare():
    assert instant(60, boot="boot-2", wall_off_s=5).seconds_since(instant(0)) == 65


def test_true_time_is_carried_on_by_the_count_of_this_boot():
    truth = TrueTime(OPENED, instant(0), ("x",))
    assert truth.now(instant(90, wall_off_s=1000)) == OPENED + timedelta(seconds=90)


def test_true_time_says_nothing_after_a_reboot_or_on_another_host():
    assert TrueTime(OPENED, instant(0), ("x",)).now(instant(90, boot="boot-2")) is None


def test_one_trusted_source_corrects_the_wall_clock():
    truth = from_source(TimeSource("hq-1", 2.5), instant(0))
    assert (offset(truth), truth.sources) == (2.5, ("hq-1",))


@pytest.mark.parametrize(("apart_s", "agrees"), [(0.0, True), (2.0, True), (2.1, False)])
def test_two_sources_agree_within_two_seconds(apart_s, agrees):
    truth = agree((TimeSource("a", 10.0), TimeSource("b", 10.0 + apart_s)), instant(0))
    assert (truth is not None) is agrees


def test_what_a_source_cannot_tell_is_allowed_for():
    sources = (TimeSource("a", 0.0, 0.5), TimeSource("b", 3.0, 0.5))
    assert agree(sources, instant(0)) is not None


def test_the_mean_of_the_two_closest_counts_and_the_third_is_left_out():
    sources = (TimeSource("far", 100.0), TimeSource("a", 1.0), TimeSource("b", 2.0))
    truth = agree(sources, instant(0))
    assert truth is not None
    assert (offset(truth), truth.sources) == (1.5, ("a", "b"))


def test_one_source_or_none_is_no_agreement():
    assert agree((), instant(0)) is None
    assert agree((TimeSource("a", 0.0),), instant(0)) is None


def test_true_time_is_dated_with_the_instant_it_is_asked_for():
    truth = agree((TimeSource("a", 0.0), TimeSource("b", 0.0)), instant(30))
    assert truth is not None
    assert truth.now(instant(40)) == OPENED + timedelta(seconds=40)
