"""Walks of real controllers, served by an agent: the driver reads them as they were."""

import pytest

from service.domain.observation import ApState, CertificateKind
from service.drivers.aireos.book import book
from service.drivers.aireos.identify import identify
from service.drivers.aireos.listing import sightings
from service.drivers.aireos.polling import Poller
from service.drivers.links.snmp import SnmpLink
from service.drivers.links.snmp_session import SnmpTarget
from service.transcripts import cells
from service.transcripts.aireos_zone import zone_of
from tests.contract.drivers.scripted_agent import IP, OCTETS, OID, Agent, name, number, oid, tlv
from tests.support.facts import FACTS
from tests.support.fake_clock import FakeClock, World

CAPTURES = FACTS / "aireos" / "captures"
WALKS = {
    "wism_7.0.240.0_7aps": ("7.0.240.0", "SVC-WiSM", 7),
    "wlc4402_6.0.199.4_1ap": ("6.0.199.4", "AIR-WLC4402-12-K9", 1),
}
TICKS, GAUGE = 0x43, 0x42
pytestmark = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the device facts are not here (APREJOIN_DEVICE_FACTS)"
)


def encoded(kind, value):
    """A value as net-snmp's record file has it."""
    if kind.endswith("x"):
        return tlv(int(kind[:-1]), bytes.fromhex(value))
    tag = {"2": 2, "4": OCTETS, "6": OID, "64": IP, "65": 0x41, "66": GAUGE, "67": TICKS}[kind]
    if tag == OCTETS:
        return tlv(tag, value.encode())
    if tag == OID:
        return name(oid(value))
    if tag == IP:
        return tlv(tag, bytes(int(part) for part in value.split(".")))
    return number(int(value), tag)


def walk(stem):
    lines = (CAPTURES / f"{stem}.snmprec").read_text().splitlines()
    rows = (line.split("|", 2) for line in lines)
    return {oid(dotted): encoded(kind, value) for dotted, kind, value in rows}


@pytest.fixture(params=WALKS)
def served(request):
    with Agent(walk(request.param)) as agent:
        link = SnmpLink.open(SnmpTarget("wlc", "127.0.0.1", agent.port, community="public"))
        yield link, WALKS[request.param]
        link.close()


class OneWay:
    """Ways of which only SNMP is open."""

    def __init__(self, link):
        self._link = link
        self.snmp_error = None

    def snmp(self):
        return self._link


def test_a_real_controller_is_known_for_what_it_is(served):
    link, (release, model, _) = served
    found = identify("wlc", OneWay(link), book(), timeout_s=5)
    assert (str(found.release), found.model) == (release, model)


def test_every_ap_of_a_real_walk_is_read(served):
    link, (release, _, count) = served
    fleet = Poller("wlc", book()).fleet(link, timeout_s=5)
    aps = sightings(list(fleet.aps))
    assert (len(aps), fleet.doubt) == (count, None)
    for ap in aps:
        assert ap.state is ApState.REGISTERED
        assert ap.version == release
        assert ap.model == ap.model.strip()
        assert ap.model.startswith("AIR-")
        assert ap.certificate_kind in {CertificateKind.MIC, CertificateKind.SSC}
        assert ap.ethernet_mac.value != ap.mac.value


def test_times_and_predownloads_of_real_walks_are_read(served):
    link, (_, _, count) = served
    clock = FakeClock(World())
    poller = Poller("wlc", book())
    times = poller.times(link, clock, timeout_s=5)
    assert len(times) == count
    assert all(one["boot_time"] < one["join_time"] < clock.now().wall for one in times.values())
    assert len(poller.predownloads(link, timeout_s=5)) == count


def test_the_clock_of_real_walks_is_local_time_of_a_zone_that_we_know(served):
    link, _ = served
    told = Poller("wlc", book()).scalars(link, ("clock", "zone"), timeout_s=5)
    shown, zone = cells.ctime(told["clock"].rstrip(".")), zone_of(told["zone"], "0:0")
    assert shown is not None
    assert zone.local(zone.to_utc(shown.wall)) == shown.wall


def test_every_object_of_the_contract_is_in_the_facts():
    known = (FACTS / "aireos" / "oids.tsv").read_text()
    system = "1.3.6.1.2.1.1."
    for scalar in book().scalars.values():
        assert scalar.oid.startswith(system) or f"\t{scalar.oid.removesuffix('.0')}\t" in known
    for table in book().tables.values():
        for column in table.columns:
            assert f"\t{table.oid_of(column)}\t" in known, (table.oid, column)
