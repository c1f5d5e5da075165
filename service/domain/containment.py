"""Keeping stuck APs from trying: worked out as a change for a person, never carried out.

Two ways, each with its undo: a filter of CAPWAP from the APs' addresses where their traffic enters
the controller's network, or their switch ports. The lines are made to be pasted, so nothing goes
into them but parsed addresses, MACs and names that look like interfaces.
Source: Cisco document on CSCwd80290, "upgrading to fixed software" (shut the switch port, or block
CAPWAP with an access list); RFC 5415, section 14 (UDP 5246 and 5247). The lines are those of IOS;
whether a Catalyst 9800 filters CAPWAP to itself on its own interface is unverified.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

from service.domain.finding import AffectedAp
from service.domain.identity import BaseRadioMac, EthernetMac
from service.domain.observation import ApSighting, Neighbour

Address: TypeAlias = IPv4Address | IPv6Address

LIST_NAME, LIST_NAME_V6 = "aprejoin-contain", "aprejoin-contain-v6"
FILTER, FILTER_V6, PORT = "capwap-filter", "capwap-filter-v6", "switch-port"
"""The kinds of block, by name."""
CAPWAP_PORTS = (5246, 5247)
_INTERFACE = re.compile(r"[A-Za-z][A-Za-z-]*[0-9]+(?:[/.][0-9]+)*")
WHERE = "the switch or router where the APs' traffic enters the controller's network"
LIFTED = "nothing lifts it by itself: an AP that is kept away joins nowhere, so undo it at the end"
UNDO = {
    FILTER: (
        "interface {}",
        f" no ip access-group {LIST_NAME} in",
        f"no ip access-list extended {LIST_NAME}",
    ),
    FILTER_V6: (
        "interface {}",
        f" no ipv6 traffic-filter {LIST_NAME_V6} in",
        f"no ipv6 access-list {LIST_NAME_V6}",
    ),
    PORT: ("interface {}", " no shutdown"),
}
"""What takes a block of each kind back, with the name of an interface to be put in."""
LOOK_AT_LIST = (
    f"show ip access-lists {LIST_NAME}",
    "show running-config interface INTERFACE | include access-group",
)
LOOK_AT_LIST_V6 = (
    f"show ipv6 access-list {LIST_NAME_V6}",
    "show running-config interface INTERFACE | include traffic-filter",
)


@dataclass(frozen=True, slots=True)
class KeptAway:
    """One AP to keep away, with what is known of where it is."""

    ap: AffectedAp
    address: Address | None
    ethernet_mac: EthernetMac | None
    neighbour: Neighbour | None


@dataclass(frozen=True, slots=True)
class Block:
    """One way to keep them away.

    Attributes:
        where: on which box the lines are typed.
        look: what to look at before; do: the change; undo: what takes it back.
    """

    name: str
    where: str
    look: tuple[str, ...]
    do: tuple[str, ...]
    undo: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Containment:
    """The change for a person: one of the blocks is enough for an AP that it names."""

    aps: tuple[KeptAway, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]


def contain(
    aps: Iterable[AffectedAp], sightings: Iterable[ApSighting], neighbours: Iterable[Neighbour]
) -> Containment:
    """The blocks for the APs of a finding. Equal input, equal lines.

    Args:
        aps: whom to keep away.
        sightings: of any APs, oldest first: an AP between two turns of its loop is in no table.
        neighbours: what APs hear on their wires.
    """
    seen: dict[BaseRadioMac, ApSighting] = {}
    for one in sightings:
        seen[one.mac] = _newer(seen.get(one.mac), one)
    heard = _ports(neighbours)
    kept = tuple(
        _kept_away(ap, seen.get(ap.mac), heard.get(ap.mac))
        for ap in sorted(aps, key=lambda ap: ap.mac)
    )
    ports = tuple(block for one in kept for block in _port(one))
    return Containment(kept, (*_filters(kept), *ports), tuple(_notes(kept)))


def _newer(before: ApSighting | None, ap: ApSighting) -> ApSighting:
    """The newer sighting, with what the older one knew of where the AP is."""
    if before is None:
        return ap
    return replace(
        ap,
        address=ap.address or before.address,
        ethernet_mac=ap.ethernet_mac or before.ethernet_mac,
    )


def _kept_away(ap: AffectedAp, seen: ApSighting | None, neighbour: Neighbour | None) -> KeptAway:
    address = _address(seen.address if seen else None)
    return KeptAway(ap, address, seen.ethernet_mac if seen else None, neighbour)


def _address(text: str | None) -> Address | None:
    """An address that a filter can name: one that is the AP's alone, and not of one link only."""
    try:
        found = ip_address(text or "")
    except ValueError:
        return None
    shared = found.is_unspecified or found.is_multicast or found.is_loopback
    of_a_link = isinstance(found, IPv6Address) and (found.is_link_local or found.scope_id)
    return None if shared or of_a_link else found


def _ports(neighbours: Iterable[Neighbour]) -> dict[BaseRadioMac, Neighbour]:
    """The port of each AP; one that hears several devices names none surely.

    CDP's word comes before LLDP's, which names the same port in another spelling.
    """
    heard: dict[tuple[BaseRadioMac, str], list[Neighbour]] = {}
    for one in neighbours:
        if _INTERFACE.fullmatch(one.port) and one.device.isprintable():
            heard.setdefault((one.mac, one.protocol), []).append(one)
    by_protocol = {by: [mac for mac, told in heard if told == by] for by in ("LLDP", "CDP")}
    ports: dict[BaseRadioMac, Neighbour] = {}
    for by, macs in by_protocol.items():
        for mac in macs:
            found = heard[mac, by]
            ports.pop(mac, None)
            if len(found) == 1:
                ports[mac] = found[0]
    return ports


def _filters(aps: tuple[KeptAway, ...]) -> Iterable[Block]:
    """A list for each version of IP that there are APs of."""
    plain = tuple(one for one in aps if isinstance(one.address, IPv4Address))
    if plain:
        yield _filter(plain)
    newer = tuple(one for one in aps if isinstance(one.address, IPv6Address))
    if newer:
        yield _filter_v6(newer)


def _filter_v6(aps: tuple[KeptAway, ...]) -> Block:
    """The same by IPv6. The control channel, which an AP joins by, is UDP there, too.

    Source: IOS command references, ipv6 access-list (neighbour discovery is permitted by the last
    line here); RFC 5415, section 3.1 (UDP-Lite may carry the data channel alone).
    """
    lines = [f"ipv6 access-list {LIST_NAME_V6}"]
    for one in aps:
        lines.append(f" remark base radio {one.ap.mac}")
        lines.extend(f" deny udp host {one.address} any eq {port}" for port in CAPWAP_PORTS)
    lines.append(" permit ipv6 any any")
    return Block(
        name=FILTER_V6,
        where=WHERE,
        look=LOOK_AT_LIST_V6,
        do=(*lines, "interface INTERFACE", f" ipv6 traffic-filter {LIST_NAME_V6} in"),
        undo=undo_lines(FILTER_V6),
    )


def undo_lines(kind: str, interface: str = "") -> tuple[str, ...]:
    """What takes a block of a kind back.

    Args:
        kind: its name.
        interface: where it is; empty: not known, the line has a word to put it in.
    """
    name = interface or ("PORT" if kind == PORT else "INTERFACE")
    return tuple(line.format(name) for line in UNDO[kind])


def _filter(aps: tuple[KeptAway, ...]) -> Block:
    lines = [f"ip access-list extended {LIST_NAME}"]
    for one in aps:
        lines.append(f" remark base radio {one.ap.mac}")
        lines.extend(f" deny udp host {one.address} any eq {port}" for port in CAPWAP_PORTS)
    lines.append(" permit ip any any")
    return Block(
        name=FILTER,
        where=WHERE,
        look=LOOK_AT_LIST,
        do=(*lines, "interface INTERFACE", f" ip access-group {LIST_NAME} in"),
        undo=undo_lines(FILTER),
    )


def _port(one: KeptAway) -> tuple[Block, ...]:
    """The AP's own port, where CDP or LLDP told it; else how to find it by its wired MAC."""
    heard = one.neighbour
    if heard is not None:
        look, where, port = (f"show interfaces {heard.port} status",), heard.device, heard.port
    elif one.ethernet_mac is not None:
        look = (f"show mac address-table address {_dotted(one.ethernet_mac)}",)
        where, port = f"the access switch of {_label(one.ap)}", ""
    else:
        return ()
    return (
        Block(
            name=PORT,
            where=where,
            look=look,
            do=(f"interface {port or 'PORT'}", " shutdown"),
            undo=undo_lines(PORT, port),
        ),
    )


def _dotted(mac: EthernetMac) -> str:
    """A MAC as IOS prints it: 0081.c4fb.2e74."""
    digits = mac.value.replace(":", "")
    return ".".join(digits[start : start + 4] for start in (0, 4, 8))


def _label(ap: AffectedAp) -> str:
    return f"{ap.name} ({ap.mac})" if ap.name else str(ap.mac)


def _notes(aps: tuple[KeptAway, ...]) -> Iterable[str]:
    yield LIFTED
    yield (
        "INTERFACE may have an access group already, which this one would replace: then put the "
        "deny lines at the head of that list instead, and take out just these at the end"
    )
    yield "the filter goes by address: an AP that gets another one by DHCP passes it"
    yield "a port that is shut takes the AP's power and whatever hangs behind it"
    nameless = ", ".join(_label(one.ap) for one in aps if one.address is None)
    if nameless:
        yield f"no address is known, so no filter is made: {nameless}"
    lost = [one for one in aps if not _port(one)]
    if lost:
        yield f"no port and no wired MAC is known: {', '.join(_label(one.ap) for one in lost)}"


def containment_document(made: Containment) -> dict[str, object]:
    """What `aprejoin plan --contain --json` prints beside the plan."""
    return {
        "aps": [
            {
                "mac": str(one.ap.mac),
                "name": one.ap.name,
                "address": str(one.address) if one.address else None,
                "ethernet_mac": str(one.ethernet_mac) if one.ethernet_mac else None,
                "switch": one.neighbour.device if one.neighbour else None,
                "port": one.neighbour.port if one.neighbour else None,
            }
            for one in made.aps
        ],
        "blocks": [
            {
                "name": block.name,
                "where": block.where,
                "look": list(block.look),
                "do": list(block.do),
                "undo": list(block.undo),
            }
            for block in made.blocks
        ],
        "notes": list(made.notes),
    }
