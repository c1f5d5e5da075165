"""One simulated AireOS controller: the parts put together, and the one way in which time passes.

Nothing here waits, opens sockets or knows a session.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from service.lab.agenda import Agenda
from service.lab.aireos.aps import WlcAps
from service.lab.aireos.config import WlcConfig, config_of
from service.lab.aireos.models import MODELS, Model
from service.lab.aireos.ntp import NtpDaemon
from service.lab.aireos.specs import Wlc
from service.lab.aireos.transfer import Download
from service.lab.aireos.zones import WlcZone
from service.lab.box.clock import BoxClock
from service.lab.load import Load
from service.lab.log import Log
from service.lab.specs import Certificate
from service.lab.time import Time


class WlcBox:
    """A controller that runs on an injected clock."""

    def __init__(self, spec: Wlc, time: Time) -> None:
        self.spec = spec
        self.time = time
        self.log = Log()
        self.agenda = Agenda()
        self.load = Load()
        self.clock = BoxClock(time, self.log, spec.clock_offset_s)
        self.running = self.saved = config_of(spec)
        self.boot = spec.boot
        self.initial_image = spec.boot.release(spec.boot.active)
        self.access = spec.login.access
        self.ntp = NtpDaemon(
            self.agenda,
            settle_s=spec.timings.ntp_settle_s,
            panics=spec.quirks.ntp_panic == "exit",
            offset=lambda: self.clock.offset_s,
            step=self._stepped,
            panicked=self._panicked,
        )
        self.ntp.unreachable = set(spec.unreachable_ntp)
        self.unresolvable = set(spec.unresolvable)
        self.aps = WlcAps(spec.aps, self, self.log)
        self.away_until: float | None = None
        self.on_reload: list[Callable[[float], None]] = []
        self._boot_at = time.monotonic() - spec.up_s
        self.engine_boots = 12
        self.reset_reason = "Software reset"
        self.download = Download(self)

    def begin(self, settings: Callable[[str], None]) -> None:
        """Type the fleet's settings in, save them, and let time begin.

        `settings` carries out one configuration command.
        """
        now = self.time.monotonic()
        for line in self.spec.settings:
            settings(line)
        self.saved = self.running
        if self.spec.startup_differs:
            self.saved = replace(self.running, ntp_interval=self.running.ntp_interval + 3600)
        self._configure_ntp(now)
        if self.ntp.peer is not None and abs(self.clock.offset_s) < 1:
            self.ntp.settled_long_ago()
        self.aps.start(now)
        self.initial = (self.running, self.saved, self.ntp.life)

    # What the parts ask of each other -----------------------------------------------------------

    @property
    def model(self) -> Model:
        """The hardware."""
        return MODELS[self.spec.model]

    @property
    def certificate(self) -> Certificate:
        """The certificate that access points meet."""
        return self.spec.certificate

    @property
    def image(self) -> str:
        """The version that access points have to run: the running release."""
        return self.boot.release(self.boot.active)

    @property
    def log_form(self) -> str:
        """How a failed handshake is logged."""
        return self.spec.quirks.log_form

    @property
    def zone(self) -> WlcZone:
        """As configured."""
        return WlcZone(self.running.zone)

    @property
    def idle_s(self) -> float | None:
        """After how long an idle session is ended; None: never."""
        return self.spec.login.idle_s if self.running.sessions_timeout else None

    @property
    def prompt_name(self) -> str:
        """What stands in the prompt: a standby unit says so (facts, section 1)."""
        standby = "-Standby" if self.spec.redundancy == "standby" else ""
        return f"{self.running.sysname}{standby}"

    @property
    def unsaved(self) -> bool:
        """Is there anything to save?"""
        return self.running != self.saved

    def utc(self, at: float) -> datetime:
        """The box's clock."""
        return self.clock.utc(at)

    def wall(self, at: float) -> datetime:
        """The box's clock as it shows it: naive local time."""
        return self.zone.wall(self.clock.utc(at))

    def up(self, at: float) -> timedelta:
        """How long it has been up."""
        return timedelta(seconds=at - self._boot_at)

    def ignores(self, kind: str) -> bool:
        """Is the expiry of certificates of this kind ignored?"""
        return kind in self.running.ignores

    def expired_is_allowed(self, issuer: str) -> bool:
        """As the shared physics ask it; the switch is about every issuer."""
        del issuer
        return self.ignores("mic")

    def allows_ssc(self) -> bool:
        """Policy for self-signed certificates."""
        return self.running.ssc_allowed

    def validates_hash(self) -> bool:
        """Only a virtual controller has a self-signed certificate of its own (facts, section 2)."""
        return self.running.hash_validation and self.spec.model == "vWLC"

    # Time ---------------------------------------------------------------------------------------

    def advance(self) -> float:
        """Let everything due happen; the moment that is now."""
        now = self.time.monotonic()
        self.agenda.run_until(now)
        return now

    def see_aps(self) -> WlcAps:
        """The access points as they are now."""
        self.aps.advance(self.advance())
        return self.aps

    def set_clock(self, now: float, utc: datetime, who: str) -> None:
        """Somebody sets the clock; a living NTP daemon answers."""
        self.aps.advance(now)
        self.clock.set(now, utc, who)
        if who != "ntp":
            self.ntp.disturbed(now)

    def _stepped(self, now: float) -> None:
        self.set_clock(now, self.time.true_utc(now), "ntp")

    def _panicked(self, now: float, offset_s: float) -> None:
        self.log.add(now, "ntp", "panic", offset_s=offset_s)
        self.aps.note(  # unverified: the wording is that of the daemon's own source
            now,
            "ntpTask",
            f"#OSAPI-4-NTP_PANIC: time correction of {-offset_s:.0f} seconds exceeds sanity limit "
            "(1000); set clock manually to the correct UTC time.",
        )

    # Configuration ------------------------------------------------------------------------------

    def configure(self, now: float, config: WlcConfig, who: str) -> None:
        """The running configuration becomes this, and the box acts on what changed."""
        before, self.running = self.running, config
        self.aps.advance(now)
        self.log.add(now, "edit", who)
        if (before.ntp, before.ntp_keys) != (config.ntp, config.ntp_keys):
            self._configure_ntp(now)
        if before.ignores != config.ignores:
            self.aps.taught()

    def _configure_ntp(self, now: float) -> None:
        self.ntp.configure(now, self.running.ntp, {k for k, _ in self.running.ntp_keys})

    def save(self, now: float, who: str) -> None:
        """Running is written to flash."""
        self.saved = self.running
        self.log.add(now, "save", who)

    def installed(self, release: str) -> None:
        """An image was written to flash: it boots next, what runs lies behind it."""
        self.boot = replace(
            self.boot, primary=release, backup=self.image, default="primary", active="backup"
        )
        self.log.add(self.advance(), "transfer", "written", release=release)

    # Reload -------------------------------------------------------------------------------------

    def reload(self, now: float, why: str) -> None:
        """The box goes away and comes back with what is saved; its clock goes on."""
        back = now + self.spec.timings.reload_s
        self.log.add(now, "reload", why)
        self.aps.advance(now)
        self.aps.controller_gone(now, back)
        self.agenda.clear()
        self.download.stop()
        self.away_until, self.reset_reason = back, why
        self.agenda.add(back, self._back)
        for listener in self.on_reload:
            listener(back)

    def _back(self, now: float) -> None:
        self.away_until = None
        self._boot_at = now
        self.engine_boots += 1
        self._boot_image()
        self.running = self.saved
        self.ntp.configure(now, (), set())
        self._configure_ntp(now)

    def _boot_image(self) -> None:
        """The default image comes up; one that can't leaves the other to run (unverified)."""
        wanted = self.boot.default
        if self.spec.quirks.bad_image and self.boot.release(wanted) != self.initial_image:
            wanted = "backup" if wanted == "primary" else "primary"
        self.boot = replace(self.boot, active=wanted)
