"""Report: the documents of sweeps, plans and remediations, the same for every face."""

from service.domain.changes import describe
from service.domain.containment import containment_document
from service.domain.documents import (
    Document,
    alternatives_document,
    controller_document,
    moment,
    plan_document,
    remediation_document,
)
from service.domain.journal import (
    Charter,
    Closed,
    Entry,
    Event,
    Intended,
    Observed,
    Opened,
    StepFailed,
)
from service.domain.plan import NoPlan
from service.domain.planning import strategies_for
from service.domain.remediation import Run
from service.usecases.context import Context
from service.usecases.plan import Proposal, contained
from service.usecases.recover import due
from service.usecases.sweep import Judged, Sweep


def sweep_document(context: Context, result: Sweep) -> Document:
    """The document of DESIGN.md section 7."""
    return {
        "sweep": {
            "id": result.id,
            "started": moment(result.started),
            "finished": moment(result.finished),
        },
        "controllers": [judged_document(context, one) for one in result.controllers],
    }


def judged_document(context: Context, one: Judged) -> Document:
    """One controller of a sweep."""
    controller = one.polled.controller
    issues = {issue.name: issue for issue in context.catalogue.issues}
    return controller_document(
        name=controller.name,
        platform=controller.platform.value,
        reachable=one.polled.view is not None,
        error=one.polled.error,
        view=one.polled.view,
        diagnosis=one.diagnosis,
        clock=(one.clock_offset_s, one.clock_reference),
        strategies={
            finding.issue: list(
                strategies_for(issues[finding.issue], controller.policy, controller.platform)
            )
            for finding in one.diagnosis.findings
        },
    )


def proposal_document(proposal: Proposal) -> Document:
    """A plan, or why there is none."""
    if isinstance(proposal.planned, NoPlan):
        return {
            "plan": None,
            "reason": proposal.planned.reason,
            "alternatives": alternatives_document(proposal.planned.alternatives),
        }
    return {"plan": plan_document(proposal.planned, proposal.payloads)}


def contained_document(proposal: Proposal) -> Document | None:
    """The change that keeps a finding's APs from trying; None where nothing was found."""
    found = contained(proposal)
    return None if found is None else containment_document(found)


def remediations_document(context: Context) -> list[Document]:
    """Every remediation, newest first; one that nobody works on needs attention, whoever asks."""
    orphans = {row.id for row in due(context)}
    return [
        remediation_document(row.id, Run(context.store.journal(row.id)), orphaned=row.id in orphans)
        for row in context.store.remediations()
    ]


def told_document(context: Context, remediation: str) -> Document:
    """A remediation, and its journal in words. Raises NotFound."""
    run = Run(context.store.journal(remediation))
    orphaned = remediation in {row.id for row in due(context)}
    return {
        "remediation": remediation_document(remediation, run, orphaned=orphaned),
        "journal": [entry_document(entry) for entry in run.entries],
    }


def entry_document(entry: Entry) -> Document:
    """One journal entry in words."""
    event = entry.event
    match event:
        case Opened(charter):
            what = (
                f"opened: {charter.strategy} for {charter.issue}, approved by {charter.approved_by}"
                f"{_guarded_by(charter)}"
            )
        case Intended(step, change, _, session):
            what = f"{step}: about to {describe(change)} (session {session})"
        case Observed(step, facts):
            what = f"{step}: saw {', '.join(f'{k}={v}' for k, v in facts.items())}"
        case _:
            fields = (
                f"{name} {getattr(event, name)}"
                for name in ("step", "outcome", "reason", "state", "detail")
                if getattr(event, name, None)
            )
            what = f"{event.type}: {', '.join(fields)}{_left_and_mend(event)}"
    return {"seq": entry.seq, "at": moment(entry.at.wall), "fencing": entry.fencing, "what": what}


def _guarded_by(charter: Charter) -> str:
    match charter.guardians:
        case 0:
            return ""
        case 1:
            return "; one host alone guards it, a risk accepted with that approval"
        case many:
            return f"; {many} hosts guard it"


def _left_and_mend(event: Event) -> str:
    if not isinstance(event, StepFailed | Closed):
        return ""
    left = f"; left: {'; '.join(event.left)}" if event.left else ""
    return left + (f"; mend: {'; '.join(event.mend)}" if event.mend else "")
