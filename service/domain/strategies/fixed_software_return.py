"""What a controller would return to, where a release is committed and its patch then fails.

Its release of before, and the patches on it, each from a file that lies on the controller or can be
fetched: after another release was committed, the books call the one of before merely `present`
(captured on 17.15.6), and a release that is present is added anew before it is activated.
"""

from collections.abc import Callable, Iterator

from service.domain.changes import Change
from service.domain.install_job import InstallJob, Stage
from service.domain.observation import Platform
from service.domain.plan import Situation
from service.domain.releases import Release
from service.domain.software_changes import CheckFile, DeleteFile, FetchFile, InstallOrder
from service.domain.software_files import FileKind, SoftwareFile, recognized
from service.domain.steps.installing import step_name
from service.domain.steps.take_software_back import REMOVE_BASE
from service.domain.strategies.drafting import Shown
from service.domain.strategies.fixed_software_checks import listed
from service.domain.strategies.fixed_software_stages import image_family

FORMER = "former"
UUID = "00000000-0000-0000-0000-000000000000"
"""Stands in what is shown where a fresh one is sent."""
BACK_S = 1800.0 + 3600.0 + 900.0
"""What adding, activating and committing it are given at most."""
STAY = "or say `after_base: stay` in the policy: then it stays on the release, for a person"


def shown_back(job: InstallJob, fetch: Callable[[Stage], FetchFile]) -> Shown:
    """What the steps of the way back would send, and what undoes that; `fetch`: of a file."""
    shown: dict[str, tuple[tuple[Change, ...], tuple[Change, ...]]] = {}
    for stage in job.former:
        if stage.url:
            shown[step_name("fetch", stage)] = ((fetch(stage),), (DeleteFile(stage.name),))
        if job.checks_hash and stage.sha512:
            check = CheckFile(stage.name, stage.sha512, stage.md5)
            shown[step_name("check", stage)] = ((check,), ())
        named = ("", stage.release) if stage.reloads else (stage.name, "")
        activate = InstallOrder("activate", UUID, *named, abort_after_min=job.abort_after_min)
        shown[step_name("add", stage)] = ((InstallOrder("add", UUID, stage.name),), ())
        shown[step_name("activate", stage)] = ((activate,), (InstallOrder("abort", UUID),))
        shown[step_name("commit", stage)] = ((InstallOrder("commit", UUID),), ())
    ours = job.stages[0]
    if job.former and not ours.is_added:
        shown[REMOVE_BASE] = ((InstallOrder("remove", UUID, version=ours.release),), ())
    return shown


def undone(job: InstallJob, stage: Stage) -> tuple[Change, ...]:
    """What undoes a stage's commit: activating the release of before, where that is meant."""
    if not job.former or not stage.reloads or stage is job.stages[-1]:
        return ()
    before, after = job.former[0], job.abort_after_min
    return (InstallOrder("activate", UUID, version=before.release, abort_after_min=after),)


def words(situation: Situation, job: InstallJob) -> Iterator[str]:
    """What a plan says of what becomes of a release whose patch fails."""
    ours = next((stage.label for stage in job.stages[:-1] if stage.reloads), None)
    if ours is None:
        return
    if not job.former:
        yield (
            f"where {ours} is committed and what follows it fails, it stays on {ours}, as the "
            "policy says (`after_base: stay`): a person decides"
        )
        return
    policy, to = situation.controller.policy, ", then ".join(stage.label for stage in job.former)
    yield (
        f"where {ours} is committed and what follows it fails, the controller returns to {to}: it "
        f"reloads once more, up to {(BACK_S + policy.wait_for_aps_s) / 60:.0f} min in all, and no "
        "window keeps it from that (`after_base: return`)"
    )
    yield from _aps_on_return(situation, job)


def _aps_on_return(situation: Situation, job: InstallJob) -> Iterator[str]:
    """Who of those that lose service on the release finds an image to return with, and who not."""
    release = Release.parse(situation.view.release or "")
    lost = [ap for ap in situation.view.aps or () if ap.mac in set(job.stranded)]
    holding = [ap for ap in lost if _is_of(release, ap.version)]
    if holding:
        yield (
            f"{len(holding)} of the AP(s) that strand in the middle hold the image of {release}, "
            "which ran on them before, and serve again once it has returned"
        )
    if others := {ap.mac for ap in lost if ap not in holding}:
        yield (
            f"{len(others)} AP(s) may strand for good, for it is not known that they hold the "
            f"image of {release}: {listed(situation, others)}"
        )


def _is_of(release: Release, version: str | None) -> bool:
    """Whether an AP's version is of a release; it has a part more, of its own."""
    try:
        return release.to_the_precision_of(found := Release.parse(version or "")) == found or (
            found.to_the_precision_of(release) == release
        )
    except ValueError:
        return False


def returns(situation: Situation, stages: tuple[Stage, ...]) -> bool:
    """Whether a release is committed before what follows it, and a way back is wanted."""
    between = any(stage.reloads for stage in stages[:-1])
    return between and situation.controller.policy.after_base == "return"


def former_for(
    situation: Situation, stages: tuple[Stage, ...]
) -> tuple[tuple[Stage, ...], tuple[str, ...]]:
    """What it returns to, in order; and why it could not, with a way out."""
    install, family = situation.view.install, image_family(situation) or ""
    if not returns(situation, stages):
        return (), ()
    if install is None or not install.version:
        return (), ("which release is committed is not known, so nothing could return to it",)
    found = [_base(situation, family, install.version)]
    found += [_patch(situation, name, n) for n, name in enumerate(sorted(install.patches), start=1)]
    stages = tuple(one for one in found if isinstance(one, Stage))
    return stages, tuple(f"{one}, {STAY}" for one in found if isinstance(one, str))


def _base(situation: Situation, family: str, version: str) -> Stage | str:
    release = Release.parse(situation.view.release or "")
    on_shelf = situation.shelf.find(Platform.IOSXE, family, release, None)
    name = _lying(situation, release) or (on_shelf.name if on_shelf else "")
    label = str(release)
    if not name:
        return (
            f"it could not return to {label} where the patch fails: no image of it is on the "
            "controller or in the software folder: put it there"
        )
    return _stage(situation, name, FileKind.BASE, (label, version, FORMER))


def _lying(situation: Situation, release: Release) -> str:
    """The image of the running release that lies on the controller; empty: none does."""
    view, wanted = situation.view, situation.view.install
    sources = {one.source for one in wanted.versions} if wanted else set()
    files = view.storage.files if view.storage else ()
    fitting = sorted(
        (file.name not in sources, file.name)
        for file in files
        if (named := recognized(file.name)) is not None
        and named.platform is Platform.IOSXE
        and named.kind is FileKind.BASE
        and release.to_the_precision_of(named.release) == named.release
    )
    return fitting[0][1] if fitting else ""


def _patch(situation: Situation, name: str, number: int) -> Stage | str:
    named, release = recognized(name), situation.view.release or ""
    if named is None or named.kind not in (FileKind.APSP, FileKind.APDP):
        return (
            f"it could not return to {release} with {name}, of which nothing says whether the "
            "controller reloads with it: take that patch off"
        )
    label = f"{named.patch} for {release}"
    return _stage(situation, name, named.kind, (label, release, f"{FORMER}-{number}"))


def _stage(
    situation: Situation, name: str, kind: FileKind, told: tuple[str, str, str]
) -> Stage | str:
    """The stage of a file, or why there is none.

    Args:
        situation: the controller and the shelf; a file that lies on the controller is taken there.
        name: the file's.
        kind: what is in it.
        told: its label, its release, and what its steps are called by.
    """
    storage, (label, release, role) = situation.view.storage, told
    there = storage.size_of(name) if storage else None
    file = next((one for one in situation.shelf.files if one.name == name), None)
    usable = file if file is not None and file.trouble is None and file.vouched else None
    if there is None and (why := _not_fetched(file, usable)) is not None:
        return f"it could not return to {label}: {name} is not on the controller, and {why}"
    if usable is not None and there not in (None, usable.size_bytes):
        return (
            f"it could not return to {label}: {name} has {there} bytes on the controller, and "
            f"{usable.size_bytes} in the software folder: delete the wrong one"
        )
    return Stage(
        kind=kind,
        name=name,
        label=label,
        release=release,
        size_bytes=usable.size_bytes if usable else there or 0,
        sha512=usable.sha512 if usable else "",
        md5=usable.md5 if usable else "",
        url=usable.url or "" if usable and there is None else "",
        reloads=kind is FileKind.BASE,
        role=role,
    )


def _not_fetched(file: SoftwareFile | None, usable: SoftwareFile | None) -> str | None:
    if file is None:
        return "not in the software folder: put it into either"
    if usable is None:
        return f"of no use in the software folder: {file.trouble or 'nothing vouches for it'}"
    return None if usable.url else "the inventory's `software` names no url to fetch it from"
