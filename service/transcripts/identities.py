"""Who is who: rows know an AP by its base radio MAC, its wired MAC, or only its name.

`mac` is the base radio MAC wherever any file tells it. Where none does (AireOS lists wired MACs and
names), a stand-in that is no MAC keeps the AP apart from others; it begins with `unknown/`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from service.domain.identity import BaseRadioMac, EthernetMac
from service.transcripts.parts import ApPart

STAND_IN = "unknown/"
Mac = TypeVar("Mac", BaseRadioMac, EthernetMac)


def is_stand_in(mac: BaseRadioMac) -> bool:
    """Whether this stands for a base radio MAC that no file tells."""
    return mac.value.startswith(STAND_IN)


@dataclass(slots=True)
class Identities:
    """Every name of every AP of one controller. A name that two APs share names neither."""

    by_wired: dict[EthernetMac, BaseRadioMac] = field(default_factory=dict)
    by_name: dict[str, set[BaseRadioMac]] = field(default_factory=dict)
    wired_by_name: dict[str, set[EthernetMac]] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: Iterable[ApPart]) -> "Identities":
        """Learn from every row."""
        known = cls()
        rows = list(parts)
        for row in rows:
            if row.mac is not None and row.ethernet is not None:
                known.by_wired[row.ethernet] = row.mac
        for row in rows:
            mac = row.mac or (known.by_wired.get(row.ethernet) if row.ethernet else None)
            if row.name and mac is not None:
                known.by_name.setdefault(row.name, set()).add(mac)
            elif row.name and row.ethernet is not None:
                known.wired_by_name.setdefault(row.name, set()).add(row.ethernet)
        return known

    def mac(self, row: ApPart) -> BaseRadioMac:
        """The base radio MAC that a row speaks of, or a stand-in."""
        wired = row.ethernet or _only(self.wired_by_name.get(row.name or ""))
        found = row.mac or (self.by_wired.get(wired) if wired else None)
        if found is None and wired is None:
            found = _only(self.by_name.get(row.name or ""))
        return found or BaseRadioMac(f"{STAND_IN}{wired or row.name or '?'}")


def _only(known: set[Mac] | None) -> Mac | None:
    return next(iter(known)) if known and len(known) == 1 else None
