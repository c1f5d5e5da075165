"""A service over an inventory file of two sites, which callers may change."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from service.config.fleet_file import FleetYaml
from service.config.latest_inventory import LatestInventory
from service.domain.scope import Scope
from service.door.front import Front
from service.ports.tokens import Role
from service.usecases.admit import create_token
from tests.support.api_service import Service, crew_service

V1 = "/api/v1"
FLEET = """\
# Kept in git; ask the NOC before you change it.
x-c9800: &c9800 {platform: iosxe, credentials: hq}
controllers:
  - name: hq-1   # the big one
    platform: iosxe
    host: 192.0.2.10
    credentials: hq
    site: paris
    tags: [branch]

  # Rome was built later
  - {<<: *c9800, name: lab-1, host: 192.0.2.11, credentials: lab, site: rome}
credentials:
  hq: {username: admin, password: "env:HQ_PASSWORD"}
  lab: {username: lab, password: "env:LAB_PASSWORD"}
sites:
  paris: {timezone: Europe/Paris}
  rome: {timezone: Europe/Rome}
policy: {approval: required}
"""


@dataclass
class FleetService:
    """A service, its inventory file, and administrators of parts of it."""

    service: Service
    path: Path
    seen: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    def tag(self, path: str) -> dict[str, str]:
        """What a change of this takes."""
        return {"If-Match": self.root.get(f"{V1}{path}").headers["ETag"]}

    @property
    def root(self) -> Any:
        return self.service.api.as_("root")

    def admin_of(self, *sites: str) -> Any:
        context = self.service.api.context
        scope = Scope(sites=sites)
        name = " ".join(sites)
        _, clear = create_token(context, name, Role.ADMIN, valid_s=None, scope=scope)
        return self.service.api.as_(None, token=clear)

    def begin_anew(self) -> None:
        """The file as it was; what was recorded counts no more."""
        self.path.write_text(FLEET, "utf-8")
        shutil.rmtree(self.versions, ignore_errors=True)
        self.seen = self._records()[:1]

    @property
    def versions(self) -> Path:
        return self.path.parent / "versions"

    def records(self) -> list[dict[str, Any]]:
        """What was recorded of the inventory since, newest first."""
        last = self.seen[0]["seq"] if self.seen else 0
        return [one for one in self._records() if one["seq"] > last]

    def _records(self) -> list[dict[str, Any]]:
        told = self.root.get(f"{V1}/audit", act="inventory.change").json()["audit"]
        return list(told)


def with_file(service: Service, path: Path, **file: Any) -> FleetService:
    """A service that changes this file and reads it anew, as its processes do."""
    yaml = FleetYaml(path, path.parent / "versions", frozenset({"env:OWN"}), **file)
    api, latest = service.api, LatestInventory(path)
    api.context = replace(api.context, inventory=latest(), fleet_file=yaml)
    api.app.state.front = Front(api.context, api.queue, latest, lambda: api.checks)
    return FleetService(service, path)


@contextmanager
def fleet_service(folder: Path, text: str = FLEET, **file: Any) -> Iterator[FleetService]:
    path = folder / "inventory.yaml"
    path.write_text(text, "utf-8")
    with crew_service(folder) as service:
        yield with_file(service, path, **file)
