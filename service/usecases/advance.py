"""Advance a remediation by one thing: read, decide, do exactly that, write it down.

Nothing in here judges; `service/domain/advancing.py` does. Nothing in here sleeps; "not yet" is a
number of seconds to come back after. The order is always the same: the intent is durable before
anything is sent, the outcome is durable before anything else is decided.
"""

from dataclasses import dataclass, replace

from service.domain.advancing import (
    AP_TOPICS,
    CLOSE,
    Finish,
    Onward,
    Turn,
    current_step,
    needs,
    next_move,
)
from service.domain.changes import ArmGuard, Change, describe
from service.domain.instants import Instant
from service.domain.journal import (
    Closed,
    Continued,
    HomeCalled,
    Intended,
    Observed,
    Outcome,
    Settled,
    StepDone,
    StepFailed,
)
from service.domain.observation import ControllerView
from service.domain.redaction import redacted
from service.domain.remediation import Run
from service.domain.sequel import SEAM, overall, recall_fact
from service.domain.software_changes import InstallOrder
from service.domain.steps.protocol import (
    Beside,
    CallChildHome,
    Done,
    Fail,
    Hold,
    Moment,
    Move,
    OpenWindow,
    Send,
    beside_of,
)
from service.domain.strategies.known import strategy_of
from service.errors import (
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    RequestError,
)
from service.usecases.beside import call_child_home, look_beside, open_window
from service.usecases.gather import keep_look, keep_sent
from service.usecases.halt import why_halted
from service.usecases.keeping import lease_kept
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.permits import closed_window
from service.usecases.poll import READ_TIMEOUT_S
from service.usecases.progress import Progress
from service.usecases.sequel import next_part
from service.usecases.unanswered import (
    CONNECTION,
    GONE,
    HOPELESS,
    close,
    give_up,
    settle,
    unreachable,
)
from service.usecases.under_ticket import under_ticket
from service.usecases.work import Work

FRESH_S = 60.0
"""How old the facts may be that a forward write is decided on (DESIGN.md, section 6)."""
SLOW, MOST_SLOW = "slow-looks", 3
AT_ONCE_S = 20.0
"""From decision to sending at most: the lease still covers the request, and the moment counts."""
CALLED_S = 1.0
"""How soon to look whether a remediation next door heard that it is called home."""

__all__ = ["AT_ONCE_S", "FRESH_S", "LEASE_TTL_S", "Work", "advance", "call_home"]


def advance(work: Work) -> Progress:
    """Do the next thing.

    Raises:
        LeaseLost, JournalConflict: somebody else works on it: stop at once.
    """
    run = work.run()
    if run.closed is not None:
        return Progress("closed", run.closed.detail, closed=run.closed)
    work.renew()
    if run.sent and run.sent[-1].outcome is None:
        return settle(work, work.lost or GONE)
    step = current_step(work.remediation, run)
    name = CLOSE if step is None else step.name
    there = beside_of(step)
    looked = work.context.clock.now()
    beside = None if there is None else look_beside(work, there)
    topics = needs(step) - (AP_TOPICS if _slow_looks(run, name) else frozenset())
    try:
        view = work.connect(run).read(topics, timeout_s=READ_TIMEOUT_S)
    except HOPELESS as err:
        return give_up(work, run, str(err))
    except (DeviceError, RequestError) as err:
        return unreachable(work, name, err)
    work.renew()  # a look may take longer than the lease lasts
    if run.facts(CONNECTION).get("answers") == "no":
        work.note(Observed(CONNECTION, {"answers": "yes"}), run.seq)
        run = work.run()
    progress = _carry_out(work, run, name, _Look(view, looked, beside))
    return progress if there is None else replace(progress, follow=there.child)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen, here and next door, and when the look began."""

    view: ControllerView
    began: Instant
    beside: Beside | None = None


def call_home(work: Work, reason: str) -> None:
    """From here on everything is put back. Where it is already, no further part is begun."""
    work.renew()
    run = work.run()
    if run.phase == "forward":
        work.note(HomeCalled(reason), run.seq)
    elif recalled := recall_fact(run, reason):
        work.note(Observed(SEAM, recalled), run.seq)


def _carry_out(work: Work, run: Run, name: str, look: _Look) -> Progress:  # noqa: C901, PLR0911 - one arm each
    moment = work.moment(run, look.began, look.beside)
    move = next_move(work.remediation, run, look.view, moment)
    if run.phase == "forward" and isinstance(move, Send | Hold):
        move = _permitted(work, run, name, move, moment)
    if run.phase == "forward" and isinstance(move, Send | Hold | OpenWindow):
        move = under_ticket(work, run, move, moment)
    if isinstance(move, Send):  # at once: what it was decided on is kept later
        progress = _send(work, run, name, move, decided=moment.now)
        _gather(work, run, name, look, moment)
        return progress
    _gather(work, run, name, look, moment)
    match move:
        case Hold():
            return _hold(work, run, name, move)
        case Done(detail):
            work.note(StepDone(name, detail), run.seq)
            return Progress(name, detail)
        case Fail(detail, left, mend):
            seq = work.note(StepFailed(name, detail, left, mend), run.seq)
            if run.phase == "forward":
                work.note(HomeCalled(f"{name}: {detail}"), seq)
            return Progress(name, f"failed: {detail}")
        case OpenWindow():
            return _hold(work, run, name, open_window(work, run, name, move))
        case CallChildHome(child, reason):
            call_child_home(work, child, reason)
            return Progress(name, reason, come_back_s=CALLED_S)
        case Turn(event):
            work.note(event, run.seq)
            return Progress("home", event.reason)
        case Onward(ended):
            return _onward(work, run, ended)
        case Finish(event):
            return close(work, run, event)


def _onward(work: Work, run: Run, ended: Closed) -> Progress:
    """Begin the next part, if it is still what was approved; else this is the end of it all."""
    then = run.charter.then
    if then is None:
        return close(work, run, ended)
    try:
        move = next_part(work, run, then)
    except HOPELESS as err:
        return give_up(work, run, str(err))
    except (DeviceError, RequestError) as err:
        return unreachable(work, SEAM, err)
    match move:
        case Hold():
            return _hold(work, run, SEAM, move)
        case Fail(detail):
            return close(work, run, overall(run, ended, detail))
        case Continued(_, detail):
            work.note(move, run.seq)
            return Progress(SEAM, f"{detail}: {then.image.release} is installed next")


def _gather(work: Work, run: Run, name: str, look: _Look, moment: Moment) -> None:
    keep_look(
        work.context,
        work.remediation,
        work.gathered,
        replace(run.charter, aps=run.finding),
        step=name,
        view=look.view,
        now=moment.now,
        true_now=moment.true_now,
    )


def _hold(work: Work, run: Run, name: str, hold: Hold) -> Progress:
    """Write down what has to be remembered, and come back later."""
    remember = hold.remember
    if _slow_looks(run, name) and SLOW not in remember:
        remember = {**remember, SLOW: "0"}  # nothing is due: the next look is a whole one
    if remember:
        work.note(Observed(name, remember), run.seq)
    return Progress(name, hold.why, come_back_s=hold.seconds, facts=remember)


def _slow_looks(run: Run, step: str) -> int:
    """How many looks took too long for a forward write that was due: then APs are left out."""
    return int(run.facts(step).get(SLOW, "0")) if run.phase == "forward" else 0


def _permitted(work: Work, run: Run, name: str, move: Send | Hold, moment: Moment) -> Move:
    """A forward write only on fresh facts, and a false clock only within an open window.

    A dead-man's switch is armed and renewed only where the window holds until it would fire; where
    guardians take its place, the window is looked at with every move; where nothing has to come
    home by itself, with every change. Software whose timer runs is committed in any case: going
    back would disturb more.
    """
    if isinstance(move, Send):
        halted = why_halted(work.context)  # somebody threw the switch while we looked
        if halted is not None:
            return Fail(halted)
        slow = _too_slow(run, name, moment)
        if slow is not None:
            return slow
        by_timer = strategy_of(run.charter).guarded and not run.charter.guardians
        if (by_timer and not isinstance(move.change, ArmGuard)) or _ends_a_timer(move.change):
            return move
    elif not run.charter.guardians:
        return move
    if moment.true_now is None:
        return move
    controller = work.context.controller(run.charter.controller)
    closed = closed_window(work.context, controller, moment.true_now, run.charter)
    return move if closed is None else Fail(closed)


def _ends_a_timer(change: Change) -> bool:
    """Whether it keeps the controller from acting by itself later on."""
    return isinstance(change, InstallOrder) and change.verb == "commit"


def _too_slow(run: Run, name: str, moment: Moment) -> Move | None:
    """What a look leads to that took too long to write on; None where it is fresh."""
    slow = _slow_looks(run, name) + 1
    if moment.looked is not None and moment.now.seconds_since(moment.looked) > FRESH_S:
        if slow >= MOST_SLOW:
            return Fail(f"{slow} looks took longer than {FRESH_S:g} s: too old to act on")
        why = "the look took too long to act on it: looking again, at less"
        return Hold(0.0, why, {SLOW: str(slow)})
    return None


def _send(work: Work, run: Run, step: str, move: Send, *, decided: Instant) -> Progress:
    """Write down what is to be sent, and send it, if the lease is ours and it was decided now."""
    driver = work.connect(run, move.on)
    summary = describe(move.change)
    work.renew()
    seq = work.note(Intended(step, move.change, summary, driver.session, move.on), run.seq)
    if work.context.clock.now().seconds_since(decided) > AT_ONCE_S:
        return _put_aside(work, step, seq)
    outcome: Outcome
    sent: tuple[str, ...] = ()
    tag = ""
    try:
        with lease_kept(work, move.timeout_s):
            sent = driver.change(move.change, timeout_s=move.timeout_s).sent
        outcome, detail = "applied", ""
    except DeviceBusy as err:
        outcome, detail = "busy", redacted(str(err))
    except (ChangeRefused, CapabilityMissing) as err:
        outcome, detail = "refused", redacted(str(err))
        tag = err.error_tag if isinstance(err, ChangeRefused) else ""
    except DeviceUnreachable as err:
        outcome, detail = "unsent", redacted(str(err))
        work.disconnect()
    except DeviceError as err:  # OutcomeUnknown, and whatever else leaves the fate unseen
        work.disconnect()
        work.lost = f"{summary}: {redacted(str(err))}"
        return settle(work, work.lost)
    work.renew()
    work.note(Settled(step, outcome, detail, tag), seq)
    keep_sent(work.context, work.remediation, seq, sent, session=driver.session)
    return Progress(step, summary if outcome == "applied" else f"{summary}: {outcome}, {detail}")


def _put_aside(work: Work, step: str, intent: int) -> Progress:
    """This process was stopped on its way to the send: the moment that it decided for is over.

    Raises:
        LeaseLost: somebody took over meanwhile.
    """
    work.renew()
    why = "the process was stopped for too long to send it"
    work.note(Settled(step, "unsent", why), intent)
    return Progress(step, f"{why}: look again")
