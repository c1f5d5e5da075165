"""One controller of the inventory: its keys, its ways in, and what it refers to by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from service.config.inventory_parts import Names, credentials, site_timezone
from service.config.inventory_policy import layered
from service.config.inventory_values import (
    address,
    choice,
    entry_name,
    flag,
    host,
    host_key,
    port,
    text,
    whole,
)
from service.config.yaml_places import Reader, Section, YamlValue, each, one_of
from service.domain.inventory import (
    Controller,
    Credentials,
    PushWanted,
    PushWay,
    RestconfEndpoint,
    SnmpEndpoint,
    SshEndpoint,
    TransportChoice,
)
from service.domain.observation import Platform
from service.domain.policy import Policy

T = TypeVar("T")
SnmpVersion = Literal["2c", "3"]

KEYS = (
    "name",
    "platform",
    "host",
    "credentials",
    "site",
    "tags",
    "mobility_group",
    "ha_peer",
    "staging",
    "ap_address",
    "ap_limit",
    "transport",
    "policy",
    "netconf",
    "restconf",
    "ssh",
    "snmp",
    "events",
)
NETCONF_PORT, SSH_PORT = 830, 22

_TRANSPORTS: tuple[TransportChoice, ...] = ("auto", "netconf", "restconf")
_PUSH_WAYS: tuple[PushWay, ...] = ("on-change", "periodic")
DEFAULT_PERIOD_S, LONGEST_PERIOD_S = 60, 86400
FEWEST_WITH_PUSH = 3
"""Sessions: one for who changes it, one for who reads it, one for what it tells by itself."""
_SSH_KEYS = ("port", "host_key", "insecure")
_NOBODY = Credentials("", "")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the file says about the controllers in it.

    Attributes:
        folder: where the file lies; relative paths start there.
        tag_policies: by tag, in the file's order; the later one wins.
    """

    folder: Path
    names: Names
    credentials: Mapping[str, YamlValue]
    sites: Mapping[str, YamlValue]
    policy: Policy
    tag_policies: Mapping[str, YamlValue]


def controller(around: Surroundings) -> Reader[Controller]:
    """A reader of one controller; a bad set of credentials or site that it names is its own."""
    return partial(_read_controller, around)


def _read_controller(around: Surroundings, value: YamlValue) -> Controller:
    section = Section(value, KEYS)
    get, need = section.get, section.need
    tags: tuple[str, ...] = get("tags", each(text), ())
    site = get("site", one_of(around.sites, "site"), None)
    found = Controller(
        name=need("name", entry_name, ""),
        platform=need("platform", _platform, Platform.IOSXE),
        host=need("host", host, ""),
        credentials=need("credentials", partial(_credentials, around), _NOBODY),
        site=site,
        timezone=section.collect(lambda: _timezone(around, site), "UTC"),
        tags=tuple(dict.fromkeys(tags)),
        mobility_group=get("mobility_group", text, None),
        ha_peer=get("ha_peer", partial(_another, around, section), None),
        staging=get("staging", partial(_another, around, section), None),
        ap_address=get("ap_address", address, None),
        ap_limit=get("ap_limit", whole(1), None),
        transport=get("transport", choice(_TRANSPORTS), "auto"),
        policy=_policy(around, section, tags),
        netconf=get("netconf", _ssh(NETCONF_PORT), SshEndpoint(NETCONF_PORT)),
        restconf=get("restconf", _restconf(around.folder), RestconfEndpoint()),
        ssh=get("ssh", _ssh(SSH_PORT, "legacy_algorithms"), SshEndpoint(SSH_PORT)),
        snmp=get("snmp", _snmp, SnmpEndpoint()),
        push=get("events", _push, None),
    )
    _check_snmp_user(section, found)
    _check_push(section, found)
    section.settle()
    return found


def _platform(value: YamlValue) -> Platform:
    return Platform(choice(tuple(platform.value for platform in Platform))(value))


def _credentials(around: Surroundings, value: YamlValue) -> Credentials:
    name = one_of(around.credentials, "set of credentials")(value)
    return credentials(around.credentials[name])


def _timezone(around: Surroundings, site: str | None) -> str:
    return "UTC" if site is None else site_timezone(around.sites[site])


def _another(around: Surroundings, section: Section, value: YamlValue) -> str:
    """The name of another controller of the file."""
    name = one_of(around.names.controllers, "controller")(value)
    if name == section.entries["name"].text:
        raise value.refuse("the name of another controller", found="the controller itself")
    return name


def _policy(around: Surroundings, section: Section, tags: tuple[str, ...]) -> Policy:
    layers = [layer for tag, layer in around.tag_policies.items() if tag in tags]
    own = section.entries.get("policy")
    if own is not None and not own.is_null:
        layers.append(own)
    return section.collect(lambda: layered(around.policy, layers), around.policy)


def _ssh(default_port: int, *more: str) -> Reader[SshEndpoint]:
    def read_ssh(value: YamlValue) -> SshEndpoint:
        section = Section(value, (*_SSH_KEYS, *more))
        found = SshEndpoint(
            port=section.get("port", port, default_port),
            host_key=section.get("host_key", host_key, None),
            insecure=section.get("insecure", flag, default=False),
            legacy_algorithms=section.get("legacy_algorithms", flag, default=False),
            stated=True,
        )
        section.settle()
        return found

    return read_ssh


def _restconf(folder: Path) -> Reader[RestconfEndpoint]:
    def read_restconf(value: YamlValue) -> RestconfEndpoint:
        section = Section(value, ("port", "ca", "insecure"))
        ca = section.get("ca", text, None)
        found = RestconfEndpoint(
            port=section.get("port", port, RestconfEndpoint().port),
            ca=None if ca is None else str((folder / Path(ca).expanduser()).absolute()),
            insecure=section.get("insecure", flag, default=False),
        )
        section.settle()
        return found

    return read_restconf


def _snmp(value: YamlValue) -> SnmpEndpoint:
    section = Section(value, ("port", "version"))
    found = SnmpEndpoint(
        port=section.get("port", port, SnmpEndpoint().port),
        version=section.get("version", _snmp_version, "2c"),
    )
    section.settle()
    return found


def _snmp_version(value: YamlValue) -> SnmpVersion:
    word = value.text or value.scalar("int")
    if word == "2c":
        return "2c"
    if word == "3":
        return "3"
    raise value.refuse("2c or 3")


def _check_snmp_user(section: Section, found: Controller) -> None:
    """SNMP version 3 logs in as a user, which only the credentials can name."""
    named = found.credentials is not _NOBODY
    if named and found.snmp.version == "3" and found.credentials.snmp_user is None:
        error = section.entries["snmp"].refuse(
            "snmp_user (and snmp_auth, snmp_priv) in its credentials", found="version 3 without it"
        )
        section.problems.extend(error.problems)


def _push(value: YamlValue) -> PushWanted:
    section = Section(value, ("netconf", "period_s"))
    found = PushWanted(
        way=section.need("netconf", choice(_PUSH_WAYS), "on-change"),
        period_s=float(section.get("period_s", whole(1, LONGEST_PERIOD_S), DEFAULT_PERIOD_S)),
    )
    section.settle()
    return found


def _check_push(section: Section, found: Controller) -> None:
    """A controller that cannot be subscribed to, or has no session left for it, is told here."""
    if found.push is None:
        return
    if found.platform is not Platform.IOSXE:
        error = section.entries["events"].refuse(
            "no events: only iosxe takes subscriptions", found=f"platform {found.platform.value}"
        )
        section.problems.extend(error.problems)
    if found.policy.max_sessions < FEWEST_WITH_PUSH:
        error = section.entries["events"].refuse(
            f"max_sessions of {FEWEST_WITH_PUSH} or more in its policy",
            found=f"max_sessions {found.policy.max_sessions}",
        )
        section.problems.extend(error.problems)
