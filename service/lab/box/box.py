"""One simulated controller: the parts put together, and the one way in which time passes.

Every public method takes the box to `now` first, so whoever looks sees what would have happened.
Nothing here waits, opens sockets or knows NETCONF sessions.
"""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta

from lxml import etree

from service.lab.agenda import Agenda
from service.lab.box.aps import CatalystAps
from service.lab.box.clock import BoxClock
from service.lab.box.datastore import Datastores
from service.lab.box.eem import Eem
from service.lab.box.flash import Flash
from service.lab.box.initial import running_of
from service.lab.box.install import Installer
from service.lab.box.join_policy import accepts_expired
from service.lab.box.ntp import Ntp
from service.lab.box.parser import refuse_what_the_parser_would
from service.lab.box.software import Software, SoftwareSet
from service.lab.box.tree import at, word
from service.lab.box.zone import BoxZone, zone_of
from service.lab.errors import RpcRefusedError
from service.lab.images import Image, stored
from service.lab.load import Load
from service.lab.log import Log
from service.lab.specs import Certificate, Controller
from service.lab.time import Time
from service.lab.yang.check import Checker
from service.lab.yang.edit import Editor, canonical
from service.lab.yang.judge import parse
from service.lab.yang.paths import Element
from service.lab.yang.schema import Schema, family, of_release, shipped

FILLED_FROM = (17, 12)  # unsaved-config: live filled on 17.15, absent on older releases


class Box:
    """A controller that runs on an injected clock."""

    def __init__(self, spec: Controller, schema: Schema, time: Time) -> None:
        self.spec = spec
        self.time = time
        self.log = Log()
        self.agenda = Agenda()
        self.load = Load()
        self._schemas = {family(schema.release): schema}
        self.stores = Datastores(self._editor(schema), candidate=spec.candidate)
        self.software = Software(spec)
        own = [stored(patch) for patch in self.software.running.patches]
        self.flash = Flash((*own, *spec.flash.files), spec.flash.free_bytes)
        self.clock = BoxClock(time, self.log, spec.clock_offset_s)
        self.ntp = Ntp(
            self.agenda,
            settle_s=spec.timings.ntp_settle_s,
            offset=lambda: self.clock.offset_s,
            step=self._stepped,
        )
        self.ntp.unreachable = set(spec.unreachable_ntp)
        self.aps = CatalystAps(spec.aps, self, self.log)
        self.eem = Eem(self)
        self.syncing_until = 0.0
        self.away_until: float | None = None
        self.reboot_reason = "Reload Command"
        self.on_reload: list[Callable[[float], None]] = []
        self.installer = Installer(self)
        self._begin(time.monotonic())

    def _begin(self, now: float) -> None:
        running = running_of(self.spec, self.stores.editor, etree.Element("config"))
        startup = copy.deepcopy(running)
        if self.spec.startup_differs:
            native = self.schema.namespace("Cisco-IOS-XE-native")
            unsaved = f'<native xmlns="{native}"><archive><maximum>9</maximum></archive></native>'
            edit = parse(f"<config>{unsaved}</config>".encode())
            running = self.stores.editor.apply(running, edit)
        self.stores.start(running, startup)
        self.boot_time = self.clock.utc(now) - timedelta(days=50)
        self.ntp.configure(now, running)
        if self.ntp.usable and abs(self.clock.offset_s) < 1:
            self.ntp.lose()  # in step since long ago
            self.ntp.synced_since = now - 3600
            self.ntp.known_since = dict.fromkeys(self.ntp.known_since, now - 3600)
        self.aps.start(now)
        self.eem.configure(now, etree.Element("config"), running)
        if self.spec.install.abort_timer:
            self.installer.timer.start(now, None)
        self.initial_software = (self.software.running, self.software.committed)
        self.initial_known = frozenset(self.software.known)
        self.initial_files = dict(self.flash.files)
        self.initial_running = canonical(running)
        self.initial_startup = canonical(startup)

    # What the parts ask of each other -----------------------------------------------------------

    @property
    def schema(self) -> Schema:
        """The models of this box's release."""
        return self.stores.editor.checker.schema

    @property
    def certificate(self) -> Certificate:
        """The certificate that access points meet."""
        return self.spec.certificate

    @property
    def release(self) -> str:
        """The release that runs."""
        return self.software.running.base.release

    @property
    def image(self) -> str:
        """The version that access points of a model which no patch names have to run."""
        return SoftwareSet(self.software.running.base).ap_version("")

    @property
    def unsaved(self) -> bool:
        """Does running-config differ from startup-config?"""
        return self.stores.unsaved

    @property
    def hostname(self) -> str:
        """As configured."""
        return word(self.stores.running, "native/hostname", self.spec.name)

    @property
    def zone(self) -> BoxZone:
        """As configured."""
        return zone_of(at(self.stores.running, "native/clock"))

    @property
    def tells_unsaved(self) -> bool:
        """Does this box fill the leaf unsaved-config? The facts saw it from 17.15, not before."""
        chosen = self.spec.quirks.unsaved_config
        parts = tuple(int(part) for part in family(self.release).split("."))
        return chosen == "filled" or (chosen == "auto" and parts >= FILLED_FROM)

    def utc(self, moment: float) -> datetime:
        """The box's clock."""
        return self.clock.utc(moment)

    def expired_is_allowed(self, issuer: str) -> bool:
        """A trustpool policy that accepts expired certificates of this issuer."""
        return accepts_expired(self.stores.running, self.schema, issuer)

    # Time ---------------------------------------------------------------------------------------

    def advance(self) -> float:
        """Let everything due happen; the moment that is now."""
        now = self.time.monotonic()
        self.agenda.run_until(now)
        return now

    def see_aps(self) -> CatalystAps:
        """The access points as they are now."""
        self.aps.advance(self.advance())
        return self.aps

    def set_clock(self, now: float, utc: datetime, who: str) -> None:
        """Somebody sets the clock; NTP, if it has anybody to follow, pulls it back."""
        self.aps.advance(now)
        before = self.clock.utc(now)
        self.clock.set(now, utc, who)
        self.eem.clock_moved(now, (self.clock.utc(now) - before).total_seconds())
        if who != "ntp":
            self.ntp.disturbed(now)

    def _stepped(self, now: float) -> None:
        if abs(self.clock.offset_s) > 0.0:
            self.set_clock(now, self.time.true_utc(now), "ntp")
        self.log.add(now, "ntp", "synchronised")

    # Configuration ------------------------------------------------------------------------------

    def commit(self, now: float, tree: Element, who: str) -> None:
        """Running becomes this tree, and the box acts on what changed.

        Raises:
            RpcRefusedError: the models allow it, the command parser doesn't.
        """
        refuse_what_the_parser_would(tree)
        before = self.stores.running
        self.aps.advance(now)
        self.stores.store("running", tree)
        self.log.add(now, "edit", who)
        self.ntp.configure(now, tree)
        self.eem.configure(now, before, tree)

    def change_by_cli(self, now: float, config: Element, who: str) -> None:
        """A change that doesn't come over NETCONF: the datastore has to catch up afterwards.

        Raises:
            RpcRefusedError: what was asked for isn't there or can't be.
        """
        tree = self.stores.edited("running", config, "merge")
        self.commit(now, tree, who)
        self.syncing_until = max(self.syncing_until, now + self.spec.timings.dmi_sync_s)

    def is_syncing(self, now: float) -> bool:
        """Is the datastore catching up with the command line?"""
        return now < self.syncing_until

    def save(self, now: float, who: str) -> None:
        """Running is written to startup."""
        self.stores.save()
        self.log.add(now, "save", who)

    # Software -----------------------------------------------------------------------------------

    def _editor(self, schema: Schema) -> Editor:
        quirks = self.spec.quirks
        checker = Checker(schema, refuse_obsolete=quirks.obsolete == "refuse")
        return Editor(checker, check_must=quirks.must == "check")

    def can_run(self, image: Image) -> bool:
        """Does the lab have the models of this release?"""
        return family(image.release) in {*self._schemas, *shipped()}

    def run(self, now: float, wanted: SoftwareSet, *, reload: bool) -> None:
        """Put other software into force; a base image by a reload, a patch at once."""
        self.aps.advance(now)
        self.software.running = wanted
        self.software.filters.lapse({patch.name for patch in wanted.patches})
        self.log.add(now, "software", str(wanted))
        if reload:
            self.reload(now, "Image Install")
        else:
            self.aps.image_changed(now)

    def _boot_software(self) -> None:
        """Another family of releases has other models, and says so in its configuration."""
        if family(self.release) == family(self.schema.release):
            return
        schema = self._schemas.get(family(self.release)) or of_release(self.release)
        self.stores.editor = self._editor(schema)
        for tree in (self.stores.running, self.stores.startup):
            version = at(tree, "native/version")
            if version is not None:
                version.text = family(self.release)

    # Reload -------------------------------------------------------------------------------------

    def reload(self, now: float, why: str) -> None:
        """The box goes away and comes back with its startup configuration; its clock goes on."""
        back = now + self.spec.timings.reload_s
        self.log.add(now, "reload", why)
        self.aps.advance(now)
        self.installer.before_reload(now)
        self.aps.controller_gone(now, back)
        self.eem.forget(now)
        self.ntp.lose()
        self.ntp.known_since.clear()
        self.agenda.clear()
        self.stores.locks.clear()
        self.away_until = back
        self.reboot_reason = why
        self.stores.start(copy.deepcopy(self.stores.startup), self.stores.startup)
        self.agenda.add(back, self._back)
        for listener in self.on_reload:
            listener(back)

    def switchover(self, now: float) -> None:
        """The hot standby takes over: sessions end, configuration and APs stay, timers start anew.

        That countdowns start anew and that the clock goes on is unverified.
        """
        back = now + self.spec.timings.reload_s
        self.log.add(now, "reload", "switchover")
        self.aps.advance(now)
        self.eem.forget(now)
        self.ntp.lose()
        self.agenda.clear()
        self.stores.locks.clear()
        self.away_until = back
        self.agenda.add(back, self._back)
        for listener in self.on_reload:
            listener(back)

    def _back(self, now: float) -> None:
        self.away_until = None
        self.boot_time = self.clock.utc(now)
        self._boot_software()
        running = self.stores.running
        self.ntp.configure(now, running)
        self.eem.configure(now, etree.Element("config"), running)
        self.installer.after_reload(now)

    def refuse_if_syncing(self, now: float) -> None:
        """A write while the datastore catches up is turned away.

        Raises:
            RpcRefusedError: in-use, naming the system's session (facts, section 8).
        """
        if self.is_syncing(now):
            raise RpcRefusedError(
                "in-use",
                "the configuration database is locked by session 18 yang_mgmt_infra tcp"
                " (system from 127.0.0.1)",
            )
