"""Tie what was heard to one controller of the inventory, and to an access point.

Clues are asked in order, the surest first: a controller that is named outright, the address that it
came from, the host that the line names, the access points that are named in it. Each clue narrows
what the ones before left open; a clue that contradicts them is set aside. What is not narrowed to
one controller stays untied: polling a guess would blame the wrong box.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from service.domain.inventory import Inventory

SENDERS = 8192
"""Addresses whose one form is remembered: a storm says the same ones again and again."""
MOST_MACS = 8
"""Addresses of one line that are looked at; a line has two or three."""
_MAC = re.compile(
    r"(?<![0-9A-Za-z.:-])(?:[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}"
    r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})(?![0-9A-Za-z]|[.:-][0-9A-Fa-f])"
)
_AP_NAME = re.compile(r"\bAP Name: (\S+)")

Names = frozenset[str]
NOBODY: Names = frozenset()


@dataclass(frozen=True, slots=True)
class Clues:
    """What says whose it is.

    Attributes:
        controller: named outright, as an alert does; must be in the inventory to count.
        address: where it came from.
        hosts: what it calls its sender: names or addresses.
        macs: access points, base radio or Ethernet; canonical.
        ap_name: an access point's name, as said.
    """

    controller: str = ""
    address: str = ""
    hosts: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()
    ap_name: str = ""

    @property
    def aps(self) -> tuple[str, ...]:
        """Whatever may be an access point's: also a sender that is one itself."""
        own = (canonical_address(self.address), *self.hosts)
        return tuple(one for one in (*self.macs, self.ap_name, *own) if one)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the controllers of an inventory are, in every form that a sender may show.

    Attributes:
        by_address: canonical address -> names; several where boxes share one.
        by_host: lower-case name (whole, and up to its first dot) -> names.
    """

    names: Names
    by_address: Mapping[str, Names]
    by_host: Mapping[str, Names]


@dataclass(frozen=True, slots=True)
class Tie:
    """Whose it is, and by which clue."""

    controller: str
    by: str


def places_of(inventory: Inventory, resolved: Mapping[str, Iterable[str]]) -> Places:
    """Every place of an inventory.

    Args:
        inventory: the fleet.
        resolved: host name -> its addresses, as far as they were asked for.
    """
    by_address: dict[str, Names] = {}
    by_host: dict[str, Names] = {}
    for one in inventory.controllers:
        hosts = (one.host, *((one.ap_address,) if one.ap_address else ()))
        for host in hosts:
            for address in (host, *resolved.get(host, ())):
                if known := canonical_address(address):
                    by_address[known] = by_address.get(known, NOBODY) | {one.name}
        for host in (one.name, one.host):
            for form in _forms(host):
                by_host[form] = by_host.get(form, NOBODY) | {one.name}
    return Places(frozenset(inventory.names), by_address, by_host)


def places_unresolved(inventory: Inventory) -> Places:
    """The same without asking what any name resolves to."""
    return places_of(inventory, {})


def tie(clues: Clues, places: Places, homes: Mapping[str, Names]) -> Tie | None:
    """Whose it is; None: nobody's, or it is not known which of several.

    Args:
        clues: what says so.
        places: where controllers are.
        homes: MAC, address or name of an access point -> controllers that polls saw it on.
    """
    named = frozenset({clues.controller}) & places.names
    by_host = frozenset[str]().union(*(_host(host, places) for host in clues.hosts))
    by_ap = frozenset[str]().union(*(homes.get(ap, NOBODY) for ap in clues.aps))
    asked = (
        ("name", named),
        ("address", places.by_address.get(canonical_address(clues.address), NOBODY)),
        ("host", by_host),
        ("access point", by_ap & places.names),
    )
    left: Names = NOBODY
    for clue, found in asked:
        left = (left & found or left) if left else found
        if len(left) == 1:
            return Tie(next(iter(left)), clue)
    return None


def clues_in(text: str) -> tuple[tuple[str, ...], str]:
    """Every MAC of a text, canonical and each once, and the access point's name where it is told.

    Source: IOS XE `AP Event: AP Name: X Mac: aaaa.bbbb.cccc ...` (genieparser, ShowLogging).
    """
    macs = dict.fromkeys(_canonical_mac(found) for found in _MAC.findall(text)[:MOST_MACS])
    name = _AP_NAME.search(text)
    return tuple(macs), name[1] if name else ""


@lru_cache(maxsize=SENDERS)
def canonical_address(text: str) -> str:
    """An address in its one form, IPv4 also where IPv6 wraps it; empty for anything else."""
    try:
        found: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    wrapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(wrapped or found)


def _canonical_mac(text: str) -> str:
    digits = re.sub(r"[.:-]", "", text).lower()
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _host(host: str, places: Places) -> Names:
    address = canonical_address(host)
    if address:
        return places.by_address.get(address, NOBODY)
    return next((found for form in _forms(host) if (found := places.by_host.get(form))), NOBODY)


def _forms(host: str) -> tuple[str, ...]:
    """A name as it is and up to its first dot; an address has no such part."""
    if canonical_address(host):
        return ()
    whole = host.lower().rstrip(".")
    return tuple(dict.fromkeys((whole, whole.partition(".")[0])))
