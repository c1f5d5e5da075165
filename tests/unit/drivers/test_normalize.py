"""The published samples parse into what they say; words and dates that nobody knows do no harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.mobility import addresses_up
from service.domain.observation import ApState, CertificateKind, JoinPhase
from service.domain.releases import Release
from service.drivers.iosxe import ap_rows, leaf_values, normalize
from service.drivers.iosxe.documents import Record, WrongNamespaceError, nodes, records, shape_of
from service.drivers.iosxe.ntp_entries import ntp_config
from service.drivers.paths import contract
from tests.support.facts import IOSXE, needs_modules

PATHS = contract("iosxe")
NEW = "17.12.1"


def sample(name: str) -> etree._Element:
    return etree.parse(IOSXE / "samples" / f"data-{name}.xml").getroot()


def rows(name: str, key: str, release: str = NEW) -> list[Record]:
    return list(records(sample(name), shape_of(PATHS, PATHS.reads[key], Release.parse(release))))


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counts", "total"), [((), None), (("3", "4"), 7), (("3", None), None), (("3", "few"), None)]
)
def test_clients_are_the_sum_of_what_every_location_counts(counts, total):
    assert normalize.clients(Record({"number": n} if n else {}) for n in counts) == total


@needs_modules
def test_the_join_table_of_17_9():
    aps = [ap_rows.join_row(row) for row in rows("ap-oper-5-17.9", "aps")]
    assert [ap.state.value for ap in aps] == [
        "registered",
        "downloading",
        "downloading",
        "registered",
        "unregistered",
    ]
    fine, looping = aps[0], aps[1]
    assert (fine.name, fine.model, fine.version) == ("a121-cap22", "C9130AXI-E", "17.3.6.76")
    assert fine.backup_version == "17.3.5.42"
    assert fine.country == "GB"
    assert fine.download_started is None
    assert fine.certificate_kind is CertificateKind.MIC
    assert fine.certificate_end == utc(2037, 11, 12, 13, 0, 17)
    assert fine.serial == "FJC24481ABC"
    assert str(looping.mac) == "84:3d:c6:73:10:d0"
    assert str(looping.ethernet_mac) == "00:81:c4:fb:2e:74"
    assert looping.backup_version is None
    assert looping.country is None
    assert (looping.download_percent, looping.download_started) == (
        100,
        utc(2026, 11, 21, 20, 3, 31),
    )
    assert looping.boot_time == utc(2026, 11, 21, 20, 1, 2)
    assert looping.disconnect_reason == "wtp-image-error"


@needs_modules
def test_the_join_table_of_17_3_has_its_versions_from_numbers():
    aps = [ap_rows.join_row(row) for row in rows("ap-oper-5", "aps", "17.3.6")]
    assert aps[0].version == "17.3.6.76"
    assert all(ap.certificate_end is None for ap in aps)


def test_each_leaf_of_the_join_table_has_a_field_of_its_own():
    told = {
        "mac": "70:6d:01:00:01:00",
        "state": "pre-downloading",
        "model": "C9130AXI-E",
        "version_major": "17",
        "version_minor": "3",
        "backup_major": "16",
        "backup_build": "9",
        "download_percent": "42",
        "download_started": "2026-11-21T20:03:31+00:00",
        "country": "GB",
        "certificate_kind": "wireless-cert-lsc",
        "disconnect_reason": "wtp-image-error",
        "reboot_reason": "ap-reboot-reason-img-upgrade",
        "site": "ST-HQ",
        "boot_time": "2026-11-21T20:01:02+00:00",
        "join_time": "2026-11-21T20:02:02+00:00",
        "certificate_end": "2037-11-12T13:00:17+00:00",
        "ethernet_mac": "00:81:c4:fb:2e:74",
        "name": "floor-1",
        "serial": "FJC24481ABC",
        "address": "10.0.0.7",
    }
    assert ap_rows.join_row(Record(told)) == ap_rows.JoinRow(
        mac=BaseRadioMac("70:6d:01:00:01:00"),
        state=ApState.PREDOWNLOADING,
        raw_state="pre-downloading",
        model="C9130AXI-E",
        version="17.3.0.0",
        backup_version="16.0.0.9",
        download_percent=42,
        download_started=utc(2026, 11, 21, 20, 3, 31),
        country="GB",
        certificate_kind=CertificateKind.LSC,
        disconnect_reason="wtp-image-error",
        reboot_reason="ap-reboot-reason-img-upgrade",
        site="ST-HQ",
        boot_time=utc(2026, 11, 21, 20, 1, 2),
        join_time=utc(2026, 11, 21, 20, 2, 2),
        certificate_end=utc(2037, 11, 12, 13, 0, 17),
        ethernet_mac=EthernetMac("00:81:c4:fb:2e:74"),
        name="floor-1",
        serial="FJC24481ABC",
        address="10.0.0.7",
    )
    other = ap_rows.join_row(Record(told | {"state": "registered", "site": ""}))
    assert (other.state, other.site, other.model) == (ApState.REGISTERED, None, "C9130AXI-E")


def united(joined, statistics):
    tables = ap_rows.ApTables()
    tables.take_joined(joined)
    tables.take_seen([tables.seen(row) for row in statistics])
    return tables.sightings()


@needs_modules
def test_the_union_of_the_join_table_and_the_join_statistics():
    joined = [ap_rows.join_row(row) for row in rows("ap-oper-5-17.9", "aps")]
    joined = [ap for ap in joined if ap.name != "yard-iw3702"]  # as if it had left the table
    aps = {ap.name: ap for ap in united(joined, rows("ap-join-stats-17.12", "ap-join-stats"))}
    assert len(aps) == len(joined) + 1
    assert aps["a121-cap22"].is_joined is True
    assert aps["AP2702E"].state is ApState.DOWNLOADING
    assert aps["AP2702E"].failure_phase is JoinPhase.IMAGE
    assert aps["AP2702E"].failure_reason == "Image Download Success"
    yard = aps["yard-iw3702"]
    assert yard.state is ApState.NOT_JOINED
    assert (yard.failure_phase, yard.dtls_failure) == (JoinPhase.DTLS, "dtls-hs-cert-auth")
    assert yard.last_failure_at is not None


def test_statistics_that_say_nothing_take_nothing_from_a_row_of_the_join_table():
    told = {name: utc(2026, 1, 2) for name in ap_rows.JoinRow._fields}
    row = ap_rows.JoinRow(**told | {"mac": BaseRadioMac("70:6d:01:00:01:00")})
    (alone,) = united([row], [])
    (beside,) = united([row], [Record({"mac": "706d.0100.0100"})])
    assert beside == alone
    assert {name: getattr(beside, name) for name in row._fields} == row._asdict()


def test_a_sighting_has_every_leaf_of_all_three_tables():
    told = dict.fromkeys(("mac", "failure_phase", "is_joined"), "") | {"mac": "706d.0100.0100"}
    tables = ap_rows.ApTables()
    tables.take_predownloads([Record({"mac": "706d.0100.0100", "status": "complete"})])
    tables.take_joined([ap_rows.join_row(Record({"mac": "70:6d:01:00:01:00", "state": "ap-down"}))])
    tables.take_seen([tables.seen(Record(told | {"dtls_failure": "dtls-hs-cert-auth"}))])
    (ap,) = tables.sightings()
    assert (ap.state, ap.predownload) == (ApState.DOWN, "complete")
    assert (ap.dtls_failure, ap.failure_phase, ap.is_joined) == ("dtls-hs-cert-auth", None, None)


def test_no_table_is_not_the_same_as_an_empty_one():
    tables = ap_rows.ApTables()
    assert tables.sightings() is None
    tables.take_joined([None])
    assert tables.sightings() == ()


@needs_modules
def test_clock_ntp_and_certificates():
    (system,) = rows("clock", "system")
    assert leaf_values.moment(system.get("clock")) == utc(2022, 12, 2, 0, 0, 2)
    assert normalize.release_text(system.get("software")) == "17.3.6"
    assert normalize.other_platform(system.get("software")) is None
    (ntp,) = rows("ntp-oper", "ntp-state")
    state = normalize.ntp_state(ntp)
    assert (state.synchronised, state.stratum, state.system_peer) == (True, 3, "10.0.0.123")
    (sudi,) = normalize.certificates(rows("pki-certs", "certificates"), "")
    assert (sudi.not_before, sudi.for_join) == (utc(2020, 1, 10, 10), True)


@needs_modules
def test_ntp_entries_of_every_form():
    assert ntp_config(PATHS, sample("ntp-config")).labels == (
        "server 10.0.0.123",
        "server 2001:db8::123",
        "server ip ntp1.example.net",
        "server ipv6 ntp6.example.net",
        "server vrf Mgmt-intf 10.9.9.9",
    )


@needs_modules
@pytest.mark.parametrize(("name", "clean"), [("committed", True), ("uncommitted", False)])
def test_installed_patches(name, clean):
    patch = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
    state = normalize.install_state(rows(f"install-apsp-{name}", "install"))
    assert state.version == "17.03.06.0.3895"
    assert (state.patches, state.uncommitted) == (((patch,), ()) if clean else ((), (patch,)))
    assert state.abort_timer_active is not clean


# -- single values -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T20:03:31+00:00", utc(2026, 11, 21, 20, 3, 31)),
        ("2026-11-21T20:03:31.123456789+00:00", utc(2026, 11, 21, 20, 3, 31, 123456)),
        ("2026-11-21T20:03:31Z", utc(2026, 11, 21, 20, 3, 31)),
        ("2022-12-02T00:00:02Z+00:00", utc(2022, 12, 2, 0, 0, 2)),
        ("2026-11-21T22:03:31+02:00", utc(2026, 11, 21, 20, 3, 31)),
        ("2026-11-21T20:03:31", utc(2026, 11, 21, 20, 3, 31)),
        ("1970-01-01T00:00:00+00:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-11-21T99:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-12:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_read_or_is_none(text, expected):
    assert leaf_values.moment(text) == expected


@given(st.text("0123456789-:TWZ+", max_size=26) | st.datetimes().map("{:%Y-%m-%dT%H:%M:%S}".format))
def test_the_usual_way_to_write_a_moment_is_read_like_all_others(text):
    longer = f"{text}.000+00:00"
    assert leaf_values.moment(f"{text}+00:00") == leaf_values.moment(longer)


@given(st.text())
def test_no_text_at_all_breaks_a_value(text):
    assert leaf_values.moment(text) is None or leaf_values.moment(text).tzinfo is UTC
    assert isinstance(leaf_values.whole(text), int | None)
    assert leaf_values.flag(text) in (True, False, None)
    assert leaf_values.radio_mac(text) is None or len(str(leaf_values.radio_mac(text))) == 17
    assert normalize.other_platform(text) is None or text
    assert normalize.syncing({"result": text}) in (True, False)


@given(st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_that_a_box_prints_is_read_back(moment):
    assert leaf_values.moment(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("software", "release", "other"),
    [
        ("Cisco IOS Software [Amsterdam], C9800-CL Software (C9800-CL-K9_IOSXE), Version 17.3.4c",
         "17.3.4c", None),
        ("Cisco IOS Software [Dublin], C9800 Software (C9800_IOSXE-K9), Version 17.12.8, RELEASE",
         "17.12.8", None),
        ("Cisco IOS Software [IOSXE], C9800-L Software (C9800-L), Version 26.1.1, RELEASE",
         "26.1.1", None),
        ("Cisco IOS Software [Bengaluru], Catalyst L3 Switch (CAT9K_IOSXE), Version 17.6.1",
         "17.6.1", "a Catalyst 9000 switch"),
        ("Cisco IOS Software, C9800-AP Software (C9800-AP-K9_IOSXE), Version 17.3.1",
         "17.3.1", "an embedded wireless controller on an access point (EWC)"),
        ("Cisco Controller 8.10.185.0", None, "an AireOS controller"),
        (None, None, None),
    ],
)  # fmt: skip
def test_a_box_tells_what_it_is(software, release, other):
    assert normalize.release_text(software) == release
    assert normalize.other_platform(software) == other


def record(**values: str) -> Record:
    return Record(dict(values))


@pytest.mark.parametrize(
    ("rows_", "expected"),
    [
        ([], None),
        ([record(chassis="1", role="ha-role-active")], None),
        ([record(role="ha-role-active"), record(role="ha-role-active")], None),
        ([record(chassis="1", role="ha-role-active"), record(chassis="2", role="ha-role-standby")],
         "standby, state not modelled"),
        ([record(chassis="1", role="ha-role-active"), record(chassis="2", role="ha-role-unknown")],
         "role unknown"),
    ],
)  # fmt: skip
def test_a_second_chassis_is_seen_whatever_its_role(rows_, expected):
    assert normalize.standby(rows_) == expected


@pytest.mark.parametrize(
    ("activity", "under_way"),
    [
        ("install-no-activity", False),
        ("install-install-in-progress", True),
        ("install-issu-in-progress", True),
        ("install-of-the-future", False),
        ("", False),
    ],
)
def test_only_an_activity_in_progress_is_under_way(activity, under_way):
    assert bool(normalize.install_state([record(activity=activity)]).activity) is under_way


def test_stratum_and_a_system_peer_together_mean_synchronised():
    def state(stratum: str, selection: str):
        peer = Record({"address": "192.0.2.1", "selection": selection})
        return normalize.ntp_state(Record({"stratum": stratum}, {"association": [peer]}))

    assert state("3", "ntp-peer-sys-peer").synchronised
    assert state("1", "ntp-peer-pps-peer").synchronised
    assert not state("16", "ntp-peer-sys-peer").synchronised
    assert not state("0", "ntp-peer-sys-peer").synchronised
    assert not state("3", "ntp-peer-candidate").synchronised
    assert not state("x", "ntp-peer-sys-peer").synchronised
    assert not normalize.ntp_state(None).synchronised


# -- paths in replies --------------------------------------------------------------------------


def test_another_namespace_is_told_and_a_missing_node_is_nothing():
    steps = (("urn:a", "top"), ("urn:b", "inner"))
    assert list(nodes(etree.fromstring("<data/>"), steps)) == []
    assert list(nodes(etree.fromstring('<data><top xmlns="urn:a"/></data>'), steps)) == []
    with pytest.raises(WrongNamespaceError, match=r"\{urn:x\}inner; expected \{urn:b\}inner"):
        list(
            nodes(
                etree.fromstring('<data><top xmlns="urn:a"><inner xmlns="urn:x"/></top></data>'),
                steps,
            )
        )


def test_a_tunnel_is_up_or_down_or_nobody_knows():
    words = ("up", "data-path-down", "ctrl-path-down", "ctrl-data-path-down", "status-unknown", "?")
    rows = [Record({"address": f"192.0.2.{n}", "status": word}) for n, word in enumerate(words)]
    told = normalize.mobility_peers([*rows, Record({"status": "up"}), Record({"address": "::1"})])
    assert [peer.is_up for peer in told] == [True, False, False, False, None, None, None]
    assert addresses_up(told) == ("192.0.2.0",)
