"""Reads the APs: by SNMP where it answers, by the command line for what SNMP has no object for.

SNMP names the state of each AP, and knows only APs that have a row: one whose handshake fails never
gets one. The command line knows those from its join statistics, and cannot name a download on 8.5.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.domain.observation import ApSighting, ApState, Topic
from service.drivers.aireos.book import Book
from service.drivers.aireos.listing import Lister, Listing, named_downloads, sightings
from service.drivers.aireos.look import Look
from service.drivers.aireos.polling import Fleet, Poller
from service.errors import CapabilityMissing, DeviceError, DeviceUnreachable, ReplyMalformed
from service.ports.clock import Clock
from service.transcripts import aireos_ap
from service.transcripts.parts import ApPart

TOPICS = (Topic.AP_JOIN, Topic.AP_JOIN_STATS, Topic.AP_PREDOWNLOAD, Topic.LOGS)


class FleetReader:
    """Reads the APs of one controller; as long-lived as its driver."""

    def __init__(self, controller: str, book: Book, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._poller = Poller(controller, book)
        self._lister = Lister(book)

    def read(self, look: Look, topics: frozenset[Topic]) -> None:
        """Fill everything about APs that is asked for."""
        parts: list[ApPart] = []
        by_snmp = None
        if Topic.AP_JOIN in topics or Topic.AP_JOIN_STATS in topics:
            by_snmp = self._fleet(look)
            if by_snmp is None or by_snmp.doubt:
                parts += self._listed(look, topics)
        if Topic.AP_JOIN_STATS in topics:
            parts += self._join_statistics(look, by_snmp)
        if by_snmp is not None:
            parts += by_snmp.aps
        if Topic.AP_PREDOWNLOAD in topics:
            parts += self._predownloads(look, by_snmp)
        if parts or by_snmp is not None or self._was_listed(look):
            look.says(aps=self._timed(look, sightings(parts), by_snmp))
        if Topic.LOGS in topics or self._wants_log(look, topics):
            self._log(look)

    # -- joined APs ------------------------------------------------------------------------

    def _fleet(self, look: Look) -> Fleet | None:
        """The table of SNMP; read again where it seems too short, for APs come and go."""
        try:
            link = look.ways.snmp()
            fleet = self._poller.fleet(link, timeout_s=look.timeout_s)
            if fleet.doubt:
                fleet = self._poller.fleet(link, timeout_s=look.timeout_s)
        except DeviceError as err:
            self._snmp_failed(look, Topic.AP_JOIN, err)
            return None
        if fleet.doubt:
            look.miss(Topic.AP_JOIN, fleet.doubt)
        look.says(ap_total=fleet.connected)
        table = self._book.tables["aps"]
        look.origins["aps"] = table.oid
        for name, column in (("state", "state"), ("version", "version"), ("model", "model"),
                             ("serial", "serial"), ("is_joined", "state")):  # fmt: skip
            look.origins[name] = f"{table.source.split(';')[0]} {table.oid_of(column)}"
        return fleet

    def _listed(self, look: Look, topics: frozenset[Topic]) -> list[ApPart]:
        """The tables of the command line, in place of SNMP."""
        keys = ("images", "downloads", "summary")
        try:
            asked_below = Topic.AP_JOIN_STATS in topics
            listing = self._tables(look, keys if asked_below else ("joins", *keys))
        except DeviceError as err:
            self._cli_failed(look, Topic.AP_JOIN, err)
            return []
        for doubt in listing.doubts:
            look.miss(Topic.AP_JOIN, doubt)
        look.origins.setdefault("aps", "show ap summary")
        says: dict[str, object] = {}
        for part in listing.parts:
            says.update({k: v for k, v in part.says.items() if k == "ap_downloading"})
            if part.as_ == "show ap summary":
                says["ap_total"] = part.says.get("ap_total")
        look.says(**says)
        return [
            *(ap for part in listing.parts for ap in part.aps),
            *self._serials(look),
        ]

    def _serials(self, look: Look) -> list[ApPart]:
        """Serial numbers, where the release prints them for all APs at once (unverified)."""
        try:
            output = self._lister.output(
                look.ways.cli(), "inventory", timeout_s=look.timeout_s, name="all"
            )
        except CapabilityMissing:
            return []
        except DeviceError as err:
            self._cli_failed(look, Topic.AP_JOIN, err)
            return []
        text = "\n".join(line.text for line in output.lines)
        found = aireos_ap.inventory(text)
        return [ApPart(name=name, says={"serial": serial}) for name, _, serial in found if name]

    # -- APs that did not join -------------------------------------------------------------

    def _join_statistics(self, look: Look, by_snmp: Fleet | None) -> list[ApPart]:
        """Who ever knocked. Entries stay until the controller reboots: they may be of the past."""
        try:
            listing = self._tables(look, ("joins",))
            parts = [ap for part in listing.parts for ap in part.aps]
            failing = [ap for ap in parts if ap.says.get("is_joined") is False]
            joined = {ap.mac for ap in by_snmp.aps} if by_snmp else set()
            failing = [ap for ap in failing if ap.mac not in joined]
            now = look.view.clock.device_time if look.view.clock else None
            detailed = self._lister.details(
                look.ways.cli(), failing, now, look.view.zone, timeout_s=look.timeout_s
            )
            details = list(detailed)
        except DeviceError as err:
            self._cli_failed(look, Topic.AP_JOIN_STATS, err)
            return []
        for doubt in listing.doubts:
            look.miss(Topic.AP_JOIN_STATS, doubt)
        look.origins.setdefault("aps", "show ap join stats summary all")
        for name in ("failure_phase", "failure_reason", "join_requests", "last_failure_at"):
            look.origins[name] = "show ap join stats detailed"
        kept = failing if by_snmp is not None else parts
        return [*kept, *details]

    def _wants_log(self, look: Look, topics: frozenset[Topic]) -> bool:
        """Whether somebody is missing whom only the log speaks of."""
        if Topic.AP_JOIN_STATS not in topics or look.ways.cli_error is not None:
            return False
        waiting = any(ap.is_joined is False for ap in look.view.aps or ())
        return waiting or Topic.AP_JOIN_STATS in look.unknown

    def _log(self, look: Look) -> None:
        now = look.view.clock.device_time if look.view.clock else None
        try:
            lines = self._lister.log(look.ways.cli(), now, look.view.zone, timeout_s=look.timeout_s)
        except DeviceError as err:
            self._cli_failed(look, Topic.LOGS, err)
            return
        look.says(logs=lines)

    # -- the rest --------------------------------------------------------------------------

    def _predownloads(self, look: Look, by_snmp: Fleet | None) -> list[ApPart]:
        if by_snmp is None:
            return []  # `show ap image all` was read with the other tables
        known = {ap.mac for ap in by_snmp.aps}
        try:
            found = self._poller.predownloads(look.ways.snmp(), timeout_s=look.timeout_s)
        except DeviceError as err:
            self._snmp_failed(look, Topic.AP_PREDOWNLOAD, err)
            return []
        return [part for part in found if part.mac in known]

    def _timed(
        self, look: Look, aps: tuple[ApSighting, ...], by_snmp: Fleet | None
    ) -> tuple[ApSighting, ...]:
        """The APs with the times of their last boot and join."""
        if by_snmp is None:
            aps = named_downloads(aps, look.view.release, look.view.ap_downloading)
            return self._with_pages(look, aps)
        try:
            link = look.ways.snmp()
            times = self._poller.times(link, self._clock, timeout_s=look.timeout_s)
        except DeviceError as err:
            self._snmp_failed(look, Topic.AP_JOIN, err)
            return aps
        return tuple(replace(ap, **times.get(ap.mac, {})) for ap in aps)

    def _with_pages(self, look: Look, aps: tuple[ApSighting, ...]) -> tuple[ApSighting, ...]:
        """More on those that do not serve: what SNMP would have told of everybody."""
        names = [
            ap.name for ap in aps if ap.name and ap.state in (ApState.DOWNLOADING, ApState.UNKNOWN)
        ]
        try:
            pages = list(self._lister.pages(look.ways.cli(), names, timeout_s=look.timeout_s))
        except CapabilityMissing:
            return aps
        except DeviceError as err:
            self._cli_failed(look, Topic.AP_JOIN, err)
            return aps
        said = {page.name: page.says for page in pages}
        return tuple(_filled(ap, said.get(ap.name, {})) for ap in aps)

    def _tables(self, look: Look, keys: tuple[str, ...]) -> Listing:
        return self._lister.tables(look.ways.cli(), keys, timeout_s=look.timeout_s)

    def _was_listed(self, look: Look) -> bool:
        """Whether tables were read that simply held no AP."""
        return look.view.ap_total == 0

    def _snmp_failed(self, look: Look, topic: Topic, err: DeviceError) -> None:
        if isinstance(err, DeviceUnreachable):
            look.ways.lost_snmp(err)
        look.failed(topic, err)

    def _cli_failed(self, look: Look, topic: Topic, err: DeviceError) -> None:
        if isinstance(err, DeviceUnreachable | ReplyMalformed):
            look.ways.lost_cli(err)
        look.failed(topic, err)


def _filled(ap: ApSighting, page: Mapping[str, Any]) -> ApSighting:
    """A sighting with what it lacks; the state on the page is that of its session, not its own."""
    missing = {
        name: value
        for name, value in page.items()
        if name not in {"state", "raw_state", "is_joined"} and getattr(ap, name) is None
    }
    return replace(ap, **missing)
