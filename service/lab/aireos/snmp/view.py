"""Everything the agent has, in the order of object identifiers."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from service.lab.aireos.snmp import ber
from service.lab.aireos.snmp.rows import ApRows, Column
from service.lab.aireos.snmp.scalars import ntp_rows, scalars
from service.lab.aireos.wlc import WlcBox

Found = tuple[ber.Oid, bytes]  # the name, and the whole variable binding


class View:
    """Looks objects up. `refresh` comes first: it fixes what one request sees."""

    def __init__(self, box: WlcBox) -> None:
        self._box = box
        self.rows = ApRows(box)
        self._scalars = scalars(box)
        self._singles: dict[ber.Oid, Callable[[float], bytes]] = {}
        self._names: list[ber.Oid] = []
        self._columns: dict[ber.Oid, Column] = {c.prefix: c for c in self.rows.columns}
        self._ntp: object = None
        self._now = 0.0

    def refresh(self, now: float, *, halved: bool = False) -> None:
        """Take the box as it is now."""
        self._now = now
        self.rows.refresh(halved=halved)
        if self._ntp is not self._box.running.ntp or not self._names:
            self._ntp = self._box.running.ntp
            fixed = {oid: _fixed(value) for oid, value in ntp_rows(self._box).items()}
            self._singles = {**self._scalars, **fixed}
            self._names = sorted([*self._singles, *self._columns])

    def exact(self, oid: ber.Oid) -> bytes:
        """The variable binding of one name; an exception value where there is none."""
        single = self._singles.get(oid)
        if single is not None:
            return _binding(oid, single(self._now))
        column = self._columns.get(oid[:-6])
        if column is not None:
            number = self.rows.after(oid[-6:]) - 1
            if number >= 0 and self.rows.index(number) == oid[-6:]:
                return self.rows.cell(column, number, self._now)
            return _binding(oid, ber.tlv(ber.NO_INSTANCE, b""))
        return _binding(oid, ber.tlv(ber.NO_OBJECT, b""))

    def behind(self, oid: ber.Oid) -> Found | None:
        """The first object behind a name; None at the end."""
        place = bisect_right(self._names, oid) - 1
        if place >= 0:
            column = self._columns.get(self._names[place])
            if column is not None and oid[: len(column.prefix)] == column.prefix:
                number = self.rows.after(oid[len(column.prefix) :])
                if number < self.rows.count:
                    return self._cell(column, number)
        return self._first(bisect_left(self._names, oid) if place < 0 else place + 1)

    def _first(self, place: int) -> Found | None:
        while place < len(self._names):
            name = self._names[place]
            column = self._columns.get(name)
            if column is None:
                return name, _binding(name, self._singles[name](self._now))
            if self.rows.count:
                return self._cell(column, 0)
            place += 1
        return None

    def _cell(self, column: Column, number: int) -> Found:
        name = (*column.prefix, *self.rows.index(number))
        return name, self.rows.cell(column, number, self._now)


def _fixed(value: bytes) -> Callable[[float], bytes]:
    return lambda _now: value


def _binding(oid: ber.Oid, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.object_id(oid) + value)


def end_of_view(oid: ber.Oid) -> bytes:
    """What a walk gets at the end."""
    return _binding(oid, ber.tlv(ber.END_OF_VIEW, b""))
