"""Carry an open remediation on: a bit at a time, by whichever process is free.

A job takes the controller's lease, moves the remediation until it has to wait, writes down when it
is to be looked after again, and gives the lease back. So a lease that was given back means that all
is well and the next worker goes on; one that a worker still had when it died means that nobody
knows: then everything is put back (docs/decisions/0006).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from service.domain.journal import HomeCalled
from service.domain.remediation import Run
from service.errors import JournalConflict, LeaseHeld, LeaseLost, NotFound, RequestError
from service.ports.requests import Due, Kind
from service.ports.store import Lease
from service.usecases.advance import call_home
from service.usecases.context import Context
from service.usecases.move import insist, patiently
from service.usecases.progress import Progress
from service.usecases.recover import lease_for
from service.usecases.work import Work

MOVING_S, MOST_MOVES = 10.0, 40
"""A job begins no move after that: it ends within the grace that a stopping worker has."""
MENDED_S = 30.0
"""How soon to try again what a person has to mend: an inventory, a secret."""
OnProgress: TypeAlias = Callable[[str, Progress], None]


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: try again after some seconds."""

    seconds: float
    why: str


Begin: TypeAlias = Callable[[Context, str, Lease], Work | Later | None]
"""Opens what was asked for, under a lease that it gives back where nothing comes of it."""


def carry_on(
    context: Context, remediation: str, *, on_progress: OnProgress, begin: Begin
) -> float | None:
    """Move one remediation on, if it is time for that.

    Args:
        context: the ports.
        remediation: its id.
        on_progress: told of every move.
        begin: called where it has not begun.

    Returns:
        seconds until it is due again; None where it is over, not due, or not ours to carry.

    Raises:
        LeaseHeld: somebody else works on the controller; LeaseLost, JournalConflict: since now.
        StoreError: the store failed for minutes.
    """
    if _due(context, remediation) is None:
        return None
    controller = _controller_of(context, remediation)
    if controller is None:
        context.store.forget_due(Kind.REMEDIATION, remediation)
        return None
    lease = lease_for(context, controller)
    due = _due(context, remediation)
    if due is None:  # another worker did it before we had the lease
        context.store.release(lease)
        return None
    run = _run_of(context, remediation)
    if run is None:
        begun = begin(context, remediation, lease)
    else:
        begun = _take_up(context, run, remediation, lease, died=lease.was_left)
    match begun:
        case Work() as work:
            return _move_on(work, due, on_progress)
        case Later():
            return let_go(Work(context, remediation, lease), due, begun)
        case None:
            return None


def _due(context: Context, remediation: str) -> Due | None:
    """What was said last, if it is time."""
    due = context.store.due_of(Kind.REMEDIATION, remediation)
    return due if due is not None and due.is_due else None


def _controller_of(context: Context, remediation: str) -> str | None:
    """Whose lease it takes; None where nobody knows that remediation."""
    asked = context.store.remediation_asked(remediation)
    if asked is not None:
        return asked.controller
    run = _run_of(context, remediation)
    return None if run is None else run.charter.controller


def _run_of(context: Context, remediation: str) -> Run | None:
    try:
        return Run(context.store.journal(remediation))
    except NotFound:
        return None


def _take_up(
    context: Context, run: Run, remediation: str, lease: Lease, *, died: bool
) -> Work | None:
    """The work under our lease; None where it is over."""
    work = Work(context, remediation, lease)
    recall = context.store.recalled(remediation)
    if run.closed is not None:
        wanted = recall is not None and recall.seen == run.seq
        if recall is None or not wanted or run.closed.state != "needs-attention":
            over(work)
            return None
        work.note(HomeCalled(recall.reason, goal_missed=False), run.seq)
    elif died:
        call_home(work, "the worker that carried it died")
    return work


def _move_on(work: Work, due: Due, on_progress: OnProgress) -> float | None:
    """Move until it has to wait or has ended.

    After an error that nobody foresaw the lease is not given back: it runs out, and whoever takes
    it then puts everything back.
    """
    began, progress = work.context.clock.now(), Progress("", "")
    try:
        for _ in range(MOST_MOVES):
            progress = _one_move(work)
            on_progress(work.remediation, progress)
            if progress.closed is not None:
                over(work)
                return None
            moved_s = work.context.clock.now().seconds_since(began)
            if progress.come_back_s > 0 or moved_s >= MOVING_S:
                break
    except RequestError as err:  # the inventory or a secret is at fault: a person mends it
        progress = Progress("connection", str(err), come_back_s=MENDED_S)
        on_progress(work.remediation, progress)
    finally:
        work.disconnect()
    _carry_child(work, progress.follow, on_progress)
    return let_go(work, due, Later(progress.come_back_s, f"{progress.step}: {progress.text}"))


def _carry_child(work: Work, child: str, on_progress: OnProgress) -> None:
    """A bit of the remediation next door, too: it must not wait for a worker of its own."""

    def told(item: str, progress: Progress) -> None:
        work.renew()
        on_progress(item, progress)

    if child:
        carry_beside(work.context, child, on_progress=told)


def carry_beside(context: Context, child: str, *, on_progress: OnProgress) -> float | None:
    """Move the remediation next door on; as `carry_on`, but None where somebody else does it."""
    with suppress(LeaseHeld, LeaseLost, JournalConflict):
        return carry_on(context, child, on_progress=on_progress, begin=_not_begun)
    return None


def _not_begun(context: Context, child: str, lease: Lease) -> None:
    """Whoever follows it opens it."""
    del child
    context.store.release(lease)


def _one_move(work: Work) -> Progress:
    store, remediation = work.context.store, work.remediation
    recall = insist(work.context, lambda: store.recalled(remediation))
    progress = patiently(work, None if recall is None else recall.reason)
    if recall is not None:
        insist(work.context, lambda: store.forget_recall(remediation))
    return progress


def let_go(work: Work, due: Due, later: Later) -> float:
    """Say when to come back, then give the lease back; in this order nothing is forgotten.

    Somebody may have said something meanwhile, an approval or a wish to have it back, that was not
    looked at: then it is due as they said, which is at once.
    """
    store, seconds = work.context.store, later.seconds
    is_put_off = insist(work.context, lambda: store.put_off(due, in_s=seconds, why=later.why))
    insist(work.context, lambda: store.release(work.lease))
    return seconds if is_put_off else 0.0


def over(work: Work) -> None:
    """Give the lease back, then forget it: what dies in between is seen to be over again."""
    store, remediation = work.context.store, work.remediation
    insist(work.context, lambda: store.forget_recall(remediation))
    insist(work.context, lambda: store.release(work.lease))
    insist(work.context, lambda: store.forget_due(Kind.REMEDIATION, remediation))
