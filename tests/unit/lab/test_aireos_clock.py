"""Clock and NTP of a simulated AireOS box: local wall time, and a daemon that gives up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.lab.aireos.ntp import Life
from service.lab.aireos.specs import ZoneChoice
from service.lab.aireos.zones import LOCATIONS, WlcZone
from tests.unit.lab.aireos_bench import WlcBench

EASTERN = {"location": 8}
THEN = "config time manual 12/02/22 00:00:00"


def shown_time(bench):
    """The line `Time....` of show time."""
    (line,) = [ln for ln in bench.type("show time").splitlines() if ln.startswith("Time...")]
    return line.split(". ", 1)[1]


def test_the_clock_shows_local_time_with_a_day_padded_by_a_space():
    bench = WlcBench(timezone=EASTERN)
    assert shown_time(bench) == "Mon Jun  1 08:00:00 2026"


def test_setting_the_clock_prints_nothing_and_takes_local_time():
    bench = WlcBench(timezone=EASTERN, ntp=[])
    assert bench.type(THEN) == ""
    assert bench.box.utc(bench.box.advance()) == datetime(2022, 12, 2, 5, tzinfo=UTC)
    assert shown_time(bench) == "Fri Dec  2 00:00:00 2022"


def test_a_box_that_takes_gmt_shows_another_time_than_was_set():
    bench = WlcBench(timezone=EASTERN, ntp=[], quirks={"manual_time": "gmt"})
    bench.type(THEN)
    assert shown_time(bench) == "Thu Dec  1 19:00:00 2022"


@pytest.mark.parametrize(
    "wrong",
    ["12/02/2022 00:00:00", "13/02/22 00:00:00", "02/30/22 00:00:00", "12/02/22 24:00:00",
     "12/02/22 00:00", "12/02/22", "2/2/22 00:00:00", ""],
)  # fmt: skip
def test_a_date_that_is_none_is_refused_and_the_clock_stays(wrong):
    bench = WlcBench(ntp=[])
    assert bench.type(f"config time manual {wrong}").startswith("Incorrect input!")
    assert bench.box.clock.offset_s == 0


@given(
    location=st.sampled_from(sorted(LOCATIONS)),
    utc=st.datetimes(min_value=datetime(2015, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001
)
@settings(max_examples=60, deadline=None)
def test_a_wall_time_is_the_moment_it_was_made_of_but_for_the_doubled_hour(location, utc):
    zone = WlcZone(ZoneChoice(location=location))
    moment = utc.replace(tzinfo=UTC)
    apart = moment - zone.utc(zone.wall(moment))
    assert apart in {timedelta(), timedelta(hours=1)}


def test_a_daemon_beyond_a_thousand_seconds_dies_and_setting_the_clock_does_not_wake_it():
    bench = WlcBench()
    assert bench.box.ntp.life is Life.IN_SYNC
    bench.type(THEN)
    bench.wait(3)
    assert bench.box.ntp.life is Life.DEAD
    assert bench.box.clock.offset_s < -1000
    bench.type("config time manual 06/01/26 12:00:10")
    bench.wait(60)
    assert bench.box.ntp.life is Life.DEAD
    assert "NTP daemon is dead, was in step" in bench.dirty
    assert "Not Tried" in bench.type("show time")


def test_a_server_added_again_beyond_a_thousand_seconds_dies_again_and_syncs_within():
    bench = WlcBench()
    bench.type("config time ntp delete 1")
    bench.type(THEN)
    bench.type("config time ntp server 1 192.0.2.1")
    bench.wait(3)
    assert bench.box.ntp.life is Life.DEAD
    bench.type("config time ntp delete 1")
    bench.type("config time manual 06/01/26 12:00:00")
    bench.type("config time ntp server 1 192.0.2.1")
    assert "Not Tried" in bench.type("show time")
    bench.wait(3)
    assert bench.box.ntp.life is Life.IN_SYNC
    assert abs(bench.box.clock.offset_s) < 0.001
    assert "In Sync" in bench.type("show time")
    assert bench.dirty == []


def test_a_small_offset_is_pulled_back_while_a_server_is_configured():
    bench = WlcBench()
    bench.type("config time manual 06/01/26 12:10:00")
    assert bench.box.clock.offset_s == pytest.approx(600)
    bench.wait(3)
    assert bench.box.clock.offset_s == pytest.approx(0)


def test_a_box_that_steps_instead_of_giving_up_comes_back_from_2022():
    bench = WlcBench(quirks={"ntp_panic": "step"})
    bench.type(THEN)
    bench.wait(3)
    assert bench.box.clock.offset_s == pytest.approx(0)


def test_a_name_that_does_not_resolve_is_refused():
    bench = WlcBench(ntp=[{"host": "time.example.net", "resolves": False}])
    bench.type("config time ntp delete 1")
    assert bench.type("config time ntp server 1 time.example.net").startswith("Error!")
    assert bench.dirty[0] == "running: missing time ntp server 1 time.example.net"


def test_the_polling_interval_is_forgotten_with_the_last_server_where_the_box_is_like_that():
    servers = [{"host": "192.0.2.1"}, {"host": "192.0.2.2"}]
    for forgets in (True, False):
        bench = WlcBench(ntp=servers, ntp_interval=7200, quirks={"forgets_interval": forgets})
        bench.type("config time ntp delete 1")
        assert "running: missing time ntp interval 7200" not in bench.dirty
        bench.type("config time ntp delete 2")
        assert ("running: missing time ntp interval 7200" in bench.dirty) is forgets


def test_a_key_is_gone_with_its_server_and_must_be_put_back():
    bench = WlcBench(ntp=[{"host": "192.0.2.1", "key": 7}])
    bench.type("config time ntp delete 1")
    bench.type("config time ntp server 1 192.0.2.1")
    bench.wait(3)
    assert "running: missing time ntp auth enable 1 7" in bench.dirty
    assert bench.type("config time ntp auth enable 1 8").startswith("Error!")
    bench.type("config time ntp auth enable 1 7")
    bench.wait(3)
    assert bench.dirty == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("config time ntp server 4 192.0.2.1", "Error! Server Index is invalid"),
        ("config time ntp server 0 192.0.2.1", "Error! Server Index is invalid"),
        ("config time ntp delete 3", "Error! Server Index is invalid"),
        ("config time ntp delete", "Incorrect input! Use 'config time ntp delete <index>'"),
        ("config time ntp interval 60", "Error! NTP polling interval is invalid"),
        ("config time ntp server 1", "Incorrect usage.  Use the '?' or <TAB> key"),
        ("config time timezone location 31", "Incorrect usage."),
    ],
)
def test_what_a_box_would_refuse_is_refused_and_changes_nothing(line, told):
    bench = WlcBench()
    assert bench.type(line).startswith(told)
    assert bench.dirty == []


def test_a_reload_forgets_what_was_not_saved_and_keeps_the_clock():
    bench = WlcBench()
    bench.type("config time ntp delete 1")
    bench.type(THEN)
    bench.type("reset system", "n", "y")
    bench.wait(3)
    assert [s.host for s in bench.box.running.ntp] == ["192.0.2.1"]
    bench.wait(3)
    assert bench.box.ntp.life is Life.DEAD
    assert bench.box.clock.offset_s < -1000


def test_saving_makes_a_removed_server_stay_away():
    bench = WlcBench()
    bench.type("config time ntp delete 1")
    assert bench.type("save config", "y") == "Configuration Saved!"
    bench.type("reset system", "y")
    bench.wait(3)
    assert bench.box.running.ntp == ()
    assert "saved: missing time ntp server 1 192.0.2.1" in bench.dirty
