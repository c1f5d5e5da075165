"""The fleet as its owner wrote it down: controllers, credentials by reference, sites, schedules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from service.domain.observation import Platform
from service.domain.policy import Policy
from service.errors import NotFound

TransportChoice: TypeAlias = Literal["auto", "netconf", "restconf"]
Missed: TypeAlias = Literal["once", "skip"]


@dataclass(frozen=True, slots=True)
class SshEndpoint:
    """NETCONF or CLI over SSH.

    Attributes:
        host_key: a known_hosts line or a `SHA256:` fingerprint; None: the user's known_hosts.
        insecure: take any host key; shown wherever the controller is shown.
        stated: whether the inventory named this endpoint, or it is the default.
    """

    port: int
    host_key: str | None = None
    insecure: bool = False
    legacy_algorithms: bool = False
    stated: bool = False


@dataclass(frozen=True, slots=True)
class RestconfEndpoint:
    """RESTCONF over TLS."""

    port: int = 443
    ca: str | None = None
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class SnmpEndpoint:
    """SNMP, read only."""

    port: int = 161
    version: Literal["2c", "3"] = "2c"


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to log in. Every secret is a reference, never clear text."""

    username: str
    password: str = field(repr=False)
    enable_password: str | None = field(default=None, repr=False)
    snmp_community: str | None = field(default=None, repr=False)
    snmp_user: str | None = None
    snmp_auth: str | None = field(default=None, repr=False)
    snmp_priv: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Controller:
    """One controller of the inventory, with everything that reaching it takes."""

    name: str
    platform: Platform
    host: str
    credentials: Credentials
    site: str | None = None
    timezone: str = "UTC"  # the site's, an IANA name
    tags: tuple[str, ...] = ()
    mobility_group: str | None = None
    ha_peer: str | None = None
    staging: str | None = None
    transport: TransportChoice = "auto"
    policy: Policy = field(default_factory=Policy)
    netconf: SshEndpoint = field(default_factory=lambda: SshEndpoint(830))
    restconf: RestconfEndpoint = field(default_factory=RestconfEndpoint)
    ssh: SshEndpoint = field(default_factory=lambda: SshEndpoint(22))
    snmp: SnmpEndpoint = field(default_factory=SnmpEndpoint)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is done by itself.

    Attributes:
        cron: five fields, UTC.
        jitter_s: begins up to so much later, every time by the same time, told by its name.
        missed: what becomes of a cron line's moment that passed while nobody was there: made up
            once, or left out.
    """

    name: str
    what: Literal["sweep"]
    every_s: float | None = None
    cron: str | None = None
    controllers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    jitter_s: float = 0.0
    missed: Missed = "once"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing is changed."""

    start: datetime
    end: datetime
    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def covers(self, controller: Controller, moment: datetime) -> bool:
        """Whether this freeze holds for a controller at a moment."""
        if not self.start <= moment < self.end:
            return False
        if not self.sites and not self.tags:
            return True
        return controller.site in self.sites or bool(set(self.tags) & set(controller.tags))


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it.

    Attributes:
        rejected: controller name (or place) -> why it was left out, with `--keep-going`.
    """

    controllers: tuple[Controller, ...]
    schedules: tuple[Schedule, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    rejected: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Controller | None:
        """The controller of that name, or None."""
        return next((c for c in self.controllers if c.name == name), None)

    def chosen(self, names: Sequence[str], tags: Sequence[str]) -> tuple[Controller, ...]:
        """The controllers named or tagged; all where neither is given. Raises NotFound."""
        for name in names:
            if self.get(name) is None:
                raise NotFound("controller", name, known=self.names)
        if not names and not tags:
            return self.controllers
        return tuple(c for c in self.controllers if c.name in names or set(tags) & set(c.tags))

    @property
    def names(self) -> tuple[str, ...]:
        """Every controller's name, in the file's order."""
        return tuple(c.name for c in self.controllers)
