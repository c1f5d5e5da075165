"""Plan for one controller: a fresh poll, a full look, a diagnosis, and the least invasive way."""

from dataclasses import dataclass

from service.domain.catalogue import Cause
from service.domain.changes import Change
from service.domain.containment import Containment, contain
from service.domain.finding import Finding
from service.domain.observation import ApSighting, ControllerView, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation
from service.domain.planning import make_plan
from service.errors import (
    CapabilityMissing,
    DeviceUnreachable,
    InvalidInput,
    PlanChanged,
    Refused,
)
from service.ports.driver import ControllerDriver
from service.usecases.context import Context
from service.usecases.poll import READ_TIMEOUT_S, Polled
from service.usecases.sweep import judge
from service.usecases.tried import tried_on
from service.usecases.truth import dated, true_time_beside, true_time_by

FRESH_S = 60.0
"""No forward write on facts older than this (DESIGN.md, section 6.9)."""
ALL_TOPICS = frozenset(Topic) - {Topic.LOGS, Topic.SYNCING, Topic.NEIGHBOURS}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, or why there is none, with what it is made from.

    Attributes:
        payloads: for each step of the plan by name, (what would be sent, what would undo it).
        last_seen: the newest sighting of each AP, also of one that is in no table at the moment.
    """

    planned: Planned
    finding: Finding | None
    view: ControllerView
    payloads: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    last_seen: tuple[ApSighting, ...] = ()


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
        NotFound, InvalidInput: unknown controller or issue.
        DeviceError: the controller could not be read.
    """
    controller = context.controller(name)
    if issue is not None and context.catalogue.get(issue) is None:
        raise InvalidInput(
            f"unknown issue {issue!r}", where="--issue", expected=", ".join(context.catalogue.names)
        )
    driver = context.drivers.open(controller)
    try:
        topics = ALL_TOPICS | {Topic.NEIGHBOURS} if with_neighbours else ALL_TOPICS
        view = dated(context, driver.read(topics, timeout_s=READ_TIMEOUT_S))
        if view.aps is None:
            raise DeviceUnreachable(name, "poll", view.unknown.get(Topic.AP_JOIN, "no AP table"))
        polled = Polled(controller, view, context.store.add_poll(view))
        (judged,) = judge(context, [polled])
        findings = [f for f in judged.diagnosis.findings if issue in (None, f.issue)]
        finding, planned = _choose(context, findings, polled, asked, strategy)
        try:
            payloads = _payloads(driver, planned)
        except CapabilityMissing as err:
            planned, payloads = NoPlan(err.detail, planned.alternatives), {}
        last_seen = tuple(past.last for past in polled.histories.values())
        return Proposal(planned, finding, view, payloads, last_seen)
    finally:
        driver.close()


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
    findings: list[Finding],
    polled: Polled,
    asked: Asked,
    strategy: str | None,
) -> tuple[Finding | None, Planned]:
    """The first finding with a plan, surest first; else the first with its reason."""
    refused: list[tuple[Finding, NoPlan]] = []
    if polled.view is None or not findings:
        return None, NoPlan("nothing to do: no finding on this controller")
    policy, view = polled.controller.policy, polled.view
    truth = true_time_by(context, view, policy.ntp_servers)
    tried = tried_on(context, polled.controller.name)
    software = context.catalogue.software
    for finding in sorted(findings, key=lambda f: -f.confidence.rank):
        issue = context.catalogue.get(finding.issue)
        if issue is None:
            continue
        in_doubt = issue.cause is Cause.CLOCK  # then its own word counts for nothing
        true_time = true_time_beside(context, view, policy.ntp_servers) if in_doubt else truth
        situation = Situation(finding, issue, polled.controller, view, true_time, tried, software)
        planned = make_plan(situation, asked, strategy=strategy)
        if isinstance(planned, Plan):
            return finding, planned
        refused.append((finding, planned))
    return refused[0] if refused else (None, NoPlan("nothing to do"))


def _payloads(
    driver: ControllerDriver, planned: Planned
) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The exact payloads of each step.

    Raises:
        CapabilityMissing: something captured cannot be written back by this controller's timer.
    """
    if isinstance(planned, NoPlan):
        return {}

    def rendered(changes: tuple[Change, ...]) -> tuple[str, ...]:
        return tuple(text for change in changes for text in driver.render(change))

    return {step.name: (rendered(step.changes), rendered(step.undo)) for step in planned.steps}
