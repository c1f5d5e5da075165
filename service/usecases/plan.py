"""Plan for one controller: a fresh poll, a full look, a diagnosis, and the least invasive way."""

from dataclasses import dataclass, replace

from service.domain.box_note import BoxNote
from service.domain.catalogue import Cause
from service.domain.changes import Change
from service.domain.contained import Contained, keeps_away
from service.domain.containment import Containment, contain
from service.domain.finding import Finding
from service.domain.history import as_last_told
from service.domain.inventory import Controller
from service.domain.observation import ApSighting, ControllerView, Topic
from service.domain.plan import (
    Asked,
    Companion,
    NoPlan,
    Plan,
    Planned,
    PlanStep,
    Situation,
)
from service.domain.planning import make_plan, no_finding
from service.domain.prevention import preventive
from service.domain.software_files import SoftwareShelf
from service.domain.strategies import fixed_software
from service.domain.ways import ORDER
from service.errors import (
    CapabilityMissing,
    DeviceUnreachable,
    InvalidInput,
    PlanChanged,
    Refused,
)
from service.ports.driver import ControllerDriver
from service.usecases.context import Context
from service.usecases.next_door import NextDoor
from service.usecases.poll import READ_TIMEOUT_S, Polled
from service.usecases.sweep import Judged, judge
from service.usecases.tried import tried_on
from service.usecases.truth import dated, true_time_beside, true_time_by

FRESH_S = 60.0
"""No forward write on facts older than this (DESIGN.md, section 6.9)."""
NOT_ASKED = {
    Topic.LOGS,
    Topic.SYNCING,
    Topic.NEIGHBOURS,
    Topic.AP_HOMES,
    Topic.TRANSFER_SETTINGS,
    Topic.AP_PULSE,
}
INSTALLING = frozenset({Topic.STORAGE, Topic.RELOAD, Topic.INSTALL_PROGRESS})
"""Only asked where software lies ready: the first two take a login of their own each."""
ALL_TOPICS = frozenset(Topic) - NOT_ASKED - INSTALLING


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is looked at beside the controller itself."""

    shelf: SoftwareShelf
    companion: Companion | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, or why there is none, with what it is made from.

    Attributes:
        payloads: for each step of the plan by name, (what would be sent, what would undo it).
        last_seen: the newest sighting of each AP, also of one that is in no table at the moment.
        standing: containments that a person put in force and has not lifted, newest first.
    """

    planned: Planned
    finding: Finding | None
    view: ControllerView
    payloads: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    last_seen: tuple[ApSighting, ...] = ()
    standing: tuple[Contained, ...] = ()


def propose(
    context: Context,
    name: str,
    asked: Asked,
    *,
    issue: str | None = None,
    strategy: str | None = None,
    with_neighbours: bool = False,
) -> Proposal:
    """Work out what would be done to one controller now. Changes nothing.

    Args:
        context: the ports.
        name: the controller.
        asked: what the person accepts.
        issue: the only issue to plan for; None: the surest finding that can be mended.
        strategy: the only strategy to consider; None: the least invasive.
        with_neighbours: read what APs hear on their wires, too: `contained` asks for it.

    Raises:
        NotFound, InvalidInput: unknown controller, issue or strategy.
        DeviceError: the controller could not be read.
    """
    controller = context.controller(name)
    if issue is not None and context.catalogue.get(issue) is None:
        raise InvalidInput(
            f"unknown issue {issue!r}", where="--issue", expected=", ".join(context.catalogue.names)
        )
    if strategy is not None and strategy not in ORDER:
        raise InvalidInput(
            f"unknown strategy {strategy!r}", where="--strategy", expected=", ".join(ORDER)
        )
    shelf = shelf_of(context, controller)  # before anything is read: it may take minutes
    driver = context.drivers.open(controller)
    next_door = NextDoor(context, controller)
    try:
        topics = ALL_TOPICS | {Topic.NEIGHBOURS} if with_neighbours else ALL_TOPICS
        topics |= next_door.topics | (INSTALLING if shelf.is_stated else frozenset())
        view = dated(context, driver.read(topics, timeout_s=READ_TIMEOUT_S))
        if view.aps is None:
            raise DeviceUnreachable(name, "poll", view.unknown.get(Topic.AP_JOIN, "no AP table"))
        context.store.add_poll(view)
        polled = Polled(controller, view, context.store.histories(name))
        (judged,) = judge(context, [polled])
        beside = _Beside(shelf, next_door.companion(judged.diagnosis.findings, ALL_TOPICS))
        finding, planned = _choose(context, judged, asked, issue, strategy, beside=beside)
        try:
            payloads = _payloads(driver, planned, next_door)
        except CapabilityMissing as err:
            planned, payloads = NoPlan(err.detail, planned.alternatives), {}
        last_seen = tuple(past.last for past in polled.histories.values())
        standing = context.store.containments(name, standing=True)
        return Proposal(_aware(planned, standing), finding, view, payloads, last_seen, standing)
    finally:
        driver.close()
        next_door.close()


def _aware(planned: Planned, standing: tuple[Contained, ...]) -> Planned:
    """A plan that says what keeps its APs away."""
    if isinstance(planned, NoPlan):
        return planned
    return replace(planned, impact=(*planned.impact, *map(keeps_away, standing)))


def contained(proposal: Proposal) -> Containment | None:
    """How a person keeps the finding's APs from trying; None where nothing was found."""
    if proposal.finding is None:
        return None
    seen = (*proposal.last_seen, *(proposal.view.aps or ()))
    return contain(proposal.finding.aps, seen, proposal.view.neighbours or ())


def refreshed(
    context: Context,
    proposal: Proposal,
    asked: Asked,
    *,
    issue: str | None = None,
    strategy: str | None = None,
) -> Proposal:
    """The same plan on facts that are at most a minute old; made anew where they are older.

    Raises:
        Refused: there is no plan any more.
        PlanChanged: it is another one now.
    """
    if isinstance(proposal.planned, NoPlan) or is_fresh(context, proposal):
        return proposal
    name = proposal.planned.charter.controller
    again = propose(context, name, asked, issue=issue, strategy=strategy)
    if isinstance(again.planned, NoPlan):
        raise Refused(f"{name}: {again.planned.reason}")
    approved, current = proposal.planned.charter.digest, again.planned.charter.digest
    if approved != current:
        raise PlanChanged(approved=approved, current=current)
    return again


def is_fresh(context: Context, proposal: Proposal) -> bool:
    """Whether a plan's facts are at most a minute old, however this host's wall clock was set."""
    clock, planned = proposal.view.clock, proposal.planned
    read = clock.instant if clock is not None else None
    if read is None and isinstance(planned, Plan):
        read = planned.charter.true_time.instant
    return read is not None and context.clock.now().seconds_since(read) <= FRESH_S


def _choose(
    context: Context,
    judged: Judged,
    asked: Asked,
    wanted: str | None,
    strategy: str | None,
    *,
    beside: _Beside,
) -> tuple[Finding | None, Planned]:
    """The first finding with a plan, surest first; else the first with its reason."""
    refused: list[tuple[Finding, NoPlan]] = []
    polled, explained = judged.polled, judged.diagnosis.explained
    findings = [one for one in judged.diagnosis.findings if wanted in (None, one.issue)]
    if strategy == fixed_software.NAME and polled.view is not None:
        findings += _to_prevent(context, polled.view, wanted, {one.issue for one in findings})
    if polled.view is None or not findings:
        return None, no_finding(explained, judged.diagnosis.unknown)
    policy, view = polled.controller.policy, polled.view
    truth = true_time_by(context, view, policy.ntp_servers)
    shown = replace(view, aps=as_last_told(view.aps or (), polled.histories))
    tried = tried_on(context, polled.controller.name)
    software = context.catalogue.software
    for finding in sorted(findings, key=lambda f: -f.confidence.rank):
        issue = context.catalogue.get(finding.issue)
        if issue is None:
            continue
        in_doubt = issue.cause is Cause.CLOCK  # then its own word counts for nothing
        true_time = true_time_beside(context, view, policy.ntp_servers) if in_doubt else truth
        situation = Situation(
            finding,
            issue,
            polled.controller,
            shown,
            true_time,
            tried,
            software,
            beside.shelf,
            explained=explained,
            peers=_peers(context, polled.controller),
            companion=beside.companion,
        )
        planned = make_plan(situation, asked, strategy=strategy)
        if isinstance(planned, Plan):
            return finding, planned
        refused.append((finding, planned))
    return refused[0] if refused else (None, NoPlan("nothing to do"))


def _peers(context: Context, controller: Controller) -> tuple[BoxNote, ...]:
    """What polls kept of the other controllers of a mobility group."""
    group = controller.mobility_group
    peers = {
        one.name
        for one in context.inventory.controllers
        if group is not None and one.mobility_group == group and one.name != controller.name
    }
    notes = context.store.boxes() if peers else ()
    return tuple(note for note in notes if note.controller in peers)


def _to_prevent(
    context: Context, view: ControllerView, wanted: str | None, found: set[str]
) -> list[Finding]:
    """What fixed software would keep from happening, of issues that are not there already."""
    ahead = preventive(view, context.catalogue.issues, strategy=fixed_software.NAME)
    return [one for one in ahead if wanted in (None, one.issue) and one.issue not in found]


def shelf_of(context: Context, controller: Controller) -> SoftwareShelf:
    """The files that could be installed; nothing is looked at where the policy installs none."""
    source = context.inventory.software
    if source is None or fixed_software.NAME not in controller.policy.strategies:
        return SoftwareShelf(is_stated=source is not None)
    return context.software_files.shelf(source, controller.platform)


def _payloads(
    driver: ControllerDriver, planned: Planned, next_door: NextDoor
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The exact payloads of each step.

    Raises:
        CapabilityMissing: something captured cannot be written back by this controller's timer.
    """
    if isinstance(planned, NoPlan):
        return {}

    def rendered(step: PlanStep, changes: tuple[Change, ...]) -> tuple[str, ...]:
        by = next_door.render if step.on else driver.render
        return tuple(text for change in changes for text in by(change))

    return {
        step.name: (rendered(step, step.changes), rendered(step, step.undo))
        for step in planned.steps
    }
