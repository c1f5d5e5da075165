"""The pulse of every AP: the little that a poll asks for of all of them."""

from collections.abc import Iterable

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApPulse, ApState
from service.drivers.iosxe.ap_rows import STATES
from service.drivers.iosxe.documents import Record
from service.drivers.iosxe.leaf_values import flag, mac_text, moment


def pulses(joined: Iterable[Record], statistics: Iterable[Record]) -> tuple[ApPulse, ...]:
    """The union of the join table and the join statistics, ordered by MAC.

    A row without a readable MAC is left out: whole polls say how many there are.
    """
    is_joined = {mac_text(one.get("mac")): flag(one.get("is_joined")) for one in statistics}
    found: dict[str, ApPulse] = {}
    for record in joined:
        mac = mac_text(record.get("mac"))
        if mac is not None:
            raw = record.get("state")
            found[mac] = ApPulse(
                mac=BaseRadioMac(mac),
                state=STATES.get(raw or "", ApState.UNKNOWN),
                raw_state=raw,
                boot_time=moment(record.get("boot_time")),
                join_time=moment(record.get("join_time")),
                is_joined=is_joined.get(mac),
            )
    for mac, says in is_joined.items():
        if mac is not None and mac not in found:
            found[mac] = ApPulse(BaseRadioMac(mac), ApState.NOT_JOINED, is_joined=says)
    return tuple(found[mac] for mac in sorted(found))
