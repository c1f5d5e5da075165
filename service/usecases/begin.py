"""Begin a remediation that was asked for: everything that has to hold, seen afresh by a worker.

What may yet come to pass is waited for as long as the plan is valid: an approval, a window, the end
of another remediation, a controller that answers. Anything else ends it before it began.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from service.domain.plan import NoPlan
from service.errors import (
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    LeaseHeld,
    NotApproved,
    Refused,
    RequestError,
)
from service.ports.requests import AskedPlan, AskedRemediation, Kind
from service.ports.store import Lease
from service.usecases.carry_on import Later
from service.usecases.context import Context
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.permits import approver_of, check_beside, closed_window, reaches
from service.usecases.plan import propose
from service.usecases.recover import lease_for
from service.usecases.remediate import Person, check_digest, open_under
from service.usecases.request import accepted_in
from service.usecases.tickets import check_ticket
from service.usecases.truth import believed_now
from service.usecases.work import Work

AGAIN_S = 30.0
OPENING = ":opening"
"""The lease of no controller: workers open one at a time, so that limits are seen by each."""
OPENING_TRIES, OPENING_WAIT_S = 50, 0.2


@dataclass(frozen=True, slots=True)
class Never:
    """It is not going to be opened."""

    why: str


def begin(context: Context, remediation: str, lease: Lease) -> Work | Later | Never:
    """Open what was asked for, under the lease of its controller."""
    asked = context.store.remediation_asked(remediation)
    if asked is None or asked.refused:
        return Never("" if asked is None else asked.refused)
    plan = context.store.plan_asked(asked.plan)
    left_s = 0.0 if plan is None else _valid_s(context, plan)
    recall = context.store.recalled(remediation)
    if recall is not None or plan is None or left_s <= 0:
        return Never(recall.reason if recall else _why_expired(context, asked))
    try:
        _may_begin(context, asked)
        return _open(context, asked, plan, lease)
    except NotApproved as err:
        return Later(left_s, str(err))  # an approval makes it due at once
    except (Refused, LeaseHeld, DeviceUnreachable, DeviceBusy) as err:
        return Later(min(AGAIN_S, left_s), str(err))
    except (RequestError, DeviceError) as err:
        return Never(str(err))


def _valid_s(context: Context, plan: AskedPlan) -> float:
    """For how long a plan still holds."""
    expires = plan.answer.expires
    return 0.0 if expires is None else (expires - believed_now(context)).total_seconds()


def _why_expired(context: Context, asked: AskedRemediation) -> str:
    due = context.store.due_of(Kind.REMEDIATION, asked.id)
    waited = f"; it waited for: {due.why}" if due is not None and due.why else ""
    return f"the plan expired before it was begun{waited}"


def _may_begin(context: Context, asked: AskedRemediation) -> None:
    """What is known without asking the controller; the real checks come with fresh facts.

    Raises:
        NotFound: the controller left the inventory.
        NotApproved, Refused: not yet. TicketWithdrawn: never.
    """
    controller = context.controller(asked.controller)
    approver_of(context, asked.digest, controller, who=asked.asked_by, runs=False)
    closed = closed_window(context, controller, believed_now(context))
    if closed is not None:
        raise Refused(f"{controller.name}: {closed}")
    check_beside(context, controller, context.store.remediations(unfinished=True))
    check_ticket(
        context,
        controller,
        asked.digest,
        true_now=believed_now(context),
        lasts_s=reaches(controller, None)[0],
    )


def _open(context: Context, asked: AskedRemediation, plan: AskedPlan, lease: Lease) -> Work | Never:
    accepts = accepted_in(plan)
    proposal = propose(context, asked.controller, accepts, issue=plan.issue, strategy=plan.strategy)
    if isinstance(proposal.planned, NoPlan):
        return Never(f"there is no plan any more: {proposal.planned.reason}")
    check_digest(proposal.planned, asked.digest)
    expires, true_time = plan.answer.expires, proposal.planned.charter.true_time
    if expires is None or expires <= true_time.at:
        return Never(_why_expired(context, asked))
    with _alone(context):
        lease = context.store.renew(lease, ttl_s=LEASE_TTL_S)
        person = Person(asked.asked_by, at_terminal=False)
        return open_under(context, proposal, person, remediation=asked.id, lease=lease)


@contextmanager
def _alone(context: Context) -> Iterator[None]:
    """No other worker opens a remediation meanwhile. Raises LeaseHeld where one does for long."""
    lease = _opening_lease(context, OPENING_TRIES)
    try:
        yield
    finally:
        context.store.release(lease)


def _opening_lease(context: Context, tries: int) -> Lease:
    for _ in range(tries):
        with suppress(LeaseHeld):
            return lease_for(context, OPENING)
        context.clock.wait(OPENING_WAIT_S)
    return lease_for(context, OPENING)
