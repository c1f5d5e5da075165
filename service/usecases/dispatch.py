"""Dispatch: tell workers what is due. Two dispatchers at once tell them once."""

from typing import assert_never

from service.ports.jobs import (
    AdvanceCampaign,
    AdvanceRemediation,
    Job,
    MakePlan,
    SweepFleet,
    SweepPart,
    TendTicket,
)
from service.ports.requests import Kind, Recall
from service.ports.store import RemediationRow
from service.usecases.context import Context
from service.usecases.guard import hurry_unguarded
from service.usecases.orphans import due

AGAIN_S = 10.0
"""A nudge that came to nothing (a lost message, a dead worker) is repeated after that."""


def waiting(context: Context) -> tuple[Job, ...]:
    """What is due now and was not dispatched lately, remediations first."""
    for row in due(context):
        if context.store.due_of(Kind.REMEDIATION, row.id) is None:
            _adopt(context, row)
    hurry_unguarded(context)
    nudges = context.store.take_nudges(again_after_s=AGAIN_S)
    return tuple(
        job_of(one.kind, one.id)
        for one in sorted(nudges, key=lambda one: one.kind is not Kind.REMEDIATION)
    )


def _adopt(context: Context, row: RemediationRow) -> None:
    """A process that worked in the foreground is gone: workers bring it home."""
    newest = context.store.journal(row.id)[-1].seq
    now, why = context.clock.now().wall, "the process that worked on it is gone"
    context.store.recall(Recall(row.id, "recovery", now, why, newest))
    context.store.set_due(Kind.REMEDIATION, row.id, in_s=0.0, why=why)


def job_of(kind: Kind, item: str) -> Job:
    """The job that looks after what is due."""
    match kind:
        case Kind.SWEEP:
            return SweepFleet(item)
        case Kind.PART:
            return SweepPart(item.rpartition(".")[0])
        case Kind.PLAN:
            return MakePlan(item)
        case Kind.REMEDIATION:
            return AdvanceRemediation(item)
        case Kind.CAMPAIGN:
            return AdvanceCampaign(item)
        case Kind.TICKET:
            return TendTicket(item)
        case _:
            assert_never(kind)
