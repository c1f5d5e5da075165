"""A stage whose controller is an AireOS with two slots for images, and APs that load them.

`broken_image` asks after everything is over: does the controller run, and would it boot, what it
did or what was meant, never in between; is nothing of ours left; was nothing begun twice?
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from service.domain.changes import Change, SaveConfig
from service.domain.finding import Confidence, Finding
from service.domain.identity import BaseRadioMac
from service.domain.image_changes import (
    AbortPredownload,
    FetchImage,
    ImageChange,
    PredownloadImage,
    ResetSystem,
    SetBootImage,
    SetTransfer,
)
from service.domain.images import BootImages, Slot, Stage, Transfer, TransferSettings
from service.domain.inventory import Controller, Credentials
from service.domain.journal import Closed
from service.domain.observation import ApSighting, ApState, ControllerView, Platform, Topic
from service.domain.plan import Asked, Situation
from service.domain.planning import make_plan
from service.domain.releases import Release
from service.domain.software_files import FileKind, SoftwareFile, SoftwareShelf
from service.domain.strategies import fixed_software
from service.drivers.aireos.box_reading import words
from service.usecases.orphans import due
from service.usecases.plan import Proposal
from service.usecases.truth import true_time_by
from tests.support.builders import POLICY
from tests.support.cases import catalogue
from tests.support.fake_controller import FakeController, Quirks, Rejected
from tests.support.fake_driver import FakeDriver
from tests.support.policy_stage import policies
from tests.support.stage import Process
from tests.support.stage import Stage as Engine
from tests.support.stage import ap as fake_ap

OLD, NEW, OLDEST = "8.10.151.0", "8.10.183.0", "8.5.161.0"
THEIRS = TransferSettings("tftp", "config", "192.0.2.99", "", "backup/", "wlc.cfg", "")
FILE = SoftwareFile(
    name="AIR-CT5520-K9-8-10-183-0.aes",
    platform=Platform.AIREOS,
    family="AIR-CT5520",
    release=Release.parse(NEW),
    kind=FileKind.BASE,
    patch=None,
    size_bytes=1_000_000,
    sha512="5" * 128,
    md5="5" * 32,
    vouched=True,
    url="ftp://192.0.2.5/images/AIR-CT5520-K9-8-10-183-0.aes",
)
SHELF = SoftwareShelf((FILE,), Credentials("wlc", "env:FILES"), is_stated=True)
BEFORE = BootImages(OLD, OLDEST, Slot.PRIMARY, Slot.PRIMARY)
IOS, COS = "AIR-CAP2702E-E-K9", "C9130AXI-E"
TAKES_S, RELOADS_S = 12.0, 20.0


@dataclass(slots=True)
class ImageAp:
    """One AP's images."""

    mac: BaseRadioMac
    model: str
    version: str = OLD
    backup: str | None = None
    predownload: str | None = None
    state: ApState = ApState.REGISTERED
    stays_away: bool = False  # once the controller has restarted into another release
    cannot: bool = False  # hold two images
    fails: bool = False  # to predownload


@dataclass
class FakeImages:
    """The software of one controller."""

    box: FakeController
    aps: list[ImageAp]
    boot: BootImages = BEFORE
    settings: TransferSettings = THEIRS
    saved_settings: TransferSettings = THEIRS
    has_password: bool = False
    stage: Stage = Stage.NONE
    holds: str = NEW  # what the file is
    download_fails: str = ""
    bad_image: bool = False
    deaf: bool = False  # takes the order to restart, and does not
    hangs: bool = False  # a download never ends
    mute: bool = False  # tells nothing of downloads
    unsaved_by_others: bool = False
    forgets: bool = False  # APs keep no image but the one that they run
    begun: list[Change] = field(default_factory=list)
    booted_at: float = -86_400.0

    def apply(self, change: ImageChange) -> None:  # noqa: C901 - one arm for each
        """Carry one out, as a controller would. Raises Rejected."""
        match change:
            case SetTransfer(settings, login, forget):
                self.settings = settings if not login else replace(settings, username="wlc")
                self.has_password = self.has_password if not login else True
                self.has_password = self.has_password and not forget
            case FetchImage(settings):
                self._fetch(settings)
            case SetBootImage(slot, release):
                self._require(self.boot.release_in(slot) == release, "another release")
                self.boot = replace(self.boot, default=slot)
            case PredownloadImage(slot, release):
                self._require(self.boot.release_in(slot) == release, "another release")
                self._predownload(release)
            case AbortPredownload():
                for ap in self.aps:
                    ap.predownload = None
            case ResetSystem(release):
                self._require(self.boot.next == release, "another release")
                self._require(not self.unsaved, "somebody has changes that are not saved")
                self.begun.append(change)
                if not self.deaf:
                    self.restart()

    @staticmethod
    def _require(holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
        if not holds:
            raise Rejected(why)

    @property
    def unsaved(self) -> bool:
        return self.settings != self.saved_settings or self.unsaved_by_others

    def save(self) -> None:
        self.saved_settings, self.unsaved_by_others = self.settings, False

    def _fetch(self, settings: TransferSettings) -> None:
        self._require(self.stage is not Stage.UNDER_WAY, "a transfer is under way")
        self._require(settings.filename == self.settings.filename, "somebody else set it")
        self.begun.append(FetchImage(settings))
        self.stage = Stage.UNDER_WAY
        if not self.hangs:
            self.box.later(TAKES_S, self._written)

    def _written(self) -> None:
        self.stage = Stage.FAILED if self.download_fails else Stage.DONE
        if not self.download_fails:
            running = self.boot.running
            self.boot = BootImages(self.holds, running, Slot.PRIMARY, Slot.BACKUP)

    def _predownload(self, release: str) -> None:
        for ap in self.aps:
            if ap.state is ApState.REGISTERED and not ap.cannot:
                ap.predownload = "pre-dwnld-in-progress"
                self.box.later(TAKES_S, lambda ap=ap: self._loaded(ap, release))

    def _loaded(self, ap: ImageAp, release: str) -> None:
        if ap.predownload != "pre-dwnld-in-progress":
            return
        ap.predownload = "pre-dwnld-failed" if ap.fails else "completed"
        ap.backup = ap.backup if ap.fails else release

    def restart(self) -> None:
        """It goes away at once, by whoever's word."""
        self.box.unreachable = True
        self.box.sessions.clear()
        self.settings, self.has_password = self.saved_settings, False
        for ap in self.aps:
            ap.state, ap.predownload = ApState.NOT_JOINED, None
        self.box.later(RELOADS_S, self._up)

    def _up(self) -> None:
        active = self.boot.default
        if self.bad_image and self.boot.next == NEW:
            active = Slot.BACKUP if active is Slot.PRIMARY else Slot.PRIMARY
        self.boot = replace(self.boot, active=active)
        self.box.unreachable, self.booted_at, self.stage = False, self.box.now, Stage.NONE
        self.box.release = self.boot.running or ""
        for ap in self.aps:
            self.box.later(TAKES_S, lambda ap=ap: self._back(ap))

    def _back(self, ap: ImageAp) -> None:
        running = self.boot.running or ""
        if ap.stays_away and running == NEW:
            return
        if running not in (ap.version, ap.backup, NEW) and ap.model == IOS:
            return  # it rejects the old image, and loads it for ever
        if ap.version != running:
            ap.version, ap.backup = running, None if self.forgets else ap.version
        ap.state = ApState.REGISTERED

    def seen(self, view: ControllerView, topics: frozenset[Topic]) -> ControllerView:
        """What a look shows."""
        told = Transfer(Stage.UNKNOWN if self.mute else self.stage, self.download_fails)
        return replace(
            view,
            platform=Platform.AIREOS,
            hardware="AIR-CT5520-K9",
            by_hand=words(),
            release=self.boot.running,
            boot_time=self.box.world.true_utc(self.booted_at),
            images=self.boot if Topic.INSTALL in topics else None,
            transfer=told if Topic.TRANSFER in topics else None,
            transfer_settings=self.settings if Topic.TRANSFER_SETTINGS in topics else None,
            unsaved=self.unsaved if Topic.SAVED in topics else None,
            aps=tuple(map(_sighting, self.aps)) if Topic.AP_JOIN in topics else None,
        )


def _sighting(ap: ImageAp) -> ApSighting:
    there = ap.state is ApState.REGISTERED
    return ApSighting(
        mac=ap.mac,
        state=ap.state,
        name=str(ap.mac),
        model=ap.model,
        serial="FGL1830X0AB",
        version=ap.version if there else None,
        backup_version=ap.backup if there else None,
        predownload=ap.predownload if there else None,
        is_joined=there,
    )


class ImageDriver:
    """A session whose looks show the images, too."""

    def __init__(self, driver: FakeDriver, images: FakeImages) -> None:
        self._driver, self._images = driver, images

    def __getattr__(self, name: str):
        return getattr(self._driver, name)

    def read(self, topics: frozenset[Topic], *, timeout_s: float, aps=None) -> ControllerView:
        return self._images.seen(self._driver.read(topics, timeout_s=timeout_s, aps=aps), topics)


class ImageDrivers:
    def __init__(self, drivers, images: FakeImages) -> None:
        self._drivers, self._images = drivers, images

    def open(self, controller: Controller) -> ImageDriver:
        return ImageDriver(self._drivers.open(controller), self._images)


class ImageStage(Engine):
    """Two IOS APs that the issue hits and one that it does not, all registered."""

    IMAGES: type[FakeImages] = FakeImages

    def __init__(self, *, aps: Iterable[ImageAp] = (), shelf=SHELF, asked=None, **fields) -> None:
        policy = replace(POLICY, wait_for_aps_s=240, no_progress_s=20, poll_every_s=15)
        super().__init__(
            policy=fields.pop("policy", policy),
            quirks=Quirks(has_timers=False),
            aps=fields.pop("stuck", [fake_ap(1, stuck=False)]),
            **fields,
        )
        self.shelf = shelf
        self.asked = asked or Asked(accept_reload=True)
        self.box.policies = policies()
        self.box.startup = self.box.began_with = self.box.config
        self.box.release = OLD
        self.images = self.IMAGES(self.box, list(aps) or [image_ap(n) for n in (1, 2, 3)])
        self.box.apply = _first(self.images, self.box.apply)

    def process(self, **fields) -> Process:
        made = super().process(**fields)
        drivers = ImageDrivers(made.context.drivers, self.images)
        return replace(made, context=replace(made.context, drivers=drivers))

    def propose(self, process: Process, asked: Asked | None = None) -> Proposal:
        view = self.look(process)
        issue = catalogue().get("FN72524")
        assert issue is not None
        finding = Finding(view.controller, "FN72524", Confidence.CONFIRMED)
        situation = Situation(
            finding,
            issue,
            replace(self.controller, platform=Platform.AIREOS),
            view,
            true_time_by(process.context, view),
            software=catalogue().software,
            shelf=self.shelf,
        )
        planned = make_plan(situation, asked or self.asked, strategy=fixed_software.NAME)
        return Proposal(planned, finding, view, {})


def image_ap(number: int, **fields) -> ImageAp:
    mac = BaseRadioMac.parse(f"84:3d:c6:00:00:{number:02x}")
    return ImageAp(mac, COS if number == 3 else IOS, **fields)


def _first(images: FakeImages, otherwise: Callable[[Change], None]) -> Callable[[Change], None]:
    def apply(change: Change) -> None:
        if isinstance(change, ImageChange):
            images.apply(change)
            return
        otherwise(change)
        if isinstance(change, SaveConfig):
            images.save()

    return apply


def broken_image(stage: ImageStage, closed: Closed | None, *, loud: bool = False) -> list[str]:
    """What the design forbids and this stage shows.

    Args:
        stage: with time enough passed that nothing is under way any more.
        closed: how it ended; None where nothing was left to restore.
        loud: needs-attention with what is left and how to mend it is an answer, too.
    """
    if closed is None:
        rows = stage.store.remediations(controller=stage.box.name)
        closed = rows[0].closed if rows else None
    images, found = stage.images, []
    if closed is not None and closed.state == "needs-attention":
        if not (loud and closed.left and closed.mend):
            found.append(f"{closed}")
    else:
        kept = closed is not None and closed.state == "succeeded"
        found += _differences(stage, NEW if kept else OLD)
    fetched = sum(isinstance(one, FetchImage) for one in images.begun)
    restarts = [one.release for one in images.begun if isinstance(one, ResetSystem)]
    if fetched > 1 or len(restarts) != len(set(restarts)):
        found.append(f"begun twice: {images.begun}")
    if images.has_password:
        found.append("a password of ours is left")
    if due(stage.process().context):
        found.append("a restore is still due")
    return found


def _differences(stage: ImageStage, release: str) -> list[str]:
    images = stage.images
    found = []
    if (images.boot.running, images.boot.next) != (release, release):
        found.append(f"images are {images.boot.label}, not all {release}")
    if images.settings != THEIRS or images.saved_settings != THEIRS:
        found.append(f"the transfer is {images.settings}, saved {images.saved_settings}")
    found += [
        f"{ap.mac} is {ap.state} on {ap.version}"
        for ap in images.aps
        if not ap.stays_away and (ap.state, ap.version) != (ApState.REGISTERED, release)
    ]
    found += [f"{ap.mac} loads" for ap in images.aps if ap.predownload == "pre-dwnld-in-progress"]
    return found
