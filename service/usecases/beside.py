"""Beside: what a remediation looks at, and has opened, on the controller next door.

Its window there is a remediation of its own (docs/decisions/0018): opened here under the parent's
approval, carried on like any other (`carry_on.py`), told of its way home by a recall.
"""

from dataclasses import replace

from service.domain.journal import Charter, Opened
from service.domain.observation import ControllerView
from service.domain.plan import Asked, NoPlan, Planned, digest_of
from service.domain.remediation import Run
from service.domain.steps.protocol import Beside, BesideNeeds, Child, Hold, OpenWindow
from service.domain.steps.staged import PRESENT
from service.domain.steps.staged_window import REFUSED, WAITS
from service.domain.strategies.clock_window_plan import plan_clock_window
from service.domain.strategies.staging_window import window_situation
from service.errors import (
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    JournalConflict,
    LeaseHeld,
    NotFound,
    PlanChanged,
    Refused,
    RequestError,
)
from service.ports.requests import Kind, Recall
from service.ports.store import Lease
from service.usecases.context import Context
from service.usecases.guard import check_guardians
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.permits import check_beside, closed_window
from service.usecases.plan import ALL_TOPICS
from service.usecases.poll import READ_TIMEOUT_S
from service.usecases.recover import lease_for
from service.usecases.truth import dated, true_time_by
from service.usecases.work import Work

LATER_S = 10.0


def look_beside(work: Work, needs: BesideNeeds) -> Beside:
    """What is seen next door. A controller that does not answer is an answer."""
    child = child_now(work.context, needs.child) if needs.child else None
    if not needs.topics:
        return Beside(child=child)
    try:
        driver = work.connect(work.run(), needs.controller)
        view = driver.read(needs.topics, timeout_s=READ_TIMEOUT_S)
    except (DeviceError, RequestError) as err:
        work.disconnect_from(needs.controller)
        return Beside(trouble=str(err), child=child)
    work.renew()
    return Beside(view, child=child)


def child_now(context: Context, child: str) -> Child | None:
    """A remediation next door as it stands; None where it was never opened."""
    try:
        run = Run(context.store.journal(child))
    except NotFound:
        return None
    due = context.store.due_of(Kind.REMEDIATION, child)
    return Child(
        id=child,
        seq=run.seq,
        closed=run.closed,
        is_home_bound=run.phase != "forward",
        due_in_s=0.0 if due is None else max(0.0, due.in_s),
        doing="" if due is None else due.why,
    )


def call_child_home(work: Work, child: str, reason: str) -> None:
    """Have it put everything back, from wherever it is; whoever carries it on does it."""
    store, found = work.context.store, child_now(work.context, child)
    seen = 0 if found is None else found.seq
    now = work.context.clock.now().wall
    store.recall(Recall(child, f"remediation {work.remediation}", now, reason, seen))
    store.set_due(Kind.REMEDIATION, child, in_s=0.0, why=reason)


def open_window(work: Work, run: Run, step: str, ask: OpenWindow) -> Hold:
    """Open the window that was approved, if everything holds; what to remember where it does not.

    Its journal's first entry is the point of no return: whoever asks again finds it.
    """
    try:
        _open(work, run.charter, ask)
    except (LeaseHeld, DeviceUnreachable, DeviceBusy, Refused) as err:
        why = f"{ask.controller}: {err}"
        known = run.facts(step).get(WAITS) == why
        return Hold(LATER_S, why, {} if known else {WAITS: why})
    except (DeviceError, RequestError) as err:
        return Hold(0.0, f"{ask.controller}: {err}", {REFUSED: f"{ask.controller}: {err}"})
    finally:
        work.disconnect_from(ask.controller)  # whoever carries the window has a session of its own
    return Hold(0.0, f"window {ask.child} is opened on {ask.controller}")


def _open(work: Work, parent: Charter, ask: OpenWindow) -> None:
    """Raises LeaseHeld, Refused, DeviceError: not now. PlanChanged, RequestError: not this one."""
    context = work.context
    controller = context.controller(ask.controller)
    lease = lease_for(context, ask.controller)
    try:
        charter = _approved(context, work, parent, ask)
        closed = closed_window(context, controller, charter.true_time.at)
        if closed is not None:
            raise Refused(closed)
        others = context.store.remediations(unfinished=True)
        check_beside(context, controller, (row for row in others if row.id != work.remediation))
        check_guardians(context, charter)
        work.renew()
        _begin(context, ask.child, charter, context.store.renew(lease, ttl_s=LEASE_TTL_S))
    finally:
        context.store.release(lease)


def _begin(context: Context, child: str, charter: Charter, lease: Lease) -> None:
    """The journal, then the due time: without one the other is found and put back."""
    now = context.clock.now()
    try:
        context.store.open_remediation(child, Opened(charter), at=now, lease=lease)
    except JournalConflict:
        return  # it is there: somebody asked before us
    context.store.set_due(Kind.REMEDIATION, child, in_s=0.0, why="just opened")


def _approved(context: Context, work: Work, parent: Charter, ask: OpenWindow) -> Charter:
    """The charter of the window as it is by a fresh look; only the one that was approved.

    Raises:
        Refused: there is no plan for it now. PlanChanged: it is another one.
    """
    driver = work.connect(work.run(), ask.controller)
    view = dated(context, driver.read(ALL_TOPICS, timeout_s=READ_TIMEOUT_S))
    planned = _planned(context, view, parent, ask)
    if isinstance(planned, NoPlan):
        raise Refused(planned.reason)
    current = planned.charter.digest
    if current != ask.digest:
        raise PlanChanged(approved=ask.digest, current=current)
    present = {ap.mac for ap in view.aps or () if ap.state in PRESENT}
    there = tuple(ap for ap in planned.charter.aps if ap.mac in present)
    if not there:
        raise Refused("none of the wave's APs is there at the moment")
    fewer = replace(
        planned.charter, aps=there, approved_by=parent.approved_by, ticket=parent.ticket
    )
    return replace(fewer, digest=digest_of(fewer))


def _planned(context: Context, view: ControllerView, parent: Charter, ask: OpenWindow) -> Planned:
    controller = context.controller(ask.controller)
    issue = context.catalogue.get(parent.issue)
    if issue is None:
        raise Refused(f"the catalogue has no issue {parent.issue} any more")
    wave = tuple(ap for ap in parent.aps if ap.mac in ask.aps)
    truth = true_time_by(context, view, controller.policy.ntp_servers)
    situation = window_situation(issue, controller, view, wave, truth)
    asked = Asked(accept_suspected=parent.accepted_suspected, save_pending=parent.save_pending)
    return plan_clock_window(situation, asked)
