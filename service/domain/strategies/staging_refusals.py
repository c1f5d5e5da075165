"""When APs must not be sent to a staging controller: each reason with the way out."""

from collections.abc import Iterator

from service.domain.catalogue import Cause
from service.domain.finding import AffectedAp
from service.domain.observation import ApState, ControllerView
from service.domain.plan import Asked, Companion, Situation
from service.domain.strategies.refusals import UNSAVED, installation


def refusals(situation: Situation, asked: Asked) -> Iterator[str]:
    """Every reason; a staging controller that is not there is the only one that is told alone."""
    companion = situation.companion
    if companion is None:
        yield (
            f"no staging controller is named: say `staging: NAME` for {situation.controller.name} "
            "in the inventory"
        )
        return
    name = companion.controller.name
    if companion.view is None:
        yield f"{name} cannot be read: {companion.trouble}"
        return
    yield from _addressed(situation, companion, companion.view)
    yield from _alike(situation, companion, companion.view)
    yield from _room(situation, companion, companion.view)
    yield from (f"here: {why}" for why in installation(situation.view))
    if situation.view.unsaved and not asked.save_pending:
        yield f"here: {UNSAVED}"


def _addressed(situation: Situation, companion: Companion, view: ControllerView) -> Iterator[str]:
    """Whether APs can be told of both controllers."""
    for controller, seen in ((companion.controller, view), (situation.controller, situation.view)):
        if not seen.system_name:
            yield f"the name by which APs know {controller.name} cannot be read"
        if controller.joined_at is None:
            yield (
                f"where APs reach {controller.name} is not known: its host is no address; say "
                f"`ap_address: ADDRESS` for it in the inventory"
            )
    if situation.view.homes is None:
        yield "what APs are told to join cannot be read"
    same = view.system_name == situation.view.system_name
    if same and view.system_name:
        yield f"both controllers call themselves {view.system_name}: APs could not tell them apart"


def _alike(situation: Situation, companion: Companion, view: ControllerView) -> Iterator[str]:
    """Whether an AP gets the same image there, and may be there at all."""
    here, home, there = situation.view, situation.controller, companion.controller
    if view.platform is not here.platform:
        yield (
            f"{there.name} is another platform ({view.platform}): its image is another one; name "
            f"one of {here.platform} as `staging`"
        )
        return
    if view.release != here.release:
        yield (
            f"{there.name} runs {view.release}, not {here.release}: APs would take another image; "
            "bring it to the same release first"
        )
    mine = here.install.patches if here.install else ()
    theirs = view.install.patches if view.install else ()
    if set(mine) != set(theirs):
        yield (
            f"{there.name} has other patches ({', '.join(theirs) or 'none'}; here "
            f"{', '.join(mine) or 'none'}): APs would take another image"
        )
    groups = home.mobility_group, there.mobility_group
    if all(groups) and groups[0] != groups[1]:
        yield (
            f"{there.name} is in another mobility group ({groups[1]}, not {groups[0]}): name one "
            "of the same group as `staging`"
        )
    yield from _countries(here, view, there.name)


def _countries(here: ControllerView, view: ControllerView, name: str) -> Iterator[str]:
    """Where either side shows no country nothing is known, and the plan says so."""
    mine, theirs = countries(here), countries(view)
    if mine and theirs and not mine & theirs:
        yield (
            f"{name} serves {', '.join(sorted(theirs))}, and these APs are for "
            f"{', '.join(sorted(mine))}: they could not register there: name another one as "
            "`staging`"
        )


def countries(view: ControllerView) -> frozenset[str]:
    """The countries that a controller shows: its own list, else those of the APs that it serves."""
    if view.countries:
        return frozenset(view.countries)
    served = (ap for ap in view.aps or () if ap.state is ApState.REGISTERED)
    return frozenset(code for ap in served if (code := (ap.country or "").strip()))


def room(companion: Companion, view: ControllerView) -> int | None:
    """How many APs the staging controller takes beside those that it has; None: nothing says."""
    limit = companion.controller.ap_limit or view.ap_limit
    if limit is None:
        return None
    present = sum(ap.state is not ApState.NOT_JOINED for ap in view.aps or ())
    return max(0, limit - max(present, view.ap_total or 0))


def _room(situation: Situation, companion: Companion, view: ControllerView) -> Iterator[str]:
    left = room(companion, view)
    if left == 0:
        yield (
            f"{companion.controller.name} is full: make room for at least one of the "
            f"{len(situation.finding.aps)} AP(s)"
        )
    if view.aps is None:
        yield f"the APs of {companion.controller.name} cannot be read"


def movable(situation: Situation) -> tuple[AffectedAp, ...]:
    """The APs that a controller can tell anything: those that come to it at all.

    One whose image is turned down comes again and again, also where it restarts at this moment.
    """
    if situation.issue.cause is Cause.IMAGE_CERTIFICATE:
        return situation.finding.aps
    joined = {ap.mac for ap in situation.view.aps or () if ap.state is not ApState.NOT_JOINED}
    return tuple(ap for ap in situation.finding.aps if ap.mac in joined)
