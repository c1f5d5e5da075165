"""Dispatch: tell workers what is due. Two dispatchers at once tell them once."""

from datetime import datetime
from typing import assert_never

from service.ports.jobs import AdvanceRemediation, Job, MakePlan, SweepFleet
from service.ports.requests import Due, Kind, Recall
from service.ports.store import RemediationRow
from service.usecases.context import Context
from service.usecases.recover import due

AGAIN_S = 10.0
"""A nudge that came to nothing (a lost message, a dead worker) is repeated after that."""


def waiting(context: Context) -> tuple[Job, ...]:
    """What is due now and was not dispatched lately, remediations first."""
    now = context.clock.now().wall
    for row in due(context):
        if context.store.due_of(Kind.REMEDIATION, row.id) is None:
            _adopt(context, row, now)
    nudges = context.store.take_nudges(now=now, again_after_s=AGAIN_S)
    return tuple(
        job_of(one) for one in sorted(nudges, key=lambda one: one.kind is not Kind.REMEDIATION)
    )


def _adopt(context: Context, row: RemediationRow, now: datetime) -> None:
    """A process that worked in the foreground is gone: workers bring it home."""
    newest = context.store.journal(row.id)[-1].seq
    gone = Recall(row.id, "recovery", now, "the process that worked on it is gone", newest)
    context.store.recall(gone)
    context.store.set_due(Due(Kind.REMEDIATION, row.id, now, now, gone.reason))


def job_of(one: Due) -> Job:
    """The job that looks after it."""
    match one.kind:
        case Kind.SWEEP:
            return SweepFleet(one.id)
        case Kind.PLAN:
            return MakePlan(one.id)
        case Kind.REMEDIATION:
            return AdvanceRemediation(one.id)
        case _:
            assert_never(one.kind)
