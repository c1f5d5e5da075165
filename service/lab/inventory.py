"""The inventory file that lets the service poll a lab: every port, host key and account."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from service.lab.specs import Controller

ACCOUNT = "lab"


@dataclass(frozen=True, slots=True)
class Address:
    """Where one box listens."""

    spec: Controller
    port: int  # NETCONF
    fingerprint: str  # SHA256 of the host key
    cli_port: int | None  # SSH command line


def inventory(
    boxes: Mapping[str, Address],
    *,
    host: str,
    password_file: Path,
    policy: Mapping[str, Any],
) -> str:
    """The text of inventory.yaml; boxes by name."""
    document: dict[str, Any] = {
        "controllers": [_controller(n, host, at) for n, at in boxes.items()],
        "credentials": {ACCOUNT: {"username": "admin", "password": f"file:{password_file}"}},
    }
    sites = sorted({at.spec.site for at in boxes.values() if at.spec.site})
    if sites:
        document["sites"] = {site: {"timezone": "UTC"} for site in sites}
    if policy:
        document["policy"] = dict(policy)
    return yaml.safe_dump(document, sort_keys=False)


def _controller(name: str, host: str, at: Address) -> dict[str, Any]:
    spec = at.spec
    found: dict[str, Any] = {
        "name": name,
        "platform": "iosxe",
        "host": host,
        "credentials": ACCOUNT,
        "netconf": {"port": at.port, "host_key": at.fingerprint},
    }
    if at.cli_port is not None:
        found["ssh"] = {"port": at.cli_port, "host_key": at.fingerprint}
    if spec.site:
        found["site"] = spec.site
    if spec.tags:
        found["tags"] = list(spec.tags)
    return found
