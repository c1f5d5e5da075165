"""Under a ticket: a forward move only while its change allows it. The way home never comes here."""

from datetime import timedelta

from service.domain.changes import ArmGuard, Change
from service.domain.remediation import Run
from service.domain.software_changes import InstallOrder
from service.domain.steps.protocol import Fail, Hold, Moment, Move, OpenWindow, Send
from service.domain.tickets import gate
from service.usecases.permits import reaches
from service.usecases.tickets import ASK_AGAIN_S, reread
from service.usecases.work import Work


def under_ticket(work: Work, run: Run, move: Move, moment: Moment) -> Move:
    """The move, or what its change ticket makes of it.

    Waits count, too: a change that is withdrawn meanwhile ends them. While the ITSM is silent
    nothing is written; what only waits goes on to do so, as long as the policy waits for NTP.
    """
    if not run.charter.ticket or not isinstance(move, Send | Hold | OpenWindow):
        return move
    found = work.context.store.ticket(run.charter.ticket)
    ticket = None if found is None else reread(work.context, found)
    change = move.change if isinstance(move, Send) else None
    lasts_s = back_within_s(work, run, moment, change)
    now = moment.true_now
    told = gate(
        ticket,
        now=now,
        until=None if now is None else now + timedelta(seconds=lasts_s),
        patience_s=run.charter.policy.ntp_sync_s,
        must_not_wait=isinstance(change, ArmGuard) and bool(run.guards()),
        ends_a_timer=isinstance(change, InstallOrder) and change.verb == "commit",
    )
    match told.answer:
        case "go":
            return move
        case "wait":
            return move if isinstance(move, Hold) else Hold(ASK_AGAIN_S, told.why)
        case "stop" | "never":
            return Fail(told.why)


def back_within_s(work: Work, run: Run, moment: Moment, change: Change | None) -> float:
    """How long it takes at most until the box, or its guardians, would have put everything back.

    Before a switch is armed, and where none is: what the policy's windows have to hold for.
    """
    if isinstance(change, ArmGuard):
        return float(change.countdown_s)
    ticking = [run.remaining_s(guard, moment.now) for guard in run.guards()]
    if ticking:
        return max(0.0, *ticking)
    controller = work.context.controller(run.charter.controller)
    return reaches(controller, run.charter)[0]
