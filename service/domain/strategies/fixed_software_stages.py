"""Which files a path to fixed software takes on one controller, and whether they can be had."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.domain.identity import BaseRadioMac
from service.domain.install_job import Stage, Wave
from service.domain.observation import ApState, Platform
from service.domain.plan import Situation
from service.domain.releases import Release
from service.domain.software_files import FileKind, SoftwareFile, recognized
from service.domain.steps.installing import rests_added
from service.domain.upgrade import UpgradeStep

_HARDWARE = re.compile(r"\bC9800-(?:CL|L|40|80)(?![A-Za-z0-9])")
WHICH_IMAGES = (
    "which images it takes is not known, for it names no file of its running release: see "
    "show version, and install the release by hand"
)
FOR_ALL, WITHOUT = "C9800-universalk9_wlc", "C9800-CL"
"""Patches name no hardware, but for the controller that is none."""
PREDOWNLOAD_FROM, SITES_FROM = (17, 6), (17, 9)
MOST_WAVES = 2
"""Each is waited for while the controller's timer runs, which takes twenty hours at most."""
UNPACKED = 2
"""A release is unpacked beside its file; what it takes is of the file's size (others reckon with
twice the file in all: bforejt/nautobot-upgrades)."""


def image_family(situation: Situation) -> str | None:
    """Which images the controller takes; None: nothing tells.

    By the file that its running release came from, else by what it says of its software.
    """
    view = situation.view
    for version in view.install.versions if view.install else ():
        named = recognized(version.source)
        if view.install and named is not None and version.version == view.install.version:
            return named.family
    said = _HARDWARE.search(view.hardware or "")
    return said[0] if said else None


def stages_for(
    situation: Situation, steps: tuple[UpgradeStep, ...]
) -> tuple[tuple[Stage, ...], tuple[str, ...]]:
    """A stage for each step whose file can be had; and why the others have none, with a way out."""
    family = image_family(situation)
    if family is None and any(step.patch is None for step in steps):
        return (), (WHICH_IMAGES,)
    stages, troubles = [], []
    for step in steps:
        found = _file(situation, family or FOR_ALL, step)
        trouble = _trouble(situation, family or FOR_ALL, step, found)
        if trouble is not None or found is None:
            troubles.append(trouble or "")
            continue
        stages.append(_stage(situation, step, found, is_last=step is steps[-1]))
    return tuple(stages), tuple(troubles)


def label_of(step: UpgradeStep) -> str:
    """What a step installs, for people."""
    return f"{step.patch.name} for {step.release}" if step.patch else str(step.release)


def affected_serving(situation: Situation) -> tuple[BaseRadioMac, ...]:
    """The APs that serve now and that the issue would hit, in order."""
    return tuple(
        sorted(
            ap.mac
            for ap in situation.view.aps or ()
            if ap.state is ApState.REGISTERED and situation.issue.affects(ap.model) is not False
        )
    )


def stranded(situation: Situation, stages: tuple[Stage, ...]) -> tuple[BaseRadioMac, ...]:
    """APs that serve, and could load nothing if the controller went back in the middle.

    An AP keeps two images: the one that it runs and the one before. It falls back without loading
    where the image to fall back to is one of them. A release without the fix never gets onto an
    affected AP, so a patch of that release is installed beside the image from before it: the
    controller, taking the patch back, would ask for the release's own.
    """
    unmended = any(stage.leaves_out for stage in stages[:-1])
    if unmended:
        return affected_serving(situation)
    unknown = {ap.mac for ap in situation.view.aps or () if ap.version is None}
    return tuple(mac for mac in affected_serving(situation) if mac in unknown)


def waves_of(situation: Situation) -> tuple[Wave, ...]:
    """The sites that a patch reaches first: the smallest with an AP of the finding, then a few.

    Sizes are those of the policy's waves; what is left after two of them comes at once.
    """
    if Release.parse(situation.view.release or "").train < SITES_FROM:
        return ()
    stuck = {ap.mac for ap in situation.finding.aps}
    sites: dict[str, list[BaseRadioMac]] = {}
    for ap in situation.view.aps or ():
        if ap.site and (ap.mac in stuck or ap.state is not ApState.NOT_JOINED):
            sites.setdefault(ap.site, []).append(ap.mac)
    order = sorted(sites, key=lambda site: (stuck.isdisjoint(sites[site]), len(sites[site]), site))
    waves = []
    for size in situation.controller.policy.waves[:MOST_WAVES]:
        first, order = order[:size], order[size:]
        if not order:
            break
        met = (mac for site in first for mac in sites[site] if mac in stuck)
        waves.append(Wave(tuple(first), tuple(sorted(met))))
    return tuple(waves)


def _file(situation: Situation, family: str, step: UpgradeStep) -> SoftwareFile | None:
    find, release = situation.shelf.find, step.release
    if step.patch is None:
        return find(Platform.IOSXE, family, release, None)
    own = find(Platform.IOSXE, family, release, step.patch.file)
    if own is not None or family == WITHOUT:
        return own
    return find(Platform.IOSXE, FOR_ALL, release, step.patch.file)


def _trouble(
    situation: Situation, family: str, step: UpgradeStep, file: SoftwareFile | None
) -> str | None:
    """Why a file is not to be installed, and what helps."""
    label = label_of(step)
    if file is None:
        return _missing(situation, family, step)
    if file.trouble is not None:
        return f"{file.name}: {file.trouble}"
    if not file.vouched:
        return (
            f"{file.name}: nothing vouches for it: put the checksum that Cisco publishes beside it "
            f"({file.name}.sha512 or .md5)"
        )
    there = situation.view.storage.size_of(file.name) if situation.view.storage else None
    if there is not None and there != file.size_bytes:
        return (
            f"another file {file.name} is on the controller ({there} bytes, not {file.size_bytes}):"
            " delete it there"
        )
    if there is None and file.url is None:
        return (
            f"{label}: the inventory's `software` names no url that controllers fetch from: name "
            f"one, or copy {file.name} to the controller"
        )
    return None


def _missing(situation: Situation, family: str, step: UpgradeStep) -> str:
    shelf, label = situation.shelf, label_of(step)
    if shelf.trouble is not None:
        return f"{label}: the software folder cannot be read: {shelf.trouble}"
    what = f"with {step.patch.file} in its name" if step.patch else f"of family {family}"
    others = shelf.alike(Platform.IOSXE, step.release, step.patch.file if step.patch else None)
    instead = f"; {others[0].name} is for other hardware" if others else ""
    return f"{label}: no file {what} is in the software folder: put it there{instead}"


def _stage(situation: Situation, step: UpgradeStep, file: SoftwareFile, *, is_last: bool) -> Stage:
    view, is_base = situation.view, step.patch is None
    there = view.storage is not None and view.storage.size_of(file.name) == file.size_bytes
    offers = Release.parse(view.release or "").train >= PREDOWNLOAD_FROM
    stage = Stage(
        kind=FileKind.BASE if is_base else FileKind.APSP,
        name=file.name,
        label=label_of(step),
        release=str(step.release),
        size_bytes=file.size_bytes,
        sha512=file.sha512,
        md5=file.md5,
        url="" if there else file.url or "",
        reloads=is_base,
        predownload=offers,
        waves=() if is_base else waves_of(situation),
        leaves_out=() if is_last else affected_serving(situation),
    )
    return replace(stage, is_added=rests_added(stage, view))


def room(situation: Situation, stages: Iterable[Stage]) -> Iterator[str]:
    """Whether there is room for what is fetched and unpacked."""
    free = situation.view.storage.free_bytes if situation.view.storage else None
    needed = sum(_takes(stage) for stage in stages)
    if free is not None and needed > free:
        yield (
            f"{free / 1e6:.0f} MB are free, about {needed / 1e6:.0f} MB are needed: remove what is "
            "not used (install remove inactive) or delete files"
        )


def _takes(stage: Stage) -> int:
    copies = (1 if stage.url else 0) + (1 if stage.reloads and not stage.is_added else 0)
    return copies * stage.size_bytes
