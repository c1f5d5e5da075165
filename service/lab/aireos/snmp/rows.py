"""The tables of access points: columns over rows whose index is the base radio MAC.

Rows are encoded once and kept while nothing changes, so that 6,000 of them can be walked quickly.
Source: device facts, section 3 and oids.tsv; values of columns that play no part are those of a
real walk (wism_7.0.240.0_7aps).
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.lab.aireos.shows.aps import downloading
from service.lab.aireos.snmp import ber
from service.lab.aireos.wlc import WlcBox
from service.lab.aps.air import NONE
from service.lab.aps.kinds import runs_ios
from service.lab.aps.state import ApState

BSN_AP = ber.dotted("1.3.6.1.4.1.14179.2.2.1.1")
CL_AP = ber.dotted("1.3.6.1.4.1.9.9.513.1.1.1.1")
CL_BOOT = ber.dotted("1.3.6.1.4.1.9.9.513.4.1.1.1.1")
MODEL_WIDTH = 20  # real walks pad models with spaces
ASSOCIATED, DOWNLOADING, ODD = 1, 3, 9
REBOOTS = {  # cLApLastRebootReason
    "ap-reboot-reason-img-upgrade": 11,
    "ap-reboot-reason-img-chksum": 13,
    "ap-reboot-reason-img-data": 14,
    "ap-reboot-reason-reboot-cmd": 4,
}
PREDOWNLOAD = {
    None: 1,
    "initiated": 2,
    "in-progress": 3,
    "complete": 4,
    "failed": 5,
    "unsupported": 6,
}
Value = Callable[[ApState, float], bytes]


@dataclass(slots=True)
class Column:
    """One column: its prefix, how a cell is encoded, and the cells that were."""

    prefix: ber.Oid
    value: Value
    moves: bool = False  # changes from moment to moment: never kept
    arcs: bytes = b""
    kept: dict[int, bytes] = field(default_factory=dict)


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


class ApRows:
    """Rows and columns of the three AP tables of one box."""

    def __init__(self, box: WlcBox) -> None:
        self._box = box
        self._seen = -1
        self._halved = False
        self._encoding = box.spec.quirks.encoding
        self._all = self._every()
        self.odd = False  # a fault: states nobody knows
        self.columns = [
            Column(prefix, value, moves, ber.arcs(prefix))
            for prefix, value, moves in self._definitions()
        ]
        self._rows: Sequence[tuple[ber.Oid, bytes, ApState]] = []
        self._keys: list[ber.Oid] = []

    def _every(self) -> list[tuple[ber.Oid, bytes, ApState]]:
        """Every AP that was ever here, in the order of a walk."""
        ordered = sorted(self._box.aps.states.values(), key=lambda s: _mac(s.spec.mac))
        return [
            (index, ber.index_arcs(index), state)
            for state in ordered
            for index in [tuple(_mac(state.spec.mac))]
        ]

    def refresh(self, *, halved: bool) -> None:
        """Take the rows as they are now."""
        aps = self._box.see_aps()
        if aps.changes == self._seen and halved == self._halved:
            return
        self._seen, self._halved = aps.changes, halved
        if aps.air is not None:
            self._all = self._every()  # APs come and go
        rows = [row for row in self._all if row[2].present]
        self._rows = rows[: len(rows) // 2] if halved else rows
        self._keys = [row[0] for row in self._rows]
        for column in self.columns:
            column.kept.clear()

    def forget(self, *, odd: bool) -> None:
        """Encode every cell anew; `odd`: with operation states that nobody knows."""
        self.odd = odd
        self._seen = -1

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def after(self, suffix: ber.Oid) -> int:
        """Number of the first row behind an index."""
        return bisect_right(self._keys, suffix)

    def index(self, number: int) -> ber.Oid:
        """The index of a row."""
        return self._keys[number]

    def cell(self, column: Column, number: int, now: float) -> bytes:
        """The variable binding of a cell."""
        kept = column.kept.get(number)
        if kept is None:
            _, arcs, state = self._rows[number]
            name = ber.tlv(ber.OID, column.arcs + arcs)
            kept = ber.tlv(ber.SEQUENCE, name + column.value(state, now))
            if not column.moves:
                column.kept[number] = kept
        return kept

    def _text(self, text: str) -> bytes:
        return ber.octets(text.encode(self._encoding, "replace"))

    def _status(self, state: ApState, _: float) -> bytes:
        if self.odd:
            return ber.integer(ODD)
        return ber.integer(DOWNLOADING if downloading(state) else ASSOCIATED)

    def _definitions(self) -> list[tuple[ber.Oid, Value, bool]]:
        tables = [
            (BSN_AP, self._bsn(), frozenset[int]()),
            (CL_AP, self._cl(), frozenset({6, 7})),
            (CL_BOOT, self._boot(), frozenset({7})),
        ]
        found = [
            ((*table, number), value, number in moving)
            for table, columns, moving in tables
            for number, value in columns.items()
        ]
        return sorted(found, key=lambda entry: entry[0])

    def _bsn(self) -> dict[int, Value]:
        return {
            1: lambda s, _: ber.octets(_mac(s.spec.mac)),
            2: _constant(ber.integer(2)),
            3: lambda s, _: self._text(s.spec.name),
            4: lambda s, _: self._text(_option(s, "location", "default location")),
            5: _constant(ber.integer(0)),
            6: self._status,
            8: lambda s, _: ber.octets(s.version),
            9: _constant(ber.octets("15.2.2.0")),
            10: self._home_name("primary"),
            11: _constant(ber.integer(0)),
            12: _constant(ber.integer(180)),
            13: _constant(ber.integer(1)),
            16: lambda s, _: ber.octets(f"{s.spec.model:<{MODEL_WIDTH}}"),
            17: lambda s, _: ber.octets(s.spec.serial),
            19: lambda s, _: ber.address(s.spec.ip),
            22: _constant(ber.integer(43)),
            23: self._home_name("secondary"),
            24: self._home_name("tertiary"),
            30: _constant(ber.octets("default-group")),
            31: lambda s, _: ber.octets("15.3(3)JC9$" if runs_ios(s.spec.model) else ""),
            32: lambda s, _: ber.integer(2 if s.spec.kind.startswith("ssc") else 1),
            33: lambda s, _: ber.octets(_mac(s.spec.ethernet_mac)),
            37: _constant(ber.integer(1)),
        }

    def _cl(self) -> dict[int, Value]:
        return {
            2: lambda s, _: ber.octets(_mac(s.spec.ethernet_mac)),
            5: lambda s, _: self._text(s.spec.name),
            6: self._up,
            7: lambda s, now: _ticks(now - s.since),
            8: _constant(ber.integer(5500, ber.TICKS)),
            10: _constant(ber.integer(1)),
            11: _home_address("primary"),
            12: _constant(ber.integer(1)),
            13: _home_address("secondary"),
            14: _constant(ber.integer(1)),
            15: _home_address("tertiary"),
            16: lambda s, _: ber.integer(REBOOTS.get(s.reboot, 0)),
            38: _constant(ber.integer(1)),
        }

    def _boot(self) -> dict[int, Value]:
        return {
            1: lambda s, _: self._text(s.spec.name),
            2: lambda s, _: ber.octets(s.version),
            3: lambda s, _: ber.octets(s.backup),
            4: _constant(ber.integer(2)),
            5: _constant(ber.integer(1)),
            6: lambda s, _: ber.octets(s.backup if s.predownload == "complete" else ""),
            7: lambda s, now: ber.integer(PREDOWNLOAD[s.predownload_state(now)]),
            8: _constant(ber.integer(1_818_176_000)),  # facts: garbage when unused
            9: _constant(ber.integer(0, ber.GAUGE)),
            11: lambda s, _: ber.octets("C2700" if runs_ios(s.spec.model) else "ap3g3"),
        }

    def _home_name(self, place: str) -> Value:
        return lambda s, _: self._text(s.homes.get(place, NONE)[0])

    def _up(self, state: ApState, now: float) -> bytes:
        if state.boot_time is None:
            return ber.integer(0, ber.TICKS)
        return _ticks((self._box.utc(now) - state.boot_time).total_seconds())


def _constant(encoded: bytes) -> Value:
    return lambda _state, _now: encoded


def _home_address(place: str) -> Value:
    """Four octets; zeros for none, as in a real walk."""

    def octets(state: ApState, _: float) -> bytes:
        address = state.homes.get(place, NONE)[1]
        return ber.octets(bytes(map(int, address.split("."))) if address else bytes(4))

    return octets


def _ticks(seconds: float) -> bytes:
    return ber.integer(max(0, int(seconds * 100)) % 2**32, ber.TICKS)


def _option(state: ApState, name: str, default: str) -> str:
    found: Any = state.spec.options.get(name, default)
    return str(found)
