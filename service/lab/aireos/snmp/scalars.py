"""Single objects and the NTP table. Source: device facts, section 3, and oids.tsv."""

import ipaddress
from collections.abc import Callable
from datetime import UTC

from service.lab.aireos.shows.aps import downloading
from service.lab.aireos.snmp import ber
from service.lab.aireos.wlc import WlcBox

SYSTEM = "1.3.6.1.2.1.1"
INVENTORY = "1.3.6.1.4.1.14179.1.1.1"
RESOURCES = "1.3.6.1.4.1.14179.1.1.5"
NTP = "1.3.6.1.4.1.14179.1.2.14"
GLOBAL = "1.3.6.1.4.1.14179.2.3.1"
AP_GLOBAL = "1.3.6.1.4.1.9.9.513.1.3"
BOOT_IMAGE = "1.3.6.1.4.1.9.9.513.4.1.2.2.0"
SYS = "1.3.6.1.4.1.9.9.618.1"
TRANSFER_STATUS = "1.3.6.1.4.1.14179.1.2.9.2.7.0"
Give = Callable[[float], bytes]


def scalars(box: WlcBox) -> dict[ber.Oid, Give]:
    """Every single object: its encoded value at a moment."""
    given = _system(box) | _inventory(box) | _clock(box) | _counts(box) | _policy(box)
    if box.spec.quirks.tells_load:
        given[f"{RESOURCES}.1.0"] = lambda now: ber.integer(box.load.percent(now))
    if box.spec.quirks.tells_transfer:
        given[TRANSFER_STATUS] = lambda _: ber.integer(box.download.status)
    return {ber.dotted(name): give for name, give in given.items()}


def ntp_rows(box: WlcBox) -> dict[ber.Oid, bytes]:
    """agentNtpServerTable: IPv4 servers only; names, IPv6 and keys can't stand in it."""
    found: dict[ber.Oid, bytes] = {}
    base = ber.dotted(f"{NTP}.2.1")
    for server in box.running.ntp:
        if _is_ipv4(server.host):
            found[*base, 1, server.index] = ber.integer(server.index)
            found[*base, 2, server.index] = ber.address(server.host)
            found[*base, 20, server.index] = ber.integer(1)
    return found


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _system(box: WlcBox) -> dict[str, Give]:
    return {
        f"{SYSTEM}.1.0": lambda _: ber.octets("Cisco Controller"),
        f"{SYSTEM}.2.0": lambda _: ber.object_id(ber.dotted(box.model.object_id)),
        f"{SYSTEM}.3.0": lambda now: ber.integer(
            int(box.up(now).total_seconds() * 100) % 2**32, ber.TICKS
        ),
        f"{SYSTEM}.4.0": lambda _: ber.octets(""),
        f"{SYSTEM}.5.0": lambda _: ber.octets(box.running.sysname),
        f"{SYSTEM}.6.0": lambda _: ber.octets(box.running.location),
        f"{SYSTEM}.7.0": lambda _: ber.integer(2),
    }


def _inventory(box: WlcBox) -> dict[str, Give]:
    mac = bytes.fromhex(box.spec.mac.replace(":", ""))
    return {
        f"{INVENTORY}.1.0": lambda _: ber.octets("Cisco Controller"),
        f"{INVENTORY}.2.0": lambda _: ber.octets(""),
        f"{INVENTORY}.3.0": lambda _: ber.octets(box.model.pid),
        f"{INVENTORY}.4.0": lambda _: ber.octets(box.spec.serial),
        f"{INVENTORY}.9.0": lambda _: ber.octets(mac),
        f"{INVENTORY}.12.0": lambda _: ber.octets("Cisco Systems Inc."),
        f"{INVENTORY}.13.0": lambda _: ber.octets("Cisco Controller"),
        f"{INVENTORY}.14.0": lambda _: ber.octets(box.image),
        f"{INVENTORY}.18.0": lambda _: ber.integer(box.model.most_aps),
        f"{RESOURCES}.2.0": lambda _: ber.integer(1_027_816),
        f"{RESOURCES}.3.0": lambda _: ber.integer(413_216),
    }


def _clock(box: WlcBox) -> dict[str, Give]:
    def current(now: float) -> bytes:
        wall = box.wall(now)
        return ber.octets(f"{wall:%a %b} {wall.day:>2} {wall:%H:%M:%S %Y}.")

    def epoch(now: float) -> bytes:
        """Facts: real walks show local standard time as if it were UTC."""
        standard = box.utc(now).astimezone(UTC) + box.zone.standard
        return ber.integer(int(standard.timestamp()), ber.GAUGE)

    return {
        f"{GLOBAL}.10.0": current,
        f"{GLOBAL}.27.0": lambda _: ber.integer(box.running.zone.hours),
        f"{GLOBAL}.30.0": lambda _: ber.integer(box.running.zone.minutes),
        f"{GLOBAL}.49.0": epoch,
        f"{NTP}.1.0": lambda _: ber.integer(box.running.ntp_interval),
        f"{SYS}.1.5.1.0": lambda _: ber.integer(box.running.zone.location or 0, ber.GAUGE),
        f"{SYS}.1.5.2.0": lambda _: ber.octets(box.zone.text),
        BOOT_IMAGE: lambda _: ber.integer(1 if box.boot.default == "primary" else 2),
    }


def _counts(box: WlcBox) -> dict[str, Give]:
    def connected(_: float) -> bytes:
        states = [s for s in box.see_aps().states.values() if s.present]
        if box.spec.quirks.count_excludes_downloading:
            states = [s for s in states if not downloading(s)]
        return ber.integer(len(states), ber.GAUGE)

    return {
        f"{AP_GLOBAL}.28.0": lambda _: ber.integer(box.model.most_aps),
        f"{AP_GLOBAL}.35.0": connected,
        f"{SYS}.8.4.0": connected,
        f"{SYS}.8.6.0": lambda _: ber.integer(40, ber.GAUGE),
        f"{SYS}.8.8.0": lambda now: ber.integer(box.load.percent(now), ber.GAUGE),
    }


def _policy(box: WlcBox) -> dict[str, Give]:
    return {
        f"{GLOBAL}.29.0": lambda _: ber.integer(int(box.running.authorize_mic)),
        f"{GLOBAL}.48.0": lambda _: ber.integer(int(box.running.ssc_allowed)),
    }
