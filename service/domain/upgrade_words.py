"""A path to fixed software, or why none is known, in the words that a person can act on."""

from collections.abc import Iterable, Iterator

from service.domain.observation import Platform
from service.domain.upgrade import NoWay, UpgradePath, UpgradeStep
from service.domain.upgrade_ground import Exposure

AIREOS_FIRST = (
    "only when no AP is stuck in download (bring them home with a clock window, or keep them away) "
    "and the clock is true"
)
UNBACKED = "unverified: no document that we found backs it, ask the vendor first"


def told(way: UpgradePath | NoWay, platform: Platform) -> str:
    """One sentence, or a few, for the reason of a plan's alternative."""
    if isinstance(way, NoWay):
        return f"no supported path to fixed software is known: {'; '.join(way.reasons)}"
    if not way.steps:
        return "the running software carries the fix"
    return "; ".join(_path(way, platform))


def _path(way: UpgradePath, platform: Platform) -> Iterator[str]:
    doubt = "" if way.is_sure else f" ({UNBACKED})"
    yield f"by hand{doubt}: install {', then '.join(_name(step) for step in way.steps)}"
    if platform is Platform.AIREOS:
        yield AIREOS_FIRST
    yield from _unique(f"closes {', '.join(step.closes)}" for step in way.steps if step.closes)
    yield from _exposures(way.steps)
    leaps = [str(step.release) for step in way.steps if step.patch is None]
    if leaps and platform is Platform.IOSXE:
        names = " and ".join(leaps)
        yield f"what {names} may be installed over is in the release notes, Upgrade Path"
    yield from _unique(note for step in way.steps for note in _notes(step))
    if way.instead is not None:
        names = ", then ".join(_name(step) for step in way.instead.steps)
        yield f"or at once {names}, which exposes APs less or is shorter ({UNBACKED})"


def _name(step: UpgradeStep) -> str:
    if step.patch is None:
        return f"{step.release} (the controller reloads)"
    return f"{step.patch.name} for {step.release} (the file with {step.patch.file} in its name)"


def _exposures(steps: Iterable[UpgradeStep]) -> Iterator[str]:
    """Each danger once, with the steps that meet it."""
    met: dict[Exposure, list[str]] = {}
    for step in steps:
        for one in step.exposes:
            met.setdefault(one, []).append(step.patch.name if step.patch else str(step.release))
    for one, where in met.items():
        models = ", ".join(one.models)
        yield f"{' and '.join(where)}: AP models {models} meet {one.name}, {one.advice}"


def _notes(step: UpgradeStep) -> Iterator[str]:
    if step.patch is not None:
        yield "an APSP needs install mode and a Network Advantage licence"
    if step.hardware:
        yield f"{step.release} is made for {step.hardware}: what this controller is was not read"
    yield from (f"{step.release}: {note}" for note in step.notes)


def _unique(texts: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(texts)
