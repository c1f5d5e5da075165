"""The clock, its zone, and NTP pulling it back."""

from datetime import UTC, datetime

import pytest

from service.lab.box.cli import CliSession
from service.lab.dirty import left_dirty
from tests.unit.lab.support import NTP, Bench, servers

PARIS = {
    "name": "CET",
    "hours": 1,
    "summer": {"name": "CEST", "start": "last Sun Mar 2:00", "end": "last Sun Oct 3:00"},
}
GONE = f'<ntp><server xmlns="{NTP}" nc:operation="remove"/></ntp>'


def typed(bench: Bench, line: str) -> str:
    session = CliSession(bench.box, "test", privileged=True)
    return session.run(bench.box.advance(), line)


def test_clock_set_means_local_wall_time_in_winter():
    bench = Bench(ntp=[], timezone=PARIS)
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    assert bench.utc() == datetime(2022, 12, 2, 11, tzinfo=UTC)


def test_clock_set_means_local_wall_time_in_summer():
    bench = Bench(ntp=[], timezone=PARIS)
    typed(bench, "clock set 12:00:00 2 Jul 2022")
    assert bench.utc() == datetime(2022, 7, 2, 10, tzinfo=UTC)


def test_without_rules_summer_time_is_that_of_the_united_states():
    bench = Bench(ntp=[], timezone={"name": "EST", "hours": -5, "summer": {"name": "EDT"}})
    typed(bench, "clock set 12:00:00 20 Mar 2022")  # Europe is still in winter
    assert bench.utc() == datetime(2022, 3, 20, 16, tzinfo=UTC)


def test_half_hours_west_of_greenwich_count_from_the_hours_away():
    bench = Bench(ntp=[], timezone={"name": "NST", "hours": -3, "minutes": 30})
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    assert bench.utc() == datetime(2022, 12, 2, 15, 30, tzinfo=UTC)


def test_show_clock_tells_zone_and_doubt():
    bench = Bench(ntp=[], timezone=PARIS)
    assert typed(bench, "show clock") == "*14:00:00.000 CEST Mon Jun 1 2026"
    assert typed(Bench(), "show clock") == "12:00:00.000 UTC Mon Jun 1 2026"


def test_ntp_pulls_a_set_clock_back_while_a_server_is_configured():
    bench = Bench()
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    assert bench.utc().year == 2022
    bench.wait(2.1)
    assert bench.box.clock.offset_s == 0


def test_without_servers_the_clock_stays_where_it_was_set():
    bench = Bench()
    bench.edit(GONE)
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.wait(3600)
    assert bench.utc() == datetime(2022, 12, 2, 13, tzinfo=UTC)


def test_a_server_that_does_not_answer_pulls_nothing():
    bench = Bench(ntp=[{"host": "192.0.2.1", "reachable": False}])
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.wait(3600)
    assert bench.utc().year == 2022


def test_a_server_whose_key_is_gone_pulls_nothing():
    bench = Bench(ntp=[{"host": "192.0.2.1", "key": 7}])
    bench.edit(
        f'<ntp><authentication-key xmlns="{NTP}" nc:operation="delete"><number>7</number>'
        "</authentication-key></ntp>"
    )
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.wait(3600)
    assert bench.utc().year == 2022


def test_the_panic_threshold_refuses_the_way_back():
    bench = Bench(ntp_globals=["panic-update"])
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.wait(3600)
    assert bench.utc().year == 2022
    assert bench.box.ntp.refused


def test_a_server_added_again_brings_true_time_back():
    bench = Bench()
    bench.edit(GONE)
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.wait(10)
    bench.edit(servers("<server-list><ip-address>192.0.2.1</ip-address></server-list>"))
    bench.wait(1.9)
    assert bench.box.clock.offset_s != 0
    bench.wait(0.2)
    assert bench.box.clock.offset_s == 0


def test_false_time_is_counted_in_seconds():
    bench = Bench()
    bench.edit(GONE)
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.wait(100)
    bench.edit(servers("<server-list><ip-address>192.0.2.1</ip-address></server-list>"))
    bench.wait(50)
    assert 101.9 < bench.box.clock.seconds_of_false_time(bench.time.now) < 102.1


def test_a_reload_keeps_the_false_clock_and_brings_the_saved_servers():
    bench = Bench()
    bench.edit(GONE)
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.box.reload(bench.box.advance(), "test")
    bench.wait(1)
    assert bench.utc().year == 2022
    bench.wait(5)
    assert bench.box.clock.offset_s == 0
    assert left_dirty(bench.box) == []


def test_left_dirty_names_every_difference():
    bench = Bench(release="17.12.1")
    bench.edit(GONE)
    typed(bench, "clock set 12:00:00 2 Dec 2022")
    bench.box.save(bench.box.advance(), "test")
    bench.box.stores.lock("running", 21)
    found = "\n".join(left_dirty(bench.box))
    assert "running: missing /native/ntp/server/server-list[ip-address=192.0.2.1]" in found
    assert "startup: missing /native/ntp/server/server-list[ip-address=192.0.2.1]" in found
    assert "from true time" in found
    assert "lock on running held by session 21" in found


def test_putting_everything_back_leaves_nothing_dirty():
    bench = Bench()
    bench.edit(GONE)
    assert any("unsaved" in line for line in left_dirty(bench.box))
    bench.edit(servers("<server-list><ip-address>192.0.2.1</ip-address></server-list>"))
    bench.wait(5)
    assert left_dirty(bench.box) == []


@pytest.mark.parametrize(
    ("seconds", "ntp", "is_wrong"),
    [(-4, [], False), (-6, [], True), (-1, None, False), (-3, None, True)],
    ids=["set", "set amiss", "kept", "kept amiss"],
)
def test_a_clock_that_ntp_keeps_is_judged_by_two_seconds_else_by_five(seconds, ntp, is_wrong):
    bench = Bench() if ntp is None else Bench(ntp=ntp)
    box = bench.box
    found_s = box.clock.offset_s
    box.clock.offset_s = float(seconds)
    in_step = box.ntp.synced_since is not None
    assert in_step is (ntp is None)
    assert any("from true time" in line for line in left_dirty(box)) is is_wrong
    assert box.clock.left_wrong(found_s=float(seconds), in_step=in_step) == []  # nobody moved it
    assert found_s == 0.0
