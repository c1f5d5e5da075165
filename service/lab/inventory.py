"""The inventory file that lets the service poll a lab: every port, host key and account."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from service.lab.aireos.snmp.agent import SNMP_USER
from service.lab.aireos.specs import Wlc
from service.lab.desk.desk import Desk
from service.lab.desk.kinds import with_desk
from service.lab.specs import Controller

ACCOUNT = "lab"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where one box speaks RESTCONF."""

    port: int
    ca: Path


@dataclass(frozen=True, slots=True)
class Address:
    """Where one box listens."""

    spec: Controller
    port: int  # NETCONF
    fingerprint: str  # SHA256 of the host key
    cli_port: int | None  # SSH command line
    web: WebAddress | None = None  # RESTCONF


@dataclass(frozen=True, slots=True)
class WlcAddress:
    """Where one AireOS box listens."""

    spec: Wlc
    port: int  # SSH
    fingerprint: str
    snmp_port: int


@dataclass(frozen=True, slots=True)
class Secrets:
    """Files that hold them. SNMP version 3 uses the community's text for both its passwords."""

    password: Path
    community: Path
    desk: Path | None = None


def inventory(
    boxes: Mapping[str, Address | WlcAddress],
    *,
    host: str,
    secrets: Secrets,
    policy: Mapping[str, Any],
    desk: Desk | None = None,
) -> str:
    """The text of inventory.yaml; boxes by name. A desk, where there is one, listens already."""
    visited = {at.spec.roaming.staging for at in boxes.values()}
    document: dict[str, Any] = {
        "controllers": [
            _controller(n, host, at) | _roaming(at, shares=n in visited) for n, at in boxes.items()
        ],
        "credentials": {ACCOUNT: {"username": "admin", "password": f"file:{secrets.password}"}},
    }
    document["credentials"] |= _snmp_accounts(boxes, secrets)
    sites = sorted({at.spec.site for at in boxes.values() if at.spec.site})
    if sites:
        document["sites"] = {site: {"timezone": "UTC"} for site in sites}
    if policy:
        document["policy"] = dict(policy)
    if desk is not None:
        document = with_desk(document, desk, f"file:{secrets.desk}")
    return yaml.safe_dump(document, sort_keys=False)


def _snmp_accounts(
    boxes: Mapping[str, Address | WlcAddress], secrets: Secrets
) -> dict[str, dict[str, str]]:
    """One set of credentials for each way in which an agent lets people in."""
    found: dict[str, dict[str, str]] = {}
    shell = {"username": "admin", "password": f"file:{secrets.password}"}
    secret = f"file:{secrets.community}"
    for at in boxes.values():
        if not isinstance(at, WlcAddress):
            continue
        given = at.spec.snmp
        if given.version == "2c":
            found[_account(at.spec)] = {**shell, "snmp_community": secret}
            continue
        found[_account(at.spec)] = {**shell, "snmp_user": SNMP_USER}
        if given.auth != "none":
            found[_account(at.spec)]["snmp_auth"] = secret
        if given.priv != "none":
            found[_account(at.spec)]["snmp_priv"] = secret
    return found


def _account(spec: Wlc) -> str:
    given = spec.snmp
    return "wlc" if given.version == "2c" else f"wlc-v3-{given.auth}-{given.priv}"


def _controller(name: str, host: str, at: Address | WlcAddress) -> dict[str, Any]:
    found = _wlc(name, host, at) if isinstance(at, WlcAddress) else _c9800(name, host, at)
    if at.spec.site:
        found["site"] = at.spec.site
    if at.spec.tags:
        found["tags"] = list(at.spec.tags)
    return found


def _roaming(at: Address | WlcAddress, *, shares: bool) -> dict[str, Any]:
    """What is only said of controllers that share access points."""
    roaming = at.spec.roaming
    if roaming.staging is None and not shares:
        return {}
    found: dict[str, Any] = {"ap_address": roaming.ap_address}
    if roaming.staging is not None:
        found["staging"] = roaming.staging
    if roaming.max_aps is not None and isinstance(at, Address):
        found["ap_limit"] = roaming.max_aps  # AireOS tells it itself
    return found


def _wlc(name: str, host: str, at: WlcAddress) -> dict[str, Any]:
    ssh: dict[str, Any] = {"port": at.port, "host_key": at.fingerprint}
    if at.spec.login.algorithms == "legacy":
        ssh["legacy_algorithms"] = True
    return {
        "name": name,
        "platform": "aireos",
        "host": host,
        "credentials": _account(at.spec),
        "ssh": ssh,
        "snmp": {"port": at.snmp_port, "version": at.spec.snmp.version},
    }


def _c9800(name: str, host: str, at: Address) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "platform": "iosxe",
        "host": host,
        "credentials": ACCOUNT,
        "netconf": {"port": at.port, "host_key": at.fingerprint},
    }
    if at.cli_port is not None:
        found["ssh"] = {"port": at.cli_port, "host_key": at.fingerprint}
    if at.spec.events:
        found["events"] = dict(at.spec.events)
    if at.web is None:
        found["transport"] = "netconf"  # nobody need look for RESTCONF on the usual port
    else:
        found["restconf"] = {"port": at.web.port, "ca": str(at.web.ca)}
    return found
