"""What SNMP tells of a controller and its APs, as parts that merge with those of the command line.

Columns that never change for an AP (model, serial number, wired MAC) are walked only when an AP is
seen that was not there before; the others in every poll, over one polite pace.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.observation import ApState, CertificateKind
from service.drivers.aireos.book import Book
from service.drivers.links.snmp import SnmpLink
from service.errors import ReplyMalformed
from service.ports.clock import Clock
from service.transcripts.ber import Oid, Value
from service.transcripts.parts import ApPart

FAST = ("state", "name", "version", "address")
LASTING = ("model", "serial", "certificate", "ethernet_mac")
STATES = {
    "associated": ApState.REGISTERED,
    "disassociating": ApState.UNREGISTERED,
    "downloading": ApState.DOWNLOADING,
}
MAC_OCTETS = 6
HUNDREDTHS = 100.0

Cells = Mapping[str, Mapping[Oid, Value]]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The APs of one poll.

    Attributes:
        doubt: why this may not be all of it; None: nothing speaks against it.
    """

    aps: tuple[ApPart, ...]
    connected: int | None
    doubt: str | None = None


@dataclass(slots=True)
class Poller:
    """Polls one controller; as long-lived as its driver."""

    controller: str
    book: Book
    _lasting: dict[Oid, dict[str, Value]] = field(default_factory=dict)

    def scalars(self, link: SnmpLink, names: Iterable[str], *, timeout_s: float) -> dict[str, str]:
        """Single objects by their names in the contract, as text; those not served are left out."""
        oids = {self.book.scalars[name].oid: name for name in names}
        found = link.get(list(oids), timeout_s=timeout_s)
        return {oids[oid]: text(value) for oid, value in found.items() if oid in oids}

    def fleet(self, link: SnmpLink, *, timeout_s: float) -> Fleet:
        """Every AP that the controller knows.

        Raises:
            DeviceUnreachable: the agent fell silent. ReplyMalformed: the walk was cut short.
        """
        table = self.book.tables["aps"]
        cells = self._walk(link, "aps", FAST, timeout_s)
        self._ensure_whole(cells, [n for n in FAST if table.columns[n].required])
        rows = cells["state"]
        if any(index not in self._lasting for index in rows):
            self._learn(link, rows, timeout_s)
        connected = self._connected(link, timeout_s)
        aps = tuple(self._ap(index, cells) for index in sorted(rows) if _is_mac(index))
        return Fleet(aps, connected, _doubt(len(rows), len(aps), connected))

    def times(
        self, link: SnmpLink, clock: Clock, *, timeout_s: float
    ) -> dict[BaseRadioMac, dict[str, Any]]:
        """When each AP booted and joined, and why it booted last; empty where not served.

        Objects tell how long ago: what is made of that moves by moments from look to look.
        """
        table = self.book.tables["joins"]
        found: dict[BaseRadioMac, dict[str, Any]] = {}
        for name, column in (("boot_time", "uptime"), ("join_time", "joined_for")):
            aged = link.walk_aged(table.oid_of(column), timeout_s=timeout_s)
            now = clock.now().wall
            for index, (value, age_s) in aged.items():
                if isinstance(value, int) and _is_mac(index):
                    since_s = value / HUNDREDTHS + age_s
                    said = found.setdefault(radio(index), {"counted_back": True})
                    said[name] = now - timedelta(seconds=since_s)
        oid = table.oid_of("reboot_reason")
        for index, value in link.walk([oid], timeout_s=timeout_s)[oid].items():
            reason = self.book.word("reboot_reason", value)
            if _is_mac(index) and reason not in (None, "none"):
                found.setdefault(radio(index), {})["reboot_reason"] = reason
        return found

    def predownloads(self, link: SnmpLink, *, timeout_s: float) -> tuple[ApPart, ...]:
        """The second image of each AP, and the state of a predownload."""
        cells = self._walk(link, "images", ("backup", "predownload"), timeout_s)
        parts = []
        for index in sorted(cells["predownload"].keys() | cells["backup"].keys()):
            if not _is_mac(index):
                continue
            said = {
                "backup_version": _version(cells["backup"].get(index)),
                "predownload": _unless(
                    ("none", "not-supported"),
                    self.book.word("predownload", cells["predownload"].get(index)),
                ),
            }
            parts.append(ApPart(radio(index), says=_known(said)))
        return tuple(parts)

    # -- parts -----------------------------------------------------------------------------

    def _walk(
        self, link: SnmpLink, table: str, columns: Iterable[str], timeout_s: float
    ) -> dict[str, Mapping[Oid, Value]]:
        entry = self.book.tables[table]
        oids = {name: entry.oid_of(name) for name in columns}
        found = link.walk(list(oids.values()), timeout_s=timeout_s)
        return {name: found[oid] for name, oid in oids.items()}

    def _ensure_whole(self, cells: Cells, required: list[str]) -> None:
        """Columns that every row has must show the same rows, but for an AP that came or went."""
        sizes = {name: len(cells[name]) for name in required}
        most, least = max(sizes.values()), min(sizes.values())
        if most - least > max(1, most // 50):
            raise ReplyMalformed(
                self.controller,
                "SNMP walk of the APs",
                "its columns differ in length: "
                + ", ".join(f"{name} {size}" for name, size in sizes.items()),
            )

    def _learn(self, link: SnmpLink, rows: Mapping[Oid, Value], timeout_s: float) -> None:
        """An AP whose row was away just then is not learned: the next poll asks again."""
        cells = self._walk(link, "aps", LASTING, timeout_s)
        there = set[Oid]().union(*(column.keys() for column in cells.values()))
        self._lasting = {
            index: {name: column.get(index) for name, column in cells.items()}
            for index in rows
            if index in there
        }

    def _connected(self, link: SnmpLink, timeout_s: float) -> int | None:
        """The controller's own count of APs; releases keep it in one of two places."""
        found = self.scalars(link, ("connected", "connected_2"), timeout_s=timeout_s)
        counts = [int(number) for number in found.values() if number.isdigit()]
        return max(counts, default=None)

    def _ap(self, index: Oid, cells: Cells) -> ApPart:
        lasting = self._lasting.get(index, {})
        state = self.book.word("state", cells["state"].get(index))
        kind = self.book.word("certificate", lasting.get("certificate"))
        said = {
            "state": STATES.get(state or "", ApState.UNKNOWN),
            "raw_state": state,
            "is_joined": True if state == "associated" else None,
            "version": _version(cells["version"].get(index)),
            "address": _unless(("", "0.0.0.0"), text(cells["address"].get(index))),  # noqa: S104
            "model": _unless(("",), text(lasting.get("model"))),
            "serial": _unless(("",), text(lasting.get("serial"))),
            "certificate_kind": _kind(kind),
        }
        name = text(cells["name"].get(index)) or None
        return ApPart(radio(index), _wired(lasting.get("ethernet_mac")), name, _known(said))


def radio(index: Oid) -> BaseRadioMac:
    """The base radio MAC that a row's index is."""
    return BaseRadioMac(bytes(index).hex(":"))


def text(value: Value) -> str:
    """A value as text, without the blanks and zeros that AireOS pads with.

    Names are UTF-8 on newer releases; what is not is taken for Latin-1, never lost.
    """
    if not isinstance(value, bytes):
        return "" if value is None else str(value)
    try:
        decoded = value.decode("utf-8")
    except UnicodeDecodeError:
        decoded = value.decode("latin-1")
    return decoded.replace("\0", "").strip()


def _doubt(rows: int, aps: int, connected: int | None) -> str | None:
    if aps < rows:
        return f"{rows - aps} row(s) of the table have no MAC as their index"
    if connected is not None and rows < connected:
        return f"the table shows {rows} APs, and the controller counts {connected} connected"
    return None


def _is_mac(index: Oid) -> bool:
    return len(index) == MAC_OCTETS and all(number < 256 for number in index)  # noqa: PLR2004


def _version(value: Value) -> str | None:
    return _unless(("", "0.0.0.0", "None"), text(value))  # noqa: S104 - no version


def _wired(value: Value) -> EthernetMac | None:
    if isinstance(value, bytes) and len(value) == MAC_OCTETS and any(value):
        return EthernetMac(value.hex(":"))
    return None


def _kind(word: str | None) -> CertificateKind | None:
    return CertificateKind(word) if word in tuple(CertificateKind) else None


def _unless(nothing: tuple[str, ...], word: str | None) -> str | None:
    return None if word is None or word in nothing else word


def _known(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}
