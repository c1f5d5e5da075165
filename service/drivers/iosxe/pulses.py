"""The pulse of every AP: the little that a poll asks for of all of them.

It is read in every poll, of everybody: a row becomes its few values as it arrives.
"""

from collections.abc import Iterable
from datetime import datetime
from sys import intern

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApPulse, ApState
from service.drivers.iosxe.ap_rows import STATES
from service.drivers.iosxe.documents import Record
from service.drivers.iosxe.leaf_values import flag, mac_text, moment

Joined = tuple[str | None, str, datetime | None, datetime | None]
"""Of the join table: MAC, the device's own word for the state, when it booted, when it joined."""
Counted = tuple[str | None, bool | None]
"""Of the join statistics: MAC, whether it has joined."""


def joined(record: Record) -> Joined:
    """A row of the join table."""
    told = record.values.get
    raw = intern(told("state") or "")
    return mac_text(told("mac")), raw, moment(told("boot_time")), moment(told("join_time"))


def counted(record: Record) -> Counted:
    """A row of the join statistics."""
    told = record.values.get
    return mac_text(told("mac")), flag(told("is_joined"))


def pulses(table: Iterable[Joined], statistics: Iterable[Counted]) -> tuple[ApPulse, ...]:
    """The union of the join table and the join statistics, ordered by MAC.

    A row without a readable MAC is left out: whole polls say how many there are.
    """
    is_joined = dict(statistics)
    says, state_of, unknown = is_joined.get, STATES.get, ApState.UNKNOWN
    found = {
        mac: ApPulse(BaseRadioMac(mac), state_of(raw, unknown), raw or None, boot, join, says(mac))
        for mac, raw, boot, join in table
        if mac is not None
    }
    for mac, is_there in is_joined.items():
        if mac is not None and mac not in found:
            found[mac] = ApPulse(BaseRadioMac(mac), ApState.NOT_JOINED, is_joined=is_there)
    return tuple([found[mac] for mac in sorted(found)])
