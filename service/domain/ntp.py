"""NTP entries of a controller, kept so that they can be put back exactly.

Only `server` and `peer` entries are ever captured, removed or added: keys stay on the box and are
never read. An entry keeps every leaf it had, under the name its own release gave it.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["server", "peer"]
Form: TypeAlias = Literal["server-list", "ip", "ipv6"]
Identity: TypeAlias = tuple[str, str | None, str, str]


@dataclass(frozen=True, slots=True, order=True)
class NtpEntry:
    """One `ntp server` or `ntp peer`.

    Attributes:
        role: server or peer.
        form: which list of the model holds it: by address (`server-list`, may hold names too), or
            by name resolved over `ip` or `ipv6`.
        host: address or host name, as configured.
        vrf: the VRF, or None for the global table.
        leaves: every further leaf as (name, text), in the device's order; text is empty for a
            leaf of type empty.
        slot: the numbered place that holds it, on a box that has such places; there the place, not
            the host, makes two entries the same line. Empty: the box has none.
        authentication: what the box says of the entry's authentication, if it does: its state, no
            part of the configuration, so entries are equal whatever it is.
    """

    role: Role
    form: Form
    host: str
    vrf: str | None = None
    leaves: tuple[tuple[str, str], ...] = ()
    slot: str = ""
    authentication: str = field(default="", compare=False)

    @property
    def identity(self) -> Identity:
        """What makes two entries the same line, whatever their options."""
        return (self.role, self.vrf, self.form, self.slot or self.host)

    @property
    def label(self) -> str:
        """The entry for people: `server 10.0.0.1`, `peer vrf Mgmt-intf 10.9.9.9`."""
        vrf = f"vrf {self.vrf} " if self.vrf else ""
        family = "" if self.form == "server-list" else f"{self.form} "
        slot = f"{self.slot} " if self.slot else ""
        return f"{self.role} {vrf}{family}{slot}{self.host}"

    def same_as(self, other: "NtpEntry") -> bool:
        """Whether two entries say the same, the order of their leaves aside."""
        return self._is_line_of(other) and sorted(self.leaves) == sorted(other.leaves)

    def is_all_but_options_of(self, other: "NtpEntry") -> bool:
        """Whether the other is this one without any of its options: half of it was added."""
        return self._is_line_of(other) and bool(self.leaves) and not other.leaves

    def _is_line_of(self, other: "NtpEntry") -> bool:
        return self.identity == other.identity and self.host == other.host


@dataclass(frozen=True, slots=True)
class NtpConfig:
    """The server and peer entries of one controller, in the device's order.

    Attributes:
        polling_s: how often the box asks its servers, where it says so; looked at and never
            written, so tables are equal whatever it is.
    """

    entries: tuple[NtpEntry, ...] = ()
    polling_s: int | None = field(default=None, compare=False)

    def without(self, other: "NtpConfig") -> "NtpConfig":
        """The entries whose identity the other does not hold."""
        there = {entry.identity for entry in other.entries}
        return NtpConfig(tuple(e for e in self.entries if e.identity not in there))

    def altered_in(self, other: "NtpConfig") -> tuple[tuple[NtpEntry, NtpEntry], ...]:
        """(ours, theirs) for every entry that the other holds with different options."""
        there = {entry.identity: entry for entry in other.entries}
        return tuple(
            (entry, there[entry.identity])
            for entry in self.entries
            if entry.identity in there and not entry.same_as(there[entry.identity])
        )

    def same_as(self, other: "NtpConfig") -> bool:
        """Whether both hold the same entries with the same options, in any order."""
        return (
            not self.without(other).entries
            and not other.without(self).entries
            and not self.altered_in(other)
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """Every entry for people."""
        return tuple(entry.label for entry in self.entries)


@dataclass(frozen=True, slots=True)
class NtpState:
    """Whether the clock follows NTP, as far as the models tell.

    Attributes:
        synchronised: derived, since no leaf says so: stratum below 16 and a system peer.
        stratum: as read; 16 means unsynchronised.
        system_peer: address of the association selected, or None.
    """

    synchronised: bool
    stratum: int | None = None
    system_peer: str | None = None
