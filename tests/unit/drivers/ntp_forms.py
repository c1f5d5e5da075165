"""NTP entries as boxes of each release may hold them, and a lab box to hold them."""

from hypothesis import strategies as st
from lxml import etree

from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.releases import Release
from service.drivers.iosxe.ntp_entries import ntp_config
from service.drivers.iosxe.payloads import Payloads
from service.drivers.paths import contract
from service.lab.yang.judge import parse
from tests.unit.lab.support import Bench

RELEASES = ("17.3.6", "17.6.4", "17.9.1", "17.12.1")
VRFS = ("Mgmt-intf", "blue")
PATHS = contract("iosxe")

LETTERS = "abcdefghijklmnopqrstuvwxyz"
names = st.builds(
    "{}{}.example.net".format, st.text(LETTERS, min_size=1, max_size=8), st.integers(0, 99)
)
hosts = st.ip_addresses(v=6).map(str).filter(lambda text: not text.endswith(":"))
addresses = st.one_of(st.ip_addresses(v=4).map(str), hosts, names.map(str.upper), names)


def bursts(release: str):
    """Whether a burst leaf is there, and in which form: a boolean in 17.3, then an empty leaf."""
    old = Release.parse(release).train < Release.parse("17.6").train
    return lambda name: st.sampled_from(
        [None, (name, "true") if old else (f"{name}-opt", "")],
    )


def options(release: str):
    burst = bursts(release)

    def leaf(name: str, values):
        return st.one_of(st.none(), values.map(lambda value: (name, str(value))))

    polls = st.tuples(st.integers(4, 17), st.integers(4, 17)).map(sorted)
    pairs = st.one_of(
        st.just(()), polls.map(lambda p: (("minpoll", str(p[0])), ("maxpoll", str(p[1]))))
    )
    singles = st.tuples(
        leaf("key", st.integers(1, 65535)),
        leaf("version", st.integers(1, 4)),
        leaf("source", st.sampled_from(["Vlan10", "Loopback0", "GigabitEthernet0/0/1"])),
        st.sampled_from([None, ("prefer", "")]),
        st.sampled_from([None, ("periodic", "")]),
        burst("burst"),
        burst("iburst"),
    )
    together = st.tuples(singles, pairs).map(lambda both: [*filter(None, both[0]), *both[1]])
    return together.flatmap(st.permutations).map(tuple)


def entries(release: str):
    """One entry of any role, form, VRF and options."""

    def of(form: str):
        return st.builds(
            NtpEntry,
            st.sampled_from(["server", "peer"]),
            st.just(form),
            addresses if form == "server-list" else names,
            st.sampled_from([None, *VRFS]),
            options(release),
        )

    return st.sampled_from(["server-list", "ip", "ipv6"]).flatmap(of)


def configs(release: str, *, most: int = 5):
    return st.lists(
        entries(release), min_size=1, max_size=most, unique_by=lambda one: one.identity
    ).map(lambda found: NtpConfig(tuple(found)))


def bench(release: str, **settings) -> Bench:
    """A box without NTP whose VRFs exist."""
    defined = "".join(
        f"<definition><name>{vrf}</name><address-family><ipv4/></address-family></definition>"
        for vrf in VRFS
    )
    native = 'xmlns="http://cisco.com/ns/yang/Cisco-IOS-XE-native"'
    vrfs = f"<native {native}><vrf>{defined}</vrf></native>"
    return Bench(release=release, ntp=[], running_config=vrfs, **settings)


def payloads(release: str) -> Payloads:
    return Payloads(PATHS, Release.parse(release))


def send(box: Bench, payload: etree._Element) -> None:
    """Edit running as a NETCONF session would."""
    tree = box.box.stores.edited("running", parse(etree.tostring(payload)), "merge")
    box.box.commit(box.box.advance(), tree, "test")


def seen(box: Bench) -> NtpConfig:
    """What the driver reads of the box's running configuration."""
    return ntp_config(PATHS, box.box.stores.running)
