"""Devices of Nautobot 2 and later, where a place is a location and has its time zone with it.

Source: REST API documentation of Nautobot: `/api/dcim/devices/` with `depth=1`, which puts related
objects whole into the answer. Not tried on a Nautobot.
"""

from collections.abc import Iterator, Sequence

from service.config.registers.device import Device
from service.config.registers.reading import Register, Row, each_read

DEVICES = "dcim/devices/"
ACTIVE = ("status", "Active")
WHOLE = ("depth", "1")


def devices(register: Register, query: Sequence[tuple[str, str]]) -> Iterator[Device]:
    """The devices that a filter finds; those in service, where it does not ask for others.

    Raises:
        InvalidInput: the register does not answer with them.
    """
    wanted = [*query, WHOLE]
    if all(key != ACTIVE[0] for key, _ in query):
        wanted.append(ACTIVE)
    yield from each_read(register, register.rows(DEVICES, wanted), _device)


def _device(row: Row) -> Device:
    location = row.get("location") or {}
    address = row.get("primary_ip4") or row.get("primary_ip6") or {}
    platform = row.get("platform") or {}
    return Device(
        name=row.get("name") or "",
        address=(address.get("address") or address.get("host") or "").partition("/")[0],
        model=(row.get("device_type") or {}).get("model") or "",
        platform=platform.get("network_driver") or platform.get("name") or "",
        site=location.get("name"),
        timezone=location.get("time_zone"),
        tags=tuple(tag["name"] for tag in row.get("tags") or ()),
    )
