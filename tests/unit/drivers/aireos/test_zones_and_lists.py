from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.identity import BaseRadioMac
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ApSighting, ApState, ControllerView, Platform, Topic
from service.domain.wallclock import ClockZone
from service.drivers.aireos.book import book
from service.drivers.aireos.box_reading import BoxReader
from service.drivers.aireos.listing import latest, named_downloads, printed, sightings
from service.drivers.aireos.look import Look
from service.drivers.aireos.polling import radio, text
from service.transcripts import aireos_ap, aireos_box
from service.transcripts.aireos_zone import zone_of
from service.transcripts.parts import ApPart

PLACES = [
    ("(GMT -5:00) Eastern Time (US and Canada)", "2026-07-01T12:00", -240),
    ("(GMT -5:00) Eastern Time (US and Canada)", "2022-12-02T12:00", -300),
    ("(GMT +1:00) Amsterdam, Berlin, Rome, Vienna", "2026-07-01T12:00", 120),
    ("(GMT +1:00) Amsterdam, Berlin, Rome, Vienna", "2022-12-02T12:00", 60),
    ("(GMT) London, Lisbon, Dublin, Edinburgh", "2026-07-01T12:00", 60),
    ("(GMT +10:00) Sydney, Melbourne, Canberra", "2022-12-02T12:00", 660),
    ("(GMT +12:00) Auckland (New Zealand)", "2026-07-01T12:00", 720),
    ("(GMT +5:30) Colombo, Kolkata, Mumbai, New Delhi", "2026-07-01T12:00", 330),
    ("(GMT +9:00) Tokyo, Osaka, Sapporo", "2022-12-02T12:00", 540),
]


@pytest.mark.parametrize(("place", "moment", "minutes"), PLACES)
def test_a_place_has_its_offset_and_its_summer(place, moment, minutes):
    utc = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    local = zone_of(place, "0:0").local(utc)
    assert local - utc.replace(tzinfo=None) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("delta", "minutes"), [("0:0", 0), ("1:0", 60), ("-5:0", -300), ("-3:-30", -210), ("5:45", 345)]
)
def test_without_a_place_the_delta_counts(delta, minutes):
    assert zone_of("", delta).offset_min == minutes


@pytest.mark.parametrize(("place", "delta"), [("Somewhere", "0:0"), ("", ""), ("", "soon")])
def test_a_zone_that_is_not_understood_is_none(place, delta):
    assert zone_of(place, delta) is None


@given(st.integers(-13 * 60, 13 * 60), st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)))  # noqa: DTZ001
def test_times_go_to_utc_and_back_in_every_offset(offset, wall):
    hours, minutes = divmod(abs(offset), 60)
    sign = "-" if offset < 0 else ""
    zone = zone_of("", f"{sign}{hours}:{minutes}")
    assert zone.local(zone.to_utc(wall)) == wall


HOSTS = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,8}){1,3}", fullmatch=True),
)
ENTRIES = st.lists(st.tuples(HOSTS, st.sampled_from([0, 0, 1, 7])), max_size=3)
WIDTHS = st.tuples(st.integers(2, 30), st.integers(2, 40), st.integers(2, 20))


@given(ENTRIES, WIDTHS, st.sampled_from(["In Sync", "Not Tried", "Not Synched"]))
def test_an_ntp_table_of_any_width_gives_back_what_it_was_made_of(entries, widths, status):
    """What is captured is what would be put back, index by index."""
    first, second, third = (" " * width for width in widths)
    rows = [
        f"       {index}{first}{key}{second}{host}{third}{status}{third}"
        f"{'AUTH SUCCESS' if key else 'AUTH DISABLED'}"
        for index, (host, key) in enumerate(entries, start=1)
    ]
    page = "\n".join(
        [
            "Time............................................. Fri Dec  2 00:00:02 2022",
            "Timezone delta................................... 0:0",
            "Timezone location................................ ",
            "     Index     NTP Key Index     NTP Server      Status     NTP Msg Auth Status",
            "    -------  -----------------------------------------------------------------",
            *rows,
        ]
    )
    (part,) = aireos_box.read(printed("show time", page))
    expected = [
        NtpEntry("server", "server-list", host, slot=str(index),
                 leaves=(("key", str(key)),) if key else ())
        for index, (host, key) in enumerate(entries, start=1)
    ]  # fmt: skip
    assert part.reason is None
    assert part.says["ntp"] == NtpConfig(tuple(expected))
    assert part.says["ntp_state"].synchronised is (status == "In Sync" and bool(entries))


def test_a_row_that_is_none_is_told():
    page = (
        "Time............. Fri Dec  2 00:00:02 2022\n"
        "     Index     NTP Key Index     NTP Server      Status     NTP Msg Auth Status\n"
        "       1              0          10.0.0.1     In Sync       AUTH DISABLED\n"
        "       2              0\n"
    )
    (part,) = aireos_box.read(printed("show time", page))
    assert "line 4 is no row" in part.reason


@given(st.binary(max_size=40))
def test_names_of_any_octets_become_text(octets):
    assert "\0" not in text(octets)


def test_an_index_is_a_mac():
    assert radio((0, 25, 85, 204, 112, 208)) == BaseRadioMac("00:19:55:cc:70:d0")


def ap(number, version, state=ApState.REGISTERED):
    mac = BaseRadioMac(f"00:00:00:00:00:{number:02x}")
    return ApSighting(mac, state, version=version, is_joined=True)


def test_as_many_on_another_version_as_download_are_the_ones():
    found = named_downloads((ap(1, "8.5.1.0"), ap(2, "8.3.1.0")), "8.5.1.0", 1)
    assert [one.state for one in found] == [ApState.REGISTERED, ApState.DOWNLOADING]


def test_more_on_another_version_than_download_are_not_known_to_serve():
    found = named_downloads((ap(1, "8.3.1.0"), ap(2, "8.3.1.0"), ap(3, "8.5.1.0")), "8.5.1.0", 1)
    assert [one.state for one in found] == [ApState.UNKNOWN, ApState.UNKNOWN, ApState.REGISTERED]
    assert [one.is_joined for one in found] == [None, None, True]


def test_nobody_is_accused_where_the_count_names_nobody_or_all_are_named():
    same = (ap(1, "8.5.1.0"), ap(2, "8.5.1.0"))
    assert named_downloads(same, "8.5.1.0", 1) == same
    named = (ap(1, "8.3.1.0"), replace(ap(2, "8.3.1.0"), state=ApState.DOWNLOADING))
    assert named_downloads(named, "8.5.1.0", 1) == named


def test_a_time_without_a_year_is_the_latest_that_is_not_ahead():
    clock = datetime(2026, 1, 2, tzinfo=UTC)
    december = datetime(2000, 12, 31, 23, 0)  # noqa: DTZ001
    assert latest(december, clock, ClockZone()) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    leap = datetime(2000, 2, 29)  # noqa: DTZ001
    assert latest(leap, clock, ClockZone()) == datetime(2024, 2, 29, tzinfo=UTC)
    assert latest(leap, clock, None) is None


def test_later_parts_overrule_earlier_ones_and_names_join_what_has_no_mac():
    mac = BaseRadioMac("00:00:00:00:00:01")
    parts = [
        ApPart(mac, name="one", says={"is_joined": False}),
        ApPart(name="one", says={"serial": "FCW1"}),
        ApPart(mac, says={"state": ApState.REGISTERED, "is_joined": True}),
    ]
    (seen,) = sightings(parts)
    assert (seen.state, seen.is_joined, seen.serial) == (ApState.REGISTERED, True, "FCW1")


@pytest.mark.parametrize(("state", "dangers"), [("STANDBY HOT", 0), ("STANDBY COLD", 1), (None, 0)])
def test_a_standby_that_is_not_hot_is_a_danger(state, dangers):
    view = ControllerView("wlc", Platform.AIREOS, datetime(2026, 1, 1, tzinfo=UTC), standby=state)
    look = Look(view, ways=None, timeout_s=1)
    BoxReader("wlc", book(), clock=None, model=None).steps[Topic.HAZARDS](look)
    assert len(look.view.hazards) == dangers
    assert Topic.HAZARDS in look.unknown


GENERAL = """Cisco AP Identifier.............................. 1
Cisco AP Name.................................... lobby 2
Country code..................................... DE  - Germany
MAC Address...................................... 58:8d:09:03:12:34
IP Address....................................... 10.0.0.9
Administrative State ............................ ADMIN_ENABLED
Operation State ................................. REGISTERED
AP Model......................................... AIR-CAP3702E-E-K9
AP Image......................................... C3700-K9W8-M
IOS Version...................................... 15.3(3)JC9$
AP Serial Number................................. FCZ1842A0B1
AP Up Time....................................... 3 days, 02 h 11 m 42 s
AP LWAPP Up Time................................. 3 days, 02 h 09 m 11 s
Join Date and Time............................... Wed Nov 18 10:12:13 2026

Join Taken Time.................................. 0 days, 00 h 02 m 31 s
"""


def test_the_field_s_template_reads_the_page_of_one_ap():
    part = aireos_ap.general(GENERAL)
    assert (part.name, str(part.ethernet)) == ("lobby 2", "58:8d:09:03:12:34")
    assert part.says["serial"] == "FCZ1842A0B1"
    assert part.says["state"] is ApState.REGISTERED


@pytest.mark.parametrize("page", ["", "Cisco AP does not exist.", "%%% rubbish ???"])
def test_a_page_that_is_none_is_none(page):
    assert aireos_ap.general(page) is None
