"""What answers at the address of an AireOS controller, and is one or is not."""

import pytest

from service.drivers.aireos.book import book
from service.drivers.aireos.identify import identify
from service.drivers.links.cli import CliLink
from service.drivers.links.snmp import SnmpLink
from service.drivers.links.snmp_session import SnmpTarget
from service.errors import CapabilityMissing, DeviceUnreachable, ReplyMalformed
from tests.contract.drivers.scripted_agent import Agent, oid, text
from tests.contract.drivers.scripted_shell import Shell
from tests.support.patience import REPLY_S

SYSINFO = (
    "\r\nManufacturer's Name.............................. Cisco Systems Inc.\r\n"
    "Product Name..................................... {product}\r\n"
    "Product Version.................................. {release}\r\n"
    "System Name...................................... WLC-1\r\n"
    "Maximum number of APs supported.................. 25\r\n"
)


class OneWay:
    """Ways of which one is open."""

    def __init__(self, snmp=None, cli=None):
        self._snmp, self._cli = snmp, cli
        self.snmp_error = None

    def snmp(self):
        if self._snmp is None:
            self.snmp_error = DeviceUnreachable("wlc", "SNMP", "no answer")
            raise self.snmp_error
        return self._snmp

    def lost_snmp(self, error):
        self.snmp_error = error

    def cli(self):
        if self._cli is None:
            raise DeviceUnreachable("wlc", "SSH", "refused")
        return self._cli


def by_snmp(description, model="AIR-CT5508-K9", release="8.5.161.0"):
    scalars = book().scalars
    values = {
        oid(scalars["description"].oid): text(description),
        oid(scalars["model"].oid): text(model),
        oid(scalars["release"].oid): text(release),
    }
    with Agent(values) as agent:
        link = SnmpLink.open(SnmpTarget("wlc", "127.0.0.1", agent.port, community="public"))
        try:
            return identify("wlc", OneWay(snmp=link), book(), timeout_s=REPLY_S)
        finally:
            link.close()


def by_cli(page):
    with Shell({"show sysinfo": page}) as shell:
        link = CliLink.open(shell.target, legacy=False)
        try:
            return identify("wlc", OneWay(cli=link), book(), timeout_s=REPLY_S)
        finally:
            link.close()


@pytest.mark.parametrize("release", ["8.5.182.105", "8.10.183.0", "7.0.240.0"])
def test_either_way_tells_the_release(release):
    assert str(by_snmp("Cisco Controller", release=release).release) == release
    page = SYSINFO.format(product="Cisco Controller", release=release)
    assert str(by_cli(page).release) == release


@pytest.mark.parametrize(
    ("description", "model", "what"),
    [
        ("Cisco IOS Software [Amsterdam], C9800-CL Software (C9800-CL-K9_IOSXE)", "", "IOS XE"),
        ("Cisco Controller", "AIR-AP3802I-B-K9", "Mobility Express"),
        ("Cisco Mobility Express", "", "Mobility Express"),
        ("Linux nms 6.1.0 #1 SMP", "", "a host"),
        ("HP J9776A switch", "", "another box"),
    ],
)
def test_a_box_that_is_none_is_named_and_refused(description, model, what):
    with pytest.raises(CapabilityMissing, match=what):
        by_snmp(description, model)


def test_mobility_express_is_refused_by_its_own_page():
    page = SYSINFO.format(product="Cisco Controller", release="8.10.151.0")
    with pytest.raises(CapabilityMissing, match="Mobility Express"):
        by_cli(page + "PID............. AIR-AP1832I-E-K9, Cisco Mobility Express\r\n")


def test_a_page_without_a_release_is_malformed():
    with pytest.raises(ReplyMalformed):
        by_cli("\r\nNothing here of interest\r\n")
    with pytest.raises(DeviceUnreachable, match="no release in ''"):
        by_snmp("Cisco Controller", release="")  # and the other way is closed


def test_a_box_that_nothing_reaches_says_why_on_both_ways():
    with pytest.raises(DeviceUnreachable, match="refused; SNMP does not answer either: no answer"):
        identify("wlc", OneWay(), book(), timeout_s=REPLY_S)
