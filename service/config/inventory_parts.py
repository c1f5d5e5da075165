"""The parts of an inventory around the controllers: credentials, sites, schedules."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Literal

from service.config.inventory_values import (
    choice,
    cron,
    duration_s,
    flag,
    seconds_or_none,
    secret,
    short,
    text,
    timezone,
)
from service.config.yaml_file import InvalidFile
from service.config.yaml_places import Reader, Section, YamlValue, each, one_of
from service.domain.inventory import ANYBODY, Credentials, Missed, Schedule

_NOTHING: str = ""
_WHAT: tuple[Literal["sweep"]] = ("sweep",)
_MISSED: tuple[Missed, ...] = ("once", "skip")
SCHEDULE_KEYS = (
    "name",
    "every",
    "cron",
    "controllers",
    "tags",
    "what",
    "jitter_s",
    "missed",
    "paused",
    "spread",
)

CREDENTIAL_KEYS = (
    "username",
    "password",
    "enable_password",
    "snmp_community",
    "snmp_user",
    "snmp_auth",
    "snmp_priv",
)


def credentials(value: YamlValue) -> Credentials:
    """One set of credentials. Nothing of it is ever shown but its keys."""
    section = secretive_section(value, CREDENTIAL_KEYS)
    found = Credentials(
        username=section.need("username", text, _NOTHING),
        password=section.need("password", secret, _NOTHING),
        enable_password=section.get("enable_password", secret, None),
        snmp_community=section.get("snmp_community", secret, None),
        snmp_user=section.get("snmp_user", text, None),
        snmp_auth=section.get("snmp_auth", secret, None),
        snmp_priv=section.get("snmp_priv", secret, None),
    )
    section.settle()
    return found


def secretive_section(value: YamlValue, known: tuple[str, ...] | None = None) -> Section:
    """A section that, being no mapping, could be a secret: it is refused without being shown."""
    if value.text is not None or value.is_null:
        keys = ", ".join(known) if known else "names"
        raise value.refuse(f"a mapping with {keys}", found="something else (not shown)")
    return Section(value, known)


def event_keys(value: YamlValue) -> Mapping[str, str]:
    """Keys that callers sign events with: a name, and the reference of a secret."""
    section = secretive_section(value)
    found = {name: section.need(name, secret, _NOTHING) for name in section.entries}
    section.settle()
    return found


def event_senders(value: YamlValue) -> tuple[str, ...]:
    """Addresses and networks that events may come from, or the one word for everybody."""
    if value.text == ANYBODY:
        return (ANYBODY,)
    return tuple(str(_network(one)) for one in value.items())


def _network(value: YamlValue) -> IPv4Network | IPv6Network:
    try:
        return ip_network(value.text or "")
    except ValueError:
        expected = f"an address, a network such as 192.0.2.0/24, or {ANYBODY} in place of the list"
        raise value.refuse(expected) from None


def site_timezone(value: YamlValue) -> str:
    """The time zone of a site; UTC where it states none."""
    section = Section(value, ("timezone",))
    zone = section.get("timezone", timezone, "UTC")
    section.settle()
    return zone


def stated_name(value: YamlValue) -> str | None:
    """The name that an entry of a list states, whatever else is wrong with it."""
    try:
        name = Section(value).entries.get("name")
    except InvalidFile:
        return None
    return None if name is None else name.text or None


@dataclass(frozen=True, slots=True)
class Names:
    """What the file defines, for the parts that refer to it by name."""

    controllers: tuple[str, ...]
    sites: tuple[str, ...]


def schedule(names: Names) -> Reader[Schedule]:
    """A reader of one schedule: `every` or `cron`, for all or for those named or tagged."""

    def read_schedule(value: YamlValue) -> Schedule:
        section = Section(value, SCHEDULE_KEYS)
        stated = {key for key, entry in section.entries.items() if not entry.is_null}
        if len({"every", "cron"} & stated) != 1:
            error = value.refuse("exactly one of 'every' and 'cron'", found="both or neither")
            section.problems.extend(error.problems)
        elif {"every", "missed"} <= stated:
            error = section.entries["missed"].refuse("'missed' beside 'cron' alone")
            section.problems.extend(error.problems)
        elif {"cron", "spread"} <= stated:
            error = section.entries["spread"].refuse("'spread' beside 'every' alone")
            section.problems.extend(error.problems)
        found = Schedule(
            name=section.need("name", short, _NOTHING),
            what=section.get("what", choice(_WHAT), "sweep"),
            every_s=section.get("every", duration_s, None),
            cron=section.get("cron", cron, None),
            controllers=section.get(
                "controllers", each(one_of(names.controllers, "controller")), ()
            ),
            tags=section.get("tags", each(text), ()),
            jitter_s=section.get("jitter_s", seconds_or_none, 0.0),
            missed=section.get("missed", choice(_MISSED), "once"),
            paused=section.get("paused", flag, default=False),
            spread=section.get("spread", flag, default=False),
        )
        section.settle()
        return found

    return read_schedule
