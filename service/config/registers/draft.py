"""An inventory drafted from devices: what can stand in it, and why the others can't."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from service.config.registers.device import Device
from service.domain.identity import is_controller_name
from service.domain.observation import Platform

HEAD = """\
# Drafted by aprejoin init from {source}. Every key is explained in docs/inventory.md.
# Look through it, put the passwords where the references point, then: aprejoin check -i THIS_FILE
"""
SECRETS: Mapping[Platform, dict[str, str]] = {
    Platform.IOSXE: {"password": "env:APREJOIN_PASSWORD"},
    Platform.AIREOS: {
        "password": "env:APREJOIN_PASSWORD",
        "snmp_community": "env:APREJOIN_COMMUNITY",
    },
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A device that is not in the draft."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An inventory as text, and what is not in it."""

    text: str
    controllers: int
    left_out: tuple[LeftOut, ...]


def draft(
    devices: Iterable[Device],
    *,
    source: str,
    username: str,
    platforms: Mapping[str, Platform],
) -> Draft:
    """An inventory of those that are controllers, in the order of their names.

    Args:
        devices: what the register has.
        source: where they come from, for the first line of the file.
        username: who logs in everywhere; the passwords are references that a person fills.
        platforms: the register's name of a platform -> ours, where the model does not tell.
    """
    kept: dict[str, Device] = {}
    families: dict[str, Platform] = {}
    left_out: list[LeftOut] = []
    for device in sorted(devices, key=lambda device: device.name):
        family = platforms.get(device.platform) or device.family
        why = _why_not(device, family, kept)
        if why is not None or family is None:
            left_out.append(LeftOut(device.name or "(no name)", why or ""))
            continue
        kept[device.name], families[device.name] = device, family
    document = {
        "controllers": [_controller(one, families[name]) for name, one in kept.items()],
        "credentials": dict(_credentials(set(families.values()), username)),
        **_sites(kept.values()),
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    return Draft(f"{HEAD.format(source=source)}\n{text}", len(kept), tuple(left_out))


def _why_not(device: Device, family: Platform | None, kept: Mapping[str, Device]) -> str | None:
    if not is_controller_name(device.name):
        return "its name needs letters, digits, '.', '_', '-' alone, and 63 at most"
    if device.name in kept:
        return "another device of that name is there already"
    if family is None:
        what = device.model or "no model"
        also = f", platform {device.platform}" if device.platform else ""
        return f"no wireless controller by its model ({what}{also}); --platform says otherwise"
    if not device.address:
        return "it has no primary address"
    return None


def _controller(device: Device, family: Platform) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": device.name,
        "platform": family.value,
        "host": device.address,
        "credentials": family.value,
    }
    if device.site:
        entry["site"] = device.site
    if device.tags:
        entry["tags"] = list(device.tags)
    return entry


def _credentials(families: set[Platform], username: str) -> Iterator[tuple[str, dict[str, str]]]:
    for family in sorted(families):
        yield family.value, {"username": username, **SECRETS[family]}


def _sites(devices: Iterable[Device]) -> dict[str, Any]:
    sites: dict[str, dict[str, str]] = {}
    for device in devices:
        if device.site:
            zone = {"timezone": device.timezone} if device.timezone else {}
            sites[device.site] = sites.get(device.site) or zone
    return {"sites": sites} if sites else {}
