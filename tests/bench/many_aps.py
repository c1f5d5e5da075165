"""What a C9800 of 17.12 with very many access points answers: the same bytes for everybody.

Every leaf that the contract asks for is filled, so that no client has an easy day.
"""

from lxml import etree

from service.domain.releases import Release
from service.drivers.iosxe.documents import Shape, default_namespace, descend, shape_of
from service.drivers.links.netconf import NC
from service.drivers.paths import contract

RELEASE = Release.parse("17.12.1")
COUNT = 6000
KEYS = ("aps", "ap-join-stats")
VALUES = {
    "mac": "70:6d:01:{0:02x}:{1:02x}:00",
    "ethernet_mac": "70:6e:01:{0:02x}:{1:02x}:01",
    "address": "10.1.{0}.{1}",
    "name": "floor-{0}-ap-{1}",
    "serial": "FCW1923{0:02X}{1:02X}",
    "model": "C9130AXI-E",
    "version": "17.12.1.5",
    "version_major": "17",
    "version_minor": "12",
    "version_maint": "1",
    "version_build": "5",
    "state": "registered",
    "site": "ST-HQ",
    "country": "GB ",
    "boot_time": "2026-11-02T03:{0:02}:11+00:00",
    "join_time": "2026-11-02T04:{0:02}:52+00:00",
    "certificate_kind": "wireless-cert-mic",
    "certificate_end": "2037-11-12T13:00:17+00:00",
    "disconnect_reason": "wtp-reboot-image-upgrade",
    "reboot_reason": "ap-reboot-reason-img-upgrade",
    "download_started": "1970-01-01T00:00:00+00:00",
    "is_joined": "true",
    "failure_phase": "ap-con-failure-run",
    "failure_reason": "Image upgrade",
    "join_requests": "{0}",
    "discovery_requests": "{1}",
    "join_failure": "jf-none",
    "config_failure": "cf-none",
    "discovery_failure": "disc-fail-none",
    "dtls_failure": "dtls-hs-success",
    "last_failure_at": "2026-11-21T20:{0:02}:40+00:00",
}
"""By the contract's keys; every other leaf reads 0."""
UNASKED = "<of-no-use-{0}>something that nobody asked for</of-no-use-{0}>"
WIDE_LEAVES = 117
"""So many of them that 6,000 records weigh 50 MB, as all leaves of them do."""


def shape(key: str) -> Shape:
    """One table as the release has it."""
    return shape_of(contract("iosxe"), contract("iosxe").reads[key], RELEASE)


def reply(key: str, *, wide: bool = False, count: int = COUNT) -> str:
    """The content of `data`: a record for each AP."""
    row = _row(shape(key))
    if wide:
        end = row.rindex("</")
        row = row[:end] + "".join(UNASKED.format(n) for n in range(WIDE_LEAVES)) + row[end:]
    (namespace, name), _ = shape(key).steps
    rows = "".join(row.format(*divmod(number, 250)) for number in range(count))
    return f'<{name} xmlns="{namespace}">{rows}</{name}>'


def _row(table: Shape) -> str:
    (namespace, _), (_, name) = table.steps
    row = etree.Element(f"{{{namespace}}}{name}", nsmap=default_namespace(namespace))
    for key, steps in table.leaves.items():
        descend(row, steps).text = VALUES.get(key, "0")
    return etree.tostring(row, encoding="unicode").replace(f' xmlns="{namespace}"', "", 1)


def requests() -> list[str]:
    """The `get` of each table, by the contract's own filter."""
    from service.drivers.iosxe.documents import filter_for  # noqa: PLC0415

    filters = [etree.tostring(filter_for(shape(key)), encoding="unicode") for key in KEYS]
    return [f'<get xmlns="{NC}">{one}</get>' for one in filters]
