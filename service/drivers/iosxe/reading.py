"""Reads topics from one C9800 over NETCONF and hands back one ControllerView.

What the release lacks is not asked for. What a controller refuses to tell is recorded under
`unknown` with its own words; an element that it does not know is left out and asked again, since a
maintenance release may lack what its train has. A reply that is not understood is an error, never
an empty answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from lxml import etree

from service.domain.inventory import Controller
from service.domain.ntp import Role
from service.domain.observation import (
    ClockReading,
    ControllerView,
    Platform,
    Timer,
    Topic,
)
from service.domain.releases import Release
from service.drivers.iosxe import grants, normalize
from service.drivers.iosxe.asking import Asker
from service.drivers.iosxe.commands import DIFFERENCES, CommandLine
from service.drivers.iosxe.documents import (
    Record,
    WrongNamespaceError,
    default_namespace,
    filter_for,
    path_text,
)
from service.drivers.iosxe.hazards import hazards
from service.drivers.iosxe.ntp_entries import empty_vrfs, ntp_config
from service.drivers.iosxe.zone import zone_of
from service.drivers.links.netconf import NetconfLink, RpcRefused
from service.drivers.paths import Contract
from service.errors import DeviceBusy, ReplyMalformed
from service.ports.clock import Clock

CLOCK_RESOLUTION_S = 1.0  # current-time is printed in whole seconds


@dataclass(slots=True)
class _Look:
    """One look being put together."""

    view: ControllerView
    unknown: dict[Topic, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def miss(self, topic: Topic, rows: int) -> None:
        """Rows of a table that could not be understood: part of the topic is not known."""
        if rows:
            self.unknown[topic] = f"{rows} row(s) without a readable or with a repeated MAC"

    def done(self) -> ControllerView:
        return replace(self.view, unknown=self.unknown, origins=self.origins)


class Reader:
    """Reads one controller; as long-lived as its session."""

    def __init__(
        self,
        controller: Controller,
        link: NetconfLink,
        contract: Contract,
        release: Release,
        *,
        clock: Clock,
        commands: CommandLine,
    ) -> None:
        self._controller = controller
        self._link = link
        self._contract = contract
        self._release = release
        self._clock = clock
        self._commands = commands
        self._asker = Asker(link, contract, release)

    def read(self, topics: frozenset[Topic], *, timeout_s: float) -> ControllerView:
        """Look at some topics; see the driver port for errors."""
        look = _Look(
            ControllerView(
                controller=self._controller.name,
                platform=Platform.IOSXE,
                read_at=self._clock.now().wall,
                release=str(self._release),
                by_hand=grants.words(self._contract),
            )
        )
        steps: Mapping[Topic, Callable[[_Look, float], None]] = {
            Topic.CLOCK: self._clock_reading,
            Topic.IDENTITY: self._identity,
            Topic.CLOCK_ZONE: self._zone,
            Topic.NTP_CONFIG: self._ntp_config,
            Topic.NTP_STATE: self._ntp_state,
            Topic.AP_JOIN: self._aps,
            Topic.AP_JOIN_STATS: self._join_statistics,
            Topic.AP_PREDOWNLOAD: self._predownload,
            Topic.CERTIFICATES: self._certificates,
            Topic.INSTALL: self._install,
            Topic.SAVED: self._saved,
            Topic.HAZARDS: self._hazards,
            Topic.TIMERS: self._timers,
            Topic.REDUNDANCY: self._redundancy,
            Topic.SYNCING: self._syncing,
            Topic.JOIN_POLICY: self._join_policy,
            Topic.NEIGHBOURS: self._neighbours,
        }
        for topic, step in steps.items():
            if topic in topics:
                self._step(step, topic, look, timeout_s)
        return look.done()

    def _step(
        self, step: Callable[[_Look, float], None], topic: Topic, look: _Look, timeout_s: float
    ) -> None:
        try:
            step(look, timeout_s)
        except WrongNamespaceError as err:
            raise ReplyMalformed(self._controller.name, topic, str(err)) from err
        except RpcRefused as err:
            if err.busy:
                raise DeviceBusy(self._controller.name, topic, str(err)) from err
            look.unknown[topic] = str(err)
        except ValueError as err:
            look.unknown[topic] = str(err)

    # -- topics ----------------------------------------------------------------------------

    def _join_policy(self, look: _Look, timeout_s: float) -> None:
        data = self._policy_data(timeout_s)
        found = grants.join_policies(self._contract, self._release, data)
        look.view = replace(look.view, policies=found)
        look.origins["policies"] = path_text(self._asker.shape(grants.READS[0]).steps)
        if found.unread:
            look.unknown[Topic.JOIN_POLICY] = "; ".join(f"{r}: {why}" for r, why in found.unread)

    def _policy_data(self, timeout_s: float) -> etree._Element:
        shapes = [self._asker.shape(key) for key in grants.READS if self._asker.offers(key)]
        return self._link.get_config(filter_for(*shapes), timeout_s=timeout_s)

    def trustpool_policy_holds_anything(self, *, timeout_s: float) -> bool:
        """Whether there is a trustpool policy with something in it."""
        data = self._policy_data(timeout_s)
        return grants.holds_anything(self._contract, self._release, data)

    def _clock_reading(self, look: _Look, timeout_s: float) -> None:
        before = self._clock.now()
        found = self._records("clock", look, timeout_s)
        round_trip = self._clock.now().seconds_since(before)
        shown = normalize.moment(found[0].get("clock")) if found else None
        if shown is None:
            look.unknown[Topic.CLOCK] = "the controller shows no current time"
            return
        half = timedelta(seconds=CLOCK_RESOLUTION_S / 2)
        middle = before.later(round_trip / 2)
        look.view = replace(
            look.view,
            clock=ClockReading(
                device_time=shown + half,  # printed truncated: true to half a second either way
                host_time=middle.wall,
                uncertainty_s=round_trip / 2 + CLOCK_RESOLUTION_S / 2,
                instant=middle,
            ),
        )

    def _identity(self, look: _Look, timeout_s: float) -> None:
        found = self._records("system", look, timeout_s)
        if not found:
            raise ValueError("the controller shows no system data")
        look.view = replace(
            look.view,
            hardware=found[0].get("software"),
            boot_time=normalize.moment(found[0].get("boot_time")),
        )

    def _zone(self, look: _Look, timeout_s: float) -> None:
        found = self._records("zone", look, timeout_s)
        look.view = replace(look.view, zone=zone_of(found[0] if found else None))

    def _ntp_config(self, look: _Look, timeout_s: float) -> None:
        data = self._ntp_data(timeout_s)
        look.origins["ntp"] = path_text(self._asker.shape("ntp-servers").steps)
        look.view = replace(look.view, ntp=ntp_config(self._contract, data))

    def _ntp_data(self, timeout_s: float) -> etree._Element:
        shapes = (self._asker.shape("ntp-servers"), self._asker.shape("ntp-peers"))
        return self._link.get_config(filter_for(*shapes), timeout_s=timeout_s)

    def empty_vrfs(self, *, timeout_s: float) -> tuple[tuple[Role, str], ...]:
        """The VRFs below `ntp server` and `ntp peer` that hold no entry."""
        return empty_vrfs(self._contract, self._ntp_data(timeout_s))

    def _ntp_state(self, look: _Look, timeout_s: float) -> None:
        found = self._records("ntp-state", look, timeout_s)
        state = normalize.ntp_state(found[0] if found else None)
        look.view = replace(look.view, ntp_state=state)

    def _aps(self, look: _Look, timeout_s: float) -> None:
        rows = self._records("aps", look, timeout_s)
        aps = {ap.mac: ap for ap in map(normalize.joined_ap, rows) if ap is not None}
        look.view = replace(look.view, aps=tuple(aps[mac] for mac in sorted(aps)))
        look.miss(Topic.AP_JOIN, len(rows) - len(aps))

    def _join_statistics(self, look: _Look, timeout_s: float) -> None:
        if not self._asker.offers("ap-join-stats"):
            since = self._contract.reads["ap-join-stats"].since
            raise ValueError(
                f"release {self._release} has no join statistics (they came with {since}): "
                "an AP that is not joined cannot be seen"
            )
        statistics = self._records("ap-join-stats", look, timeout_s)
        look.view = replace(
            look.view, aps=normalize.with_statistics(look.view.aps or (), statistics)
        )
        unread = [row for row in statistics if normalize.radio_mac(row.get("mac")) is None]
        look.miss(Topic.AP_JOIN_STATS, len(unread))

    def _predownload(self, look: _Look, timeout_s: float) -> None:
        statuses = self._records("predownload", look, timeout_s)
        look.view = replace(
            look.view, aps=normalize.with_predownload(look.view.aps or (), statuses)
        )

    def _neighbours(self, look: _Look, timeout_s: float) -> None:
        if not self._asker.offers("neighbours"):
            raise ValueError(f"release {self._release} shows no switch ports in any model")
        rows = self._records("neighbours", look, timeout_s)
        look.view = replace(look.view, neighbours=normalize.neighbours(rows))

    def _certificates(self, look: _Look, timeout_s: float) -> None:
        if not self._asker.offers("certificates"):
            raise ValueError(f"release {self._release} shows no certificate dates in any model")
        bundles = self._records("certificates", look, timeout_s)
        if not any(bundle.entries("certificate") for bundle in bundles):
            raise ValueError("the controller lists no certificate with dates")
        found = normalize.certificates(bundles, self._trustpoint(look, timeout_s))
        look.view = replace(look.view, certificates=found)

    def _trustpoint(self, look: _Look, timeout_s: float) -> str | None:
        """The trustpoint that APs are shown; "" for the built-in one, None where nothing says."""
        if self._asker.offers("trustpoint"):
            try:
                found = self._records("trustpoint", look, timeout_s)
            except RpcRefused:
                found = []
            if found:
                there = normalize.flag(found[0].get("available"))
                keyed = normalize.flag(found[0].get("key"))
                usable = None if there is None else there and keyed is not False
                look.view = replace(look.view, has_join_certificate=usable)
            if found and found[0].get("name"):
                return found[0].get("name")
        try:
            configured = self._records("management", look, timeout_s)
        except RpcRefused:
            return None
        return (configured[0].get("trustpoint") or "") if configured else ""

    def _install(self, look: _Look, timeout_s: float) -> None:
        state = normalize.install_state(self._records("install", look, timeout_s))
        look.view = replace(look.view, install=state)

    def _saved(self, look: _Look, timeout_s: float) -> None:
        unsaved = self._unsaved_leaf(look, timeout_s)
        if unsaved is None:
            unsaved = self._commands.unsaved()  # 17.3 has no leaf; later ones may not fill it
            look.origins["unsaved"] = DIFFERENCES
        look.view = replace(look.view, unsaved=unsaved)

    def _unsaved_leaf(self, look: _Look, timeout_s: float) -> bool | None:
        if not self._asker.offers("saved"):
            return None
        try:
            found = self._records("saved", look, timeout_s)
        except RpcRefused:
            return None
        return normalize.flag(found[0].get("unsaved")) if found else None

    def _hazards(self, look: _Look, timeout_s: float) -> None:
        found, problems = hazards(self._asker, timeout_s=timeout_s)
        if problems:
            look.unknown[Topic.HAZARDS] = "; ".join(problems)
        look.view = replace(look.view, hazards=found)

    def _timers(self, look: _Look, timeout_s: float) -> None:
        found = self._records("timers", look, timeout_s)
        look.view = replace(
            look.view,
            timers=tuple(Timer(r.get("name") or "", r.get("description") or "") for r in found),
        )

    def _redundancy(self, look: _Look, timeout_s: float) -> None:
        """Whether there is a standby; no model of the contract says whether it is hot."""
        found = self._records("inventory", look, timeout_s)
        look.view = replace(look.view, standby=normalize.standby(found))

    def _syncing(self, look: _Look, timeout_s: float) -> None:
        look.view = replace(look.view, syncing=self.is_syncing(timeout_s=timeout_s))

    def is_syncing(self, *, timeout_s: float) -> bool:
        """Whether the box is taking CLI changes over into its models (edits are refused then)."""
        ((namespace, name),) = self._contract.steps(self._contract.rpcs["is-syncing"].path)
        request = etree.Element(f"{{{namespace}}}{name}", nsmap=default_namespace(namespace))
        return normalize.syncing(self._link.ask(request, timeout_s=timeout_s))

    # -- parts -----------------------------------------------------------------------------

    def _records(self, key: str, look: _Look, timeout_s: float) -> list[Record]:
        found = self._asker.records(key, timeout_s=timeout_s)
        shape = self._asker.shape(key)
        for name, steps in shape.leaves.items():
            look.origins.setdefault(name, path_text((*shape.steps, *steps)))
        return found
