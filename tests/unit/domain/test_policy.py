from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.domain.policy import ClockWindow, Policy, open_window

PARIS, TOKYO = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Tokyo")


def holds(text: str, start: datetime, minutes: float, zone: ZoneInfo = PARIS) -> bool:
    return ClockWindow.parse(text).holds(start, start + timedelta(minutes=minutes), zone)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026 in Paris, an hour east: the 21st is a Saturday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "start", "minutes", "is_held"),
    [
        ("* 22-04", (21, 22, 0), 360, True),
        ("* 22-04", (21, 21, 59), 10, False),
        ("* 22-04", (21, 22, 0), 361, False),
        ("* 22-04", (22, 3, 0), 60, True),  # began the evening before
        ("* 22-04", (22, 4, 0), 1, False),
        ("sat 22-04", (22, 3, 0), 30, True),
        ("sat 22-04", (21, 3, 0), 30, False),  # that night began on a Friday
        ("mon-fri 09:30-17:45", (20, 9, 30), 495, True),
        ("mon-fri 09:30-17:45", (21, 10, 0), 5, False),
        ("sat,sun 01:30-05:00", (22, 1, 30), 210, True),
        ("fri-mon 10-11", (22, 10, 0), 60, True),  # over the end of the week
        ("fri-mon 10-11", (24, 10, 0), 60, False),
        ("* 0-24", (21, 23, 0), 60, True),
        ("* 0-24", (21, 23, 30), 31, False),  # one occurrence has to hold all of it
        ("* 22-22", (22, 21, 0), 60, True),  # a whole day
    ],
)
def test_one_occurrence_of_a_window_has_to_hold_all_of_it(text, start, minutes, is_held):
    assert holds(text, at(*start), minutes) is is_held


def test_a_window_is_of_the_sites_own_time():
    start = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)  # 22:30 in Tokyo
    assert holds("sat 22-04", start, 60, TOKYO)
    assert not holds("sat 22-04", start, 60, PARIS)


@pytest.mark.parametrize(
    "text",
    ["", "22-04", "* 22", "* 25-26", "* 22:61-23", "someday 22-04", "mon-someday 1-2", "mon 1"],
)
def test_what_is_no_window_is_told(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the texts differ: see the inventory's tests
        ClockWindow.parse(text)


def test_capitals_and_blanks_do_not_matter():
    assert ClockWindow.parse("  SAT,Sun  01:30-05:00 ") == ClockWindow.parse("sat,sun 01:30-05:00")


def test_the_window_that_holds_is_named():
    policy = Policy(clock_windows=("mon 1-2", "sat 20-23"))
    start = at(21, 21)
    assert open_window(policy, start, start + timedelta(minutes=5), PARIS) == "sat 20-23"
    assert open_window(policy, start, start + timedelta(hours=5), PARIS) is None
    assert open_window(Policy(), start, start + timedelta(hours=5), PARIS) == "any time"


def test_the_defaults_are_those_of_the_design():
    policy = Policy()
    assert (policy.on_finding, policy.approval) == ("report", "required")
    assert (policy.max_parallel_remediations, policy.max_at_risk_aps) == (2, 0)
    assert policy.one_at_a_time == ("mobility_group", "ha_peer")
    assert (policy.dead_man_after_s, policy.wait_for_aps_s) == (1800, 7200)
    assert (policy.ntp_sync_s, policy.stay_registered_s) == (1200, 600)
    assert policy.strategies == (
        "expired-cert-override",
        "fixed-software",
        "staging-controller",
        "clock-repair",
        "clock-window",
    )
