"""Reads the box itself: identity, clock and zone, NTP, certificates, images, redundancy.

All but the identity and a plain clock reading take the command line: by SNMP, NTP servers are IPv4
addresses without their keys, which is not what could be put back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from service.domain.byhand import ByHand
from service.domain.hazards import Hazard
from service.domain.instants import Instant
from service.domain.join_policy import SWITCHES
from service.domain.observation import Certificate, ClockReading, InstallState, Topic
from service.domain.releases import Release
from service.domain.wallclock import ClockZone
from service.drivers.aireos.ap_homes import NO_ADDRESS, NO_NAME, HomesReader
from service.drivers.aireos.book import Book, book
from service.drivers.aireos.listing import Lister
from service.drivers.aireos.look import Look, Step
from service.drivers.aireos.policies import PolicyReader
from service.drivers.aireos.polling import Poller
from service.errors import CapabilityMissing, DeviceError, DeviceUnreachable
from service.ports.clock import Clock
from service.transcripts import aireos_box, cells
from service.transcripts.aireos_zone import zone_of
from service.transcripts.parts import CertificatePart, Part

RESOLUTION_S = 1.0  # times are printed in whole seconds
AN_HOUR_S, NEARLY_S = 3600.0, 120.0
HUNDREDTHS = 100.0
HOT = "HOT"
TIME_BY_SNMP = ("clock", "zone", "delta_h", "delta_min")
NOT_SHOWN = (
    "AireOS shows no management logins by certificate, no NTP by DHCP and no scheduled reset that "
    "could be read: look at these before a false date is set"
)


@cache
def words() -> ByHand:
    """What a person types on such a box, from the contract."""
    lines, policies = book().changes, book().policies
    time = book().commands["time"].command
    return ByHand(
        look_at_clock=time,
        look_at_ntp=time,
        look_at_sync=time,
        look_at_timers="",
        set_clock=lines["set_clock"].line.format(wall="{mo}/{dd}/{yy} {hh}:{mm}:{ss}"),
        add_ntp=lines["add_ntp"].line.format(index="{slot}", host="{host}"),
        key_ntp=lines["key_ntp"].line.format(index="{slot}", key="{key}"),
        remove_ntp=lines["delete_ntp"].line.format(index="{slot}"),
        poll_ntp=lines["poll_ntp"].line,
        save=lines["save"].line,
        set_ap_home=_home_line("{name}", "{address}"),
        clear_ap_home=_home_line(NO_NAME, NO_ADDRESS),
        look_at_images=book().commands["boot"].command,
        set_boot_image=lines["set_boot_image"].line,
        restart=lines["restart"].line,
        end_predownload=lines["end_predownload"].line,
        look_at_policies=policies.expiry,
        set_policies=tuple((rule, policies.lines[rule.value].line) for rule in SWITCHES),
    )


def _home_line(controller: str, address: str) -> str:
    """The form of the lines that tell an AP a controller; one for each place, alike."""
    line = book().changes["set_primary"].line.replace("primary", "{place}")
    return line.format(place="{place}", controller=controller, name="{ap}", address=address)


@dataclass(frozen=True, slots=True)
class Trip:
    """A question and its answer: how long they took, and the instant between them."""

    middle: Instant
    seconds: float

    @classmethod
    def of(cls, before: Instant, after: Instant) -> "Trip":
        """From the instants around them."""
        seconds = after.seconds_since(before)
        return cls(before.later(seconds / 2), seconds)


class BoxReader:
    """Reads one controller; as long-lived as its driver."""

    def __init__(
        self,
        controller: str,
        book: Book,
        clock: Clock,
        model: str | None,
        release: Release | None = None,
    ) -> None:
        self._book = book
        self._clock = clock
        self._model = model
        self._poller = Poller(controller, book)
        self._lister = Lister(book)
        self._policy = PolicyReader(book, release)

    @property
    def steps(self) -> Mapping[Topic, Step]:
        """What reads each topic, in the order in which to read: the clock before all."""
        return {
            Topic.LOAD: self._load,
            Topic.CLOCK: self._time,
            Topic.CLOCK_ZONE: self._time,
            Topic.NTP_CONFIG: self._ntp_config,
            Topic.NTP_STATE: self._ntp_state,
            Topic.IDENTITY: self._identity,
            Topic.CERTIFICATES: self._certificates,
            Topic.INSTALL: self._install,
            Topic.REDUNDANCY: self._redundancy,
            Topic.HAZARDS: self._hazards,
            Topic.TIMERS: self._timers,
            Topic.SYNCING: self._syncing,
            Topic.JOIN_POLICY: self._policies,
            Topic.CLIENTS: self._clients,
            Topic.AP_HOMES: HomesReader(self._book).read,
        }

    # -- time ------------------------------------------------------------------------------

    def _time(self, look: Look) -> None:
        """Clock and zone, by `show time`; by SNMP where the command line is closed."""
        if look.view.clock is not None:
            return
        try:
            self._show_time(look)
        except DeviceError as err:
            self._time_by_snmp(look, err)

    def _show_time(self, look: Look) -> Part:
        """Ask for the time once in a look, and keep what it says.

        Raises:
            DeviceError: the command line is closed, or the page is not understood.
        """
        if look.time is None:
            cli = look.ways.cli()  # logging in takes time, and is no part of the exchange
            before = self._clock.now()
            output = self._lister.output(cli, "time", timeout_s=look.timeout_s)
            trip = Trip.of(before, self._clock.now())
            part = next((p for p in aireos_box.read(output) if p.as_ == "show time"), None)
            if part is None or part.shown is None:
                text = " ".join(line.text for line in output.lines)[:80]
                raise CapabilityMissing(look.view.controller, "show time", f"no time in {text!r}")
            look.time = part
            zone = part.says.get("zone")
            self._keep(look, part.shown.wall, zone, trip)
            for name in ("clock", "zone", "ntp", "ntp_state"):
                look.origins[name] = output.command or ""
        return look.time

    def _keep(self, look: Look, wall: datetime, zone: ClockZone | None, trip: Trip) -> None:
        if zone is None:
            why = "the time zone is told in words that are not known"
            look.miss(Topic.CLOCK_ZONE, why)
            look.miss(Topic.CLOCK, why)
            return
        look.says(zone=zone)
        try:
            shown = zone.to_utc(wall)
        except ValueError as err:
            look.miss(Topic.CLOCK, str(err))
            return
        reading = ClockReading(
            device_time=shown + timedelta(seconds=RESOLUTION_S / 2),  # printed truncated
            host_time=trip.middle.wall,
            uncertainty_s=(trip.seconds + RESOLUTION_S) / 2,
            instant=trip.middle,
        )
        if zone.summer is not None and _an_hour_off(reading):
            why = (
                f"the clock is an hour off by the summer time of {zone.name}: whether the box "
                "follows it is in doubt"
            )
            look.miss(Topic.CLOCK_ZONE, why)
            look.miss(Topic.CLOCK, why)
            look.says(zone=None)
            return
        look.says(clock=reading)

    def _time_by_snmp(self, look: Look, err: DeviceError) -> None:
        self._closed(look, Topic.CLOCK, err)
        try:
            link = look.ways.snmp()
            before = self._clock.now()
            told = self._poller.scalars(link, TIME_BY_SNMP, timeout_s=look.timeout_s)
        except DeviceError as snmp_error:
            look.failed(Topic.CLOCK, snmp_error)
            return
        trip = Trip.of(before, self._clock.now())
        shown = cells.ctime(told.get("clock", "").rstrip("."))
        if shown is None:
            return
        look.unknown.pop(Topic.CLOCK, None)
        delta = f"{told.get('delta_h', '0')}:{told.get('delta_min', '0')}"
        zone = zone_of(told.get("zone", ""), delta)
        self._keep(look, shown.wall, zone, trip)
        look.origins["clock"] = f"bsnSystemCurrentTime {self._book.scalars['clock'].oid}"

    # -- NTP -------------------------------------------------------------------------------

    def _ntp_config(self, look: Look) -> None:
        part = self._show_time(look)
        if part.reason:
            look.miss(Topic.NTP_CONFIG, f"show time: {part.reason}")
            return  # a table that is not understood whole could not be put back whole
        look.says(ntp=part.says["ntp"])

    def _ntp_state(self, look: Look) -> None:
        state = self._show_time(look).says.get("ntp_state")
        if state is None:
            look.miss(Topic.NTP_STATE, "this release does not print who is in sync")
            return
        look.says(ntp_state=state)

    # -- the box ---------------------------------------------------------------------------

    def _identity(self, look: Look) -> None:
        look.says(hardware=self._model)
        try:
            told = self._poller.scalars(look.ways.snmp(), ("uptime",), timeout_s=look.timeout_s)
        except DeviceError as err:
            if isinstance(err, DeviceUnreachable):
                look.ways.lost_snmp(err)
            self._up_by_page(look, err)
            return
        if told.get("uptime", "").isdigit():
            up = timedelta(seconds=int(told["uptime"]) / HUNDREDTHS)
            look.says(boot_time=self._clock.now().wall - up)

    def _up_by_page(self, look: Look, err: DeviceError) -> None:
        """The same by the command line, where SNMP is closed."""
        command = self._book.commands["system"].command
        try:
            up = aireos_box.up_for(look.ways.cli().show(command, timeout_s=look.timeout_s))
        except DeviceError:
            up = None
        if up is None:
            look.failed(Topic.IDENTITY, err)
            return
        look.says(boot_time=self._clock.now().wall - up)

    def _load(self, look: Look) -> None:
        """How busy its processor is; SNMP alone has a number for it."""
        try:
            told = self._poller.scalars(look.ways.snmp(), ("load",), timeout_s=look.timeout_s)
        except DeviceError as err:
            if isinstance(err, DeviceUnreachable):
                look.ways.lost_snmp(err)
            look.failed(Topic.LOAD, err)
            return
        percent = told.get("load", "")
        if not percent.isdigit():
            look.miss(Topic.LOAD, "the agent does not tell how busy the processor is")
            return
        look.says(load_percent=int(percent))
        look.origins["load_percent"] = (
            f"agentCurrentCPUUtilization {self._book.scalars['load'].oid}"
        )

    def _clients(self, look: Look) -> None:
        command = self._book.commands["system"].command
        text = look.ways.cli().show(command, timeout_s=look.timeout_s)
        look.says(clients=aireos_box.active_clients(text))

    def _certificates(self, look: Look) -> None:
        output = self._lister.output(look.ways.cli(), "certificates", timeout_s=look.timeout_s)
        parts = [part for part in aireos_box.read(output) if part.certificates]
        found = tuple(_certificate(one) for part in parts for one in part.certificates)
        look.origins["certificates"] = output.command or ""
        if not any(one.not_after for one in found):
            look.miss(Topic.CERTIFICATES, "show certificate all prints no dates that are known")
            return
        look.says(certificates=found)

    def _install(self, look: Look) -> None:
        output = self._lister.output(look.ways.cli(), "boot", timeout_s=look.timeout_s)
        part = next((p for p in aireos_box.read(output) if p.as_ == "show boot"), None)
        if part is None:
            look.miss(Topic.INSTALL, "show boot prints no image that is known")
            return
        look.says(install=InstallState(version=part.says.get("release")))
        look.says(images=part.says.get("images"))
        look.origins["images"] = output.command or ""

    def _redundancy(self, look: Look) -> None:
        try:
            output = self._lister.output(look.ways.cli(), "redundancy", timeout_s=look.timeout_s)
        except CapabilityMissing:
            return  # models without redundancy do not have the command
        part = next(
            (p for p in aireos_box.read(output) if p.as_ == "show redundancy summary"), None
        )
        if part is None:
            look.miss(Topic.REDUNDANCY, "show redundancy summary is not understood")
            return
        look.says(standby=part.says.get("standby"))

    def _hazards(self, look: Look) -> None:
        standby = look.view.standby
        if standby is not None and HOT not in standby.upper():
            detail = f"the standby is {standby}, not hot: it would not take over as it should"
            path = self._book.commands["redundancy"].command
            look.says(hazards=(Hazard("standby", detail, path),))
        else:
            look.says(hazards=())
        look.miss(Topic.HAZARDS, NOT_SHOWN)

    def _timers(self, look: Look) -> None:
        look.says(timers=())  # it has none, and none of ours can be there

    def _syncing(self, look: Look) -> None:
        look.says(syncing=False)  # there is one configuration, and no model beside it

    def _policies(self, look: Look) -> None:
        found = self._policy.read(look.ways.cli(), timeout_s=look.timeout_s)
        look.says(policies=found)
        for rule, why in found.unread:
            look.miss(Topic.JOIN_POLICY, f"{rule}: {why}")

    def _closed(self, look: Look, topic: Topic, err: DeviceError) -> None:
        if isinstance(err, DeviceUnreachable):
            look.ways.lost_cli(err)
        look.failed(topic, err)


def _an_hour_off(reading: ClockReading) -> bool:
    return abs(abs(reading.offset_s) - AN_HOUR_S) < NEARLY_S


def _certificate(part: CertificatePart) -> Certificate:
    """Dates of certificates are printed in GMT."""
    says: dict[str, Any] = dict(part.says)
    for name, shown in part.times.items():
        says[name] = shown.wall.replace(tzinfo=UTC)
    return Certificate(part.label, **says)
