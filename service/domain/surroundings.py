"""What a way disturbs outside of the controller: told in its plan's impact, never a refusal.

What a platform shows in no model or capture is named as not checked, so that no silence passes for
a clean bill. What may not be disturbed at all is a refusal, and stands in `strategies/refusals.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from service.domain.box_note import BoxNote
from service.domain.hazards import Dependent
from service.domain.observation import ControllerView, Platform, Topic

ASSURANCE, LOCATION, LICENCE = "assurance", "location", "licence"


class Disturbance(Enum):
    """What happens to the controller, seen from outside."""

    NONE = "nothing"
    FALSE_TIME = "a clock that is false for a while"
    JUMP = "a clock that jumps to true time"
    RELOAD = "a controller, or APs, that are away for a while"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a disturbance means for those that count on the controller.

    Attributes:
        kinds: whom it concerns; empty: nobody.
    """

    kinds: frozenset[str]
    what: str


MEANINGS = {
    Disturbance.NONE: Meaning(frozenset(), ""),
    Disturbance.FALSE_TIME: Meaning(
        frozenset(
            {ASSURANCE, LOCATION, LICENCE, "certificate-check", "scheduled-job", "guest-lifetime"}
        ),
        "sees a false date while the window is open",
    ),
    Disturbance.JUMP: Meaning(
        frozenset({ASSURANCE, LOCATION, LICENCE, "scheduled-job", "guest-lifetime"}),
        "sees the clock jump once",
    ),
    Disturbance.RELOAD: Meaning(
        frozenset({ASSURANCE, LOCATION}), "loses sight of what reloads or moves, for a while"
    ),
}
NOT_SHOWN = {
    Platform.IOSXE: (
        "location (NMSP, CMX, Spaces), kron jobs, HTTPS and RadSec, and mobility peers that are "
        "not in the inventory, whose certificates may look not yet valid"
    ),
    Platform.AIREOS: (
        "assurance, location (NMSP, CMX, Spaces), licence reports, guest users' lifetimes, HTTPS "
        "and RadSec, and mobility peers that are not in the inventory, whose certificates may look "
        "not yet valid"
    ),
}
"""What no model or capture that we have shows."""


def disturbed(view: ControllerView, disturbance: Disturbance) -> tuple[str, ...]:
    """The kinds of surroundings that would notice, each once, in the order they were read."""
    concerned = _concerned(view.dependents or (), disturbance)
    return tuple(dict.fromkeys(one.kind for one in concerned))


def told(view: ControllerView, disturbance: Disturbance) -> Iterator[str]:
    """Sentences for a plan's impact."""
    meaning = MEANINGS[disturbance]
    if not meaning.kinds:
        return
    for one in _concerned(view.dependents or (), disturbance):
        yield f"{meaning.what}: {one.kind}: {one.number} {one.detail} [{one.path}]"
    if Topic.DEPENDENTS in view.unknown:
        why = view.unknown[Topic.DEPENDENTS]
        yield f"not everything outside that may notice could be read: {why}"
    yield f"not checked, and may notice ({disturbance.value}): {NOT_SHOWN[view.platform]}"


def peers_told(peers: Iterable[BoxNote], moment: datetime | None) -> Iterator[str]:
    """Mobility peers whose own certificates look not yet valid while the clock is false.

    Args:
        peers: what polls kept of the controllers of the mobility group, as the inventory has it.
        moment: the false moment; None: no clock is set back.
    """
    if moment is None:
        return
    for peer in peers:
        if peer.certificates is None:
            yield f"mobility peer {peer.controller}: the dates of its certificates are not known"
        for one in peer.certificates or ():
            shown = not one.is_ca and one.for_join is not False
            if shown and one.not_before is not None and one.not_before > moment:
                yield (
                    f"mobility peer {peer.controller}: its certificate {one.label!r} of "
                    f"{one.not_before:%Y-%m-%d} looks not yet valid while the clock shows "
                    f"{moment:%Y-%m-%d}: a tunnel that is set up anew then may fail"
                )


def _concerned(dependents: Iterable[Dependent], disturbance: Disturbance) -> Iterator[Dependent]:
    kinds = MEANINGS[disturbance].kinds
    return (one for one in dependents if one.kind in kinds)
