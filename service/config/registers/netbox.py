"""Devices of NetBox.

Source: REST API documentation of NetBox 3 and 4: `/api/dcim/devices/` and `/api/dcim/sites/`, whose
`time_zone` is an IANA name or null.
"""

from collections.abc import Iterator, Sequence

from service.config.registers.device import Device
from service.config.registers.reading import Register, Row, each_read

DEVICES, SITES = "dcim/devices/", "dcim/sites/"
ACTIVE = ("status", "active")


def devices(register: Register, query: Sequence[tuple[str, str]]) -> Iterator[Device]:
    """The devices that a filter finds; those in service, where it does not ask for others.

    Raises:
        InvalidInput: the register does not answer with them.
    """
    wanted = list(query) if any(key == ACTIVE[0] for key, _ in query) else [*query, ACTIVE]
    rows = list(register.rows(DEVICES, wanted))
    ids = dict.fromkeys(one for one in each_read(register, rows, _site_id) if one)
    zones = _zones(register, list(ids))
    yield from each_read(register, rows, lambda row: _device(row, zones))


def _site_id(row: Row) -> str:
    return str(row["site"]["id"]) if row.get("site") else ""


def _zones(register: Register, ids: Sequence[str]) -> dict[str, str | None]:
    """Site -> its time zone."""
    if not ids:
        return {}
    found = register.rows(SITES, [("id", one) for one in ids])
    return dict(each_read(register, found, lambda row: (str(row["id"]), row.get("time_zone"))))


def _device(row: Row, zones: dict[str, str | None]) -> Device:
    site = row.get("site") or {}
    address = (row.get("primary_ip") or {}).get("address") or ""
    return Device(
        name=row.get("name") or "",
        address=address.partition("/")[0],
        model=(row.get("device_type") or {}).get("model") or "",
        platform=(row.get("platform") or {}).get("slug") or "",
        site=site.get("slug"),
        timezone=zones.get(str(site.get("id"))),
        tags=tuple(tag["slug"] for tag in row.get("tags") or ()),
    )
