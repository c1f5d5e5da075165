from datetime import datetime

from service.domain.byhand import ByHand

LOCAL = datetime(2026, 3, 5, 7, 8, 9)  # noqa: DTZ001 - local to a box
AIREOS = ByHand(set_clock="config time manual {mo}/{dd}/{yy} {hh}:{mm}:{ss}")


def test_a_time_is_written_as_the_platform_takes_it():
    assert ByHand().clock_line(LOCAL) == "clock set 07:08:09 5 Mar 2026"
    assert AIREOS.clock_line(LOCAL) == "config time manual 03/05/26 07:08:09"


def test_a_time_that_nobody_knows_is_letters():
    assert ByHand().clock_line(None) == "clock set HH:MM:SS D MON YYYY"
    assert AIREOS.clock_line(None) == "config time manual MO/DD/YY HH:MM:SS"
