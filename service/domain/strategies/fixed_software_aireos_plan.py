"""Working out new software for one AireOS controller: which file, and why not now.

The field notice's order is kept: first the stuck APs home (or away), the clock true, then install.
"""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from service.domain.catalogue import Fixed
from service.domain.changes import SaveConfig
from service.domain.image_changes import (
    AbortPredownload,
    FetchImage,
    PredownloadImage,
    ResetSystem,
    SetBootImage,
    SetTransfer,
)
from service.domain.images import FileLogin, ImageJob, Slot, Stage, TransferSettings
from service.domain.journal import Charter
from service.domain.observation import ApState, ControllerView, Platform, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, PlanStep, Situation
from service.domain.releases import Release
from service.domain.software_files import SoftwareFile, SoftwareShelf
from service.domain.steps import image_run as steps
from service.domain.steps.mending import image_by_hand
from service.domain.strategies import fixed_software, fixed_software_aireos
from service.domain.strategies.drafting import (
    APPROVAL_LASTS,
    Shown,
    drafted,
    sealed,
    steps_as_shown,
)
from service.domain.strategies.fixed_software_aireos_impact import impact
from service.domain.strategies.fixed_software_path import installed, way_by_hand
from service.domain.strategies.refusals import (
    CLOCK_TRUE_S,
    NO_TRUE_TIME,
    REPAIR_FIRST,
    UNSAVED,
    installation,
)
from service.domain.upgrade import UpgradePath, shortest_path
from service.domain.upgrade_words import told

MODES = ("ftp", "sftp", "tftp")
"""What AireOS downloads by (CISCO-LWAPP-SYS-MIB clsTransferMode); HTTP is none of them."""
FAMILIES = {"2504": "2500", "5508": "5500", "7510": "7500", "8510": "8500"}
"""Models whose file is named by their series; others by themselves."""
LONGEST = 63
"""Characters of path and file name (AIRESPACE-SWITCHING-MIB agentTransferDownloadPath)."""
STUCK_FIRST = (
    "mend the stuck APs first, says the field notice: by clock-window, or keep them away "
    "(--contain) and plan again when none has tried for half an hour"
)
RELOAD = (
    "the controller restarts, and every AP loses it meanwhile: accept that with --accept-reload"
)


def plan_image(situation: Situation, asked: Asked) -> Planned:
    """New software for one finding, or why there is none."""
    start = installed(situation)
    if start is None:
        return NoPlan(way_by_hand(situation))
    way = shortest_path(situation.software, situation.issue, start)
    if not isinstance(way, UpgradePath) or len(way.steps) != 1 or not way.is_sure:
        by_hand = isinstance(way, UpgradePath) and bool(way.steps)
        return NoPlan(way_by_hand(situation) if by_hand else told(way, start.platform))
    release = way.steps[0].release
    file, why_no_file = on_shelf(situation.shelf, situation.view.hardware, release)
    reasons = [*_refusals(situation, asked), *([why_no_file] if why_no_file else [])]
    if reasons or file is None or situation.true_time is None:
        return NoPlan(f"{told(way, start.platform)}; not now: {'; '.join(reasons)}")
    if not asked.accept_reload:
        return NoPlan(f"{told(way, start.platform)}; {RELOAD}")
    charter = _charter(situation, asked, release, file)
    return Plan(
        charter=charter,
        window=None,
        steps=tuple(_steps(charter)),
        impact=tuple(impact(situation.view, charter, file)),
        alternatives=(),
        expires=situation.true_time.at + APPROVAL_LASTS,
        by_hand=image_by_hand(charter),
    )


# -- the file ----------------------------------------------------------------------------------


def on_shelf(
    shelf: SoftwareShelf, hardware: str | None, release: Release
) -> tuple[SoftwareFile | None, str]:
    """The file for a controller, or why there is none that can be used."""
    family = family_of(hardware)
    if family is None:
        return None, f"which file fits is not known: the model reads {hardware!r}"
    if not shelf.is_stated:
        return None, "the inventory names no software folder (`software: {folder: ..., url: ...}`)"
    if shelf.trouble:
        return None, shelf.trouble
    file = shelf.find(Platform.AIREOS, family, release, None)
    if file is None:
        wanted = f"{family}-K9-{str(release).replace('.', '-')}.aes"
        others = [one.name for one in shelf.alike(Platform.AIREOS, release, None)]
        told_others = f" ({', '.join(others)} is for other hardware)" if others else ""
        return None, f"{wanted} is not in the software folder{told_others}"
    why = _why_unusable(file)
    return (None, f"{file.name}: {why}") if why else (file, "")


def family_of(hardware: str | None) -> str | None:
    """What the names of files call a controller; None where its model is not known."""
    words = (hardware or "").split("-")
    if len(words) < 2 or words[0] != "AIR":  # noqa: PLR2004 - AIR-CT5508-K9
        return None
    model = words[1]
    number = model.removeprefix("CT")
    return f"AIR-CT{FAMILIES[number]}" if number in FAMILIES else f"AIR-{model}"


def _why_unusable(file: SoftwareFile) -> str:
    if file.trouble:
        return file.trouble
    if not file.vouched:
        return "no published checksum stands beside it: put Cisco's .sha512 or .md5 there"
    if file.url is None:
        return "no place is named where a controller could fetch it (`software: {aireos_url: ...}`)"
    place = urlsplit(file.url)
    if place.scheme not in MODES:
        modes = ", ".join(MODES)
        return f"AireOS fetches by {modes}, not by {place.scheme} (`software: {{aireos_url: ...}}`)"
    folder, _, name = place.path.rpartition("/")
    if max(len(folder) + 1, len(name)) > LONGEST:
        return f"AireOS takes paths and names of {LONGEST} characters at most"
    return ""


def settings_for(file: SoftwareFile) -> TransferSettings:
    """What a controller has to be told to fetch it."""
    place = urlsplit(file.url or "")
    folder = place.path.rpartition("/")[0].strip("/")
    return TransferSettings(
        mode=place.scheme,
        datatype="code",
        server=place.hostname or "",
        port=str(place.port or ""),
        path=f"{folder}/" if folder else "./",
        filename=file.name,
    )


# -- refusals ----------------------------------------------------------------------------------


def _refusals(situation: Situation, asked: Asked) -> Iterator[str]:
    view = situation.view
    yield from _stuck(situation)
    yield from _time(situation)
    yield from _images(view)
    yield from _pair(view)
    yield from installation(view)
    if view.unsaved is None:
        yield "whether the configuration is saved cannot be read: a restart could lose changes"
    if view.unsaved and not asked.save_pending:
        yield UNSAVED


def _stuck(situation: Situation) -> Iterator[str]:
    view = situation.view
    if view.aps is None or Topic.AP_JOIN in view.unknown:
        yield f"the APs cannot be read: {view.unknown.get(Topic.AP_JOIN, 'no answer')}"
        return
    loading = {ap.mac for ap in view.aps if ap.state is ApState.DOWNLOADING}
    looping = {ap.mac for ap in situation.finding.aps}
    number = max(len(loading | looping), view.ap_downloading or 0)
    if number:
        yield f"{number} APs are downloading or were until just now: {STUCK_FIRST}"


def _time(situation: Situation) -> Iterator[str]:
    view, true_time = situation.view, situation.true_time
    if true_time is None:
        yield NO_TRUE_TIME
    elif view.clock is None:
        yield f"{Topic.CLOCK} cannot be read: {view.unknown.get(Topic.CLOCK, 'no answer')}"
    else:
        off_s = (view.clock.shown_at(true_time.instant) - true_time.at).total_seconds()
        if abs(off_s) > CLOCK_TRUE_S:
            yield f"the clock is {off_s:+.0f} s from true time: {REPAIR_FIRST}"


def _images(view: ControllerView) -> Iterator[str]:
    images = view.images
    if images is None or images.active is None or images.default is None:
        yield "which image runs and which comes up next cannot be read"
    elif images.running != images.next:
        yield (
            f"another image comes up next than runs ({images.label}): somebody prepared a restart; "
            "restart, or choose the one that runs"
        )
    if view.transfer is not None and view.transfer.stage is Stage.UNDER_WAY:
        yield "a download is under way"


def _pair(view: ControllerView) -> Iterator[str]:
    if Topic.REDUNDANCY in view.unknown:
        yield f"whether there is a standby cannot be read: {view.unknown[Topic.REDUNDANCY]}"
    if view.standby is None:
        return
    hot = "HOT" in view.standby.upper()
    state = "" if hot else f", and it is {view.standby}, not hot"
    yield (
        f"there is a standby controller{state}: a pair is not carried out by this version; by "
        "hand, once it is hot: one transfer serves both, and `reset system both` restarts them"
    )


# -- what is shown -----------------------------------------------------------------------------


def _charter(situation: Situation, asked: Asked, release: Release, file: SoftwareFile) -> Charter:
    view, true_time = situation.view, situation.true_time
    if view.images is None or true_time is None:
        raise ValueError("images or true time are not known")
    there = [ap for ap in view.aps or () if ap.state is ApState.REGISTERED]
    login = situation.shelf.login
    shown = FileLogin(login.username, login.password) if login else None
    job = ImageJob(
        release=str(release),
        captured=view.images,
        settings=settings_for(file),
        login=None if settings_for(file).mode == "tftp" else shown,
        sha512=file.sha512,
        aps=tuple(ap.mac for ap in there),
        hit=tuple(ap.mac for ap in there if _is_hit(situation, ap.model)),
    )
    draft = drafted(situation, asked, fixed_software.NAME, true_time)
    return sealed(replace(draft, aps=(), image=job, accepted_reload=asked.accept_reload,
                          accepted_stranded=asked.accept_stranded))  # fmt: skip


def _is_hit(situation: Situation, model: str | None) -> bool:
    """Whether an AP would reject the image of the release that runs now."""
    before = installed(situation)
    if before is None or situation.issue.affects(model) is not True:
        return situation.issue.affects(model) is True
    fix = situation.issue.fix_in(before.platform, before.release, before.patches, model)
    return fix is not Fixed.YES


def _steps(charter: Charter) -> Iterator[PlanStep]:
    """Every step with its changes; slots as they will be once the image is written."""
    job = charter.image
    if job is None:
        return
    new, old = SetBootImage(Slot.PRIMARY, job.release), SetBootImage(Slot.BACKUP, job.before)
    changes: Shown = {
        steps.FETCH: ((SetTransfer(job.settings, job.login), FetchImage(job.settings)), ()),
        steps.KEEP: ((old,), ()),
        "save-first": ((SaveConfig(),), ()),
        steps.PREDOWNLOAD: ((PredownloadImage(Slot.PRIMARY, job.release),), (AbortPredownload(),)),
        steps.BOOT: ((new,), (old,)),
        steps.RESTART: ((ResetSystem(job.release),), (old, ResetSystem(job.before))),
        "save": ((SaveConfig(),), ()),
    }
    yield from steps_as_shown(
        charter,
        "images and APs",
        changes,
        forward=fixed_software_aireos.forward,
        home=fixed_software_aireos.home,
    )
