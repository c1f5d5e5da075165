"""Report: the documents of plans and remediations, the same for every face."""

from service.domain.containment import containment_document
from service.domain.documents import (
    Document,
    alternatives_document,
    plan_document,
)
from service.domain.journal_words import entry_document
from service.domain.plan import NoPlan
from service.domain.remediation import Run
from service.domain.remediation_document import remediation_document
from service.usecases.contain import containments_document, demands
from service.usecases.context import Context
from service.usecases.orphans import due
from service.usecases.plan import Proposal, contained
from service.usecases.ticket_show import named_ticket


def proposal_document(proposal: Proposal) -> Document:
    """A plan, or why there is none."""
    if isinstance(proposal.planned, NoPlan):
        return {
            "plan": None,
            "reason": proposal.planned.reason,
            "alternatives": alternatives_document(proposal.planned.alternatives),
            "containments": containments_document(proposal.standing),
        }
    return {
        "plan": plan_document(proposal.planned, proposal.payloads),
        "containments": containments_document(proposal.standing),
    }


def printed_plan(proposal: Proposal) -> Document | None:
    """The plan of a proposal alone; None where there is none."""
    if isinstance(proposal.planned, NoPlan):
        return None
    return plan_document(proposal.planned, proposal.payloads)


def contained_document(proposal: Proposal) -> Document | None:
    """The change that keeps a finding's APs from trying; None where nothing was found."""
    found = contained(proposal)
    return None if found is None else containment_document(found)


def remediations_document(context: Context) -> list[Document]:
    """Every remediation, newest first; one that nobody works on needs attention, whoever asks."""
    orphans = {row.id for row in due(context)}
    return [
        demanding_document(
            context, row.id, Run(context.store.journal(row.id)), orphaned=row.id in orphans
        )
        for row in context.store.remediations()
    ]


def demanding_document(
    context: Context, remediation: str, run: Run, *, orphaned: bool = False
) -> Document:
    """One remediation, with what a person has to lift: what was in force when it ended."""
    ended = run.entries[-1].at.wall if run.closed is not None else None
    lift = demands(context, run.charter.controller, ended)
    ticket = named_ticket(context, run.charter.ticket)
    document = remediation_document(remediation, run, orphaned=orphaned)
    return {**document, "lift": lift, "ticket": ticket}


def told_document(context: Context, remediation: str) -> Document:
    """A remediation, and its journal in words. Raises NotFound."""
    run = Run(context.store.journal(remediation))
    orphaned = remediation in {row.id for row in due(context)}
    return {
        "remediation": demanding_document(context, remediation, run, orphaned=orphaned),
        "journal": [entry_document(entry) for entry in run.journal],
    }
