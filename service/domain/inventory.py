"""The fleet as its owner wrote it down: controllers, credentials by reference, sites, schedules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Literal, TypeAlias

from service.domain.notices.rules import Notify
from service.domain.observation import Platform
from service.domain.policy import Policy
from service.domain.ticket_mapping import TicketMapping, own_form
from service.errors import NotFound

TransportChoice: TypeAlias = Literal["auto", "netconf", "restconf"]
Missed: TypeAlias = Literal["once", "skip"]
ANYBODY = "any"
"""In place of an address: everybody may send events that prove nothing."""
PushWay: TypeAlias = Literal["on-change", "periodic"]
ItsmLogin: TypeAlias = Literal["basic", "oauth"]
IncidentRule: TypeAlias = Literal["none", "suspected", "probable", "confirmed"]


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
class PushWanted:
    """That a controller tells changes of its access points by itself, over NETCONF.

    Attributes:
        way: `on-change` where the controller does that, else every period.
        period_s: between two updates of what is not told on change.
    """

    way: PushWay = "on-change"
    period_s: float = 60.0


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
    """One controller of the inventory, with everything that reaching it takes.

    Attributes:
        staging: the controller on which its APs may be mended.
        ap_address: where APs reach it, where that is not `host`.
        ap_limit: how many APs it takes, where it cannot tell that itself.
        push: how it is subscribed to; None: it is not.
    """

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
    ap_address: str | None = None
    ap_limit: int | None = None
    transport: TransportChoice = "auto"
    policy: Policy = field(default_factory=Policy)
    netconf: SshEndpoint = field(default_factory=lambda: SshEndpoint(830))
    restconf: RestconfEndpoint = field(default_factory=RestconfEndpoint)
    ssh: SshEndpoint = field(default_factory=lambda: SshEndpoint(22))
    snmp: SnmpEndpoint = field(default_factory=SnmpEndpoint)
    push: PushWanted | None = None

    @property
    def joined_at(self) -> str | None:
        """The address at which APs join it; None where only a name is known."""
        if self.ap_address is not None:
            return self.ap_address
        try:
            return str(ip_address(self.host))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something is done by itself.

    Attributes:
        cron: five fields, UTC.
        jitter_s: begins up to so much later, every time by the same time, told by its name.
        missed: what becomes of a cron line's moment that passed while nobody was there: made up
            once, or left out.
        paused: it is not run for now.
        spread: its controllers are polled all through the interval, each at its own moment.
    """

    name: str
    what: Literal["sweep"]
    every_s: float | None = None
    cron: str | None = None
    controllers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    jitter_s: float = 0.0
    missed: Missed = "once"
    paused: bool = False
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing is changed.

    Attributes:
        name: by which it is changed by REST; None: the file gives it none.
    """

    start: datetime
    end: datetime
    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    name: str | None = None

    def covers(self, controller: Controller, moment: datetime) -> bool:
        """Whether this freeze holds for a controller at a moment."""
        if not self.start <= moment < self.end:
            return False
        if not self.sites and not self.tags:
            return True
        return controller.site in self.sites or bool(set(self.tags) & set(controller.tags))


@dataclass(frozen=True, slots=True)
class SoftwareSource:
    """Where controllers' software lies.

    Attributes:
        folder: on the machines that plan; absolute.
        url: the same folder as controllers see it; ends with a slash, never holds a password.
        aireos_url: the same for AireOS, which speaks other protocols.
        credentials: what a controller shows the file server; None: nothing.
    """

    folder: str
    url: str | None = None
    aireos_url: str | None = None
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A desk that is told by signed calls, and tells its word by signed calls.

    Attributes:
        key, their_key: which secret ours, and theirs, are signed with; no secrets.
        secret, their_secret: references; two, so that no call of ours can be sent back as theirs.
    """

    key: str
    secret: str
    their_key: str
    their_secret: str
    mapping: TicketMapping = field(default_factory=own_form)


@dataclass(frozen=True, slots=True)
class JiraProject:
    """Where the tickets are in Jira, by the names that its workflows have.

    Attributes:
        change_type, incident_type: names of issue types.
        start, end: ids of the fields with the planned window, `customfield_10008`.
        approved: statuses in which the work may go on.
        begun, successful, unsuccessful, resolved: statuses that we move to.
    """

    project: str
    change_type: str
    incident_type: str
    start: str
    end: str
    approved: tuple[str, ...]
    begun: str
    successful: str
    unsuccessful: str
    resolved: str


@dataclass(frozen=True, slots=True)
class Itsm:
    """The desk that has the tickets.

    Attributes:
        url: scheme, host and port; of a webhook, whole.
        credentials: user and password, or with `oauth` a client's id and its secret.
        hook, jira: of kind `webhook`, and of kind `jira`; else None.
        ca: the file of the authorities that may vouch for it; None: those of the system.
        change, incident: fields of every new one, by their names there.
        incidents: how sure a finding has to be for an incident.
    """

    kind: str
    url: str
    credentials: Credentials
    auth: ItsmLogin = "basic"
    ca: str | None = None
    change: Mapping[str, str] = field(default_factory=dict)
    incident: Mapping[str, str] = field(default_factory=dict)
    incidents: IncidentRule = "probable"
    hook: Hook | None = None
    jira: JiraProject | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it.

    Attributes:
        software: None: no folder is named.
        event_keys: name -> reference of the secret that callers sign events with.
        event_senders: networks that may send events beside the controllers; or ANYBODY.
        itsm: None: none has tickets.
        notify: who is told by mail or chat; None: nobody.
        rejected: controller name (or place) -> why it was left out, with `--keep-going`.
    """

    controllers: tuple[Controller, ...]
    schedules: tuple[Schedule, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    software: SoftwareSource | None = None
    event_keys: Mapping[str, str] = field(default_factory=dict)
    event_senders: tuple[str, ...] = ()
    itsm: Itsm | None = None
    notify: Notify | None = None
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
