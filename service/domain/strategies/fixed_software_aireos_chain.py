"""Planning `fixed-software` on AireOS while APs are stuck: a clock window first, then the image.

The field notice's order, in one remediation under one approval: the window mends the stuck APs and
comes home, and then what was approved is installed. Both parts are planned by the planners that
plan them alone; the second as it will look once the first is over, and again when it is its turn.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.domain.finding import AffectedAp
from service.domain.journal import Charter, Sequel
from service.domain.observation import ApSighting, ApState, ControllerView
from service.domain.plan import Asked, NoPlan, Plan, Planned, PlanStep, Situation
from service.domain.steps.wait_for_aps import is_home
from service.domain.strategies import clock_window, fixed_software
from service.domain.strategies.clock_window_plan import plan_clock_window
from service.domain.strategies.drafting import sealed
from service.domain.strategies.fixed_software_aireos_plan import RELOAD, plan_image

FIRST = "window/"
"""Before the names of the first part's steps, where both parts are shown together."""
NOT_IN_SYNC = (
    "NTP is not in sync, and a window is followed by an installation only where it is: give the "
    "controller a server that answers"
)


def plan_mended_first(situation: Situation, asked: Asked) -> Planned:
    """A window for the finding's APs and the installation after it, or why there are not both."""
    alone = plan_image(situation, asked)
    if not situation.finding.aps or not _may_be_opened(situation) or isinstance(alone, Plan):
        return alone
    then = _in_sync(situation.view, plan_image(mended(situation, asked), asked))
    if isinstance(then, NoPlan):
        first = f"{len(situation.finding.aps)} stuck APs are mended first then, by a clock window"
        return NoPlan(f"{then.reason}; {first}" if then.reason.endswith(RELOAD) else then.reason)
    window = plan_clock_window(situation, asked)
    if isinstance(window, NoPlan):
        return NoPlan(f"{alone.reason}; and clock-window cannot mend them now: {window.reason}")
    return _together(window, then)


def _may_be_opened(situation: Situation) -> bool:
    """Whether a window mends the issue, and the policy allows one."""
    policy = situation.controller.policy
    return (
        clock_window.NAME in policy.strategies and clock_window.NAME in situation.issue.strategies
    )


def plan_sequel(situation: Situation, aps: Iterable[AffectedAp], asked: Asked) -> Planned:
    """The installation when it is its turn, by a fresh look at everything.

    Args:
        situation: with a finding that names no AP.
        aps: those that the window was for: each has to serve.
        asked: what was accepted for both parts.
    """
    there = {ap.mac: ap for ap in situation.view.aps or ()}
    away = sum(not is_home(there.get(ap.mac)) for ap in aps)
    if away:
        return NoPlan(f"{away} APs that the window mended are not registered")
    return _in_sync(situation.view, plan_image(situation, asked))


def mended(situation: Situation, asked: Asked) -> Situation:
    """The situation as it will be after a window that reached its goal: all serve, all is saved.

    No AP is left out: an upgrade must not leave one behind that is stuck just now.
    """
    view, finding = situation.view, situation.finding
    stuck = {ap.mac for ap in finding.aps}
    others = (ap for ap in view.aps or () if ap.mac not in stuck)
    aps = (*_serving(others), *(_sighted(ap) for ap in finding.aps))
    saved = replace(
        view,
        aps=None if view.aps is None else aps,
        ap_downloading=None,
        unsaved=False if view.unsaved and asked.save_pending else view.unsaved,
    )
    return replace(situation, finding=replace(finding, aps=()), view=saved)


def installing(charter: Charter) -> Charter:
    """The second part's charter as far as the first one knows it: enough to name its steps."""
    if charter.then is None:
        raise ValueError(f"{charter.controller}: nothing follows {charter.strategy}")
    return replace(charter, strategy=charter.then.strategy, image=charter.then.image, then=None)


def _serving(aps: Iterable[ApSighting]) -> Iterator[ApSighting]:
    """One that loads an image now is waited for when it is the installation's turn."""
    for ap in aps:
        loads = ap.state is ApState.DOWNLOADING
        yield replace(ap, state=ApState.REGISTERED) if loads else ap


def _sighted(ap: AffectedAp) -> ApSighting:
    """By what is remembered of it: one that reboots just now shows no model."""
    return ApSighting(ap.mac, ApState.REGISTERED, name=ap.name, model=ap.model, serial=ap.serial)


def _in_sync(view: ControllerView, planned: Planned) -> Planned:
    """A plan only where NTP holds the clock; a refusal stays what it is."""
    if isinstance(planned, NoPlan) or (view.ntp_state and view.ntp_state.synchronised):
        return planned
    return NoPlan(NOT_IN_SYNC)


def _together(window: Plan, then: Plan) -> Plan:
    """One plan: the window's charter, which names what follows it."""
    job = then.charter.image
    if job is None:
        raise ValueError("the second part installs no image")
    charter = sealed(
        replace(
            window.charter,
            accepted_reload=then.charter.accepted_reload,
            accepted_stranded=then.charter.accepted_stranded,
            then=Sequel(fixed_software.NAME, then.charter.digest, job),
        )
    )
    return replace(
        window,
        charter=charter,
        steps=(*_first(window.steps), *then.steps),
        impact=tuple(_impact(window, then)),
        expires=min(window.expires, then.expires),
        by_hand=(*window.by_hand, *then.by_hand),
    )


def _first(steps: Iterable[PlanStep]) -> Iterator[PlanStep]:
    return (replace(step, name=f"{FIRST}{step.name}") for step in steps)


def _impact(window: Plan, then: Plan) -> Iterator[str]:
    job = then.charter.image
    release = job.release if job else ""
    yield (
        f"two parts, one approval: a clock window mends {len(window.charter.aps)} stuck APs and "
        f"puts everything back; then {release} is installed, if every one of them serves, the "
        "clock is true, NTP in sync, and nothing but what is shown here would be installed; "
        "else nothing of it is begun"
    )
    yield from (f"clock window: {line}" for line in window.impact)
    yield from (f"installation: {line}" for line in then.impact)
