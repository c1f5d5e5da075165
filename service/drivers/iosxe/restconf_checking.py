"""What of the contract a C9800 gives over RESTCONF; the rest is NETCONF's by choice."""

from collections.abc import Iterator

from service.domain.observation import Topic
from service.drivers.iosxe.checking import LIBRARIES, TIMEOUT_S
from service.drivers.iosxe.restconf_asking import RestconfAsker
from service.drivers.links.netconf import RpcRefused
from service.errors import DeviceError
from service.ports.driver import CapabilityReport

OVER_NETCONF_ALONE = frozenset({Topic.HAZARDS, Topic.DEPENDENTS, Topic.AP_HOMES, Topic.SYNCING})
"""Read at the top of the configuration, where a box that overlooks `fields` would send passwords;
and by an operation."""


def checked(asker: RestconfAsker) -> CapabilityReport:
    """Every read that may go over RESTCONF, tried once."""
    keys = list(_keys(asker))
    lost = [lack for key in keys for lack in _lacks(asker, key)]
    if not asker.takes_fields:
        lost.append("`fields` is refused: whole tables are fetched")
    if lost:
        return CapabilityReport("restconf", "fallback", "; ".join(lost))
    return CapabilityReport("restconf", "works", f"all {len(keys)} reads that may go over it")


def _keys(asker: RestconfAsker) -> Iterator[str]:
    for key, read in asker.contract.reads.items():
        if key not in LIBRARIES and read.topic not in OVER_NETCONF_ALONE and asker.offers(key):
            yield key


def _lacks(asker: RestconfAsker, key: str) -> Iterator[str]:
    try:
        if asker.shape(key).leaves:
            asker.records(key, timeout_s=TIMEOUT_S)
        else:
            asker.tree([key], timeout_s=TIMEOUT_S)
    except (RpcRefused, DeviceError, ValueError) as err:
        yield f"{key}: {err}"
