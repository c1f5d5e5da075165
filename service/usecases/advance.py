"""Advance a remediation by one thing: read, decide, do exactly that, write it down.

Nothing in here judges; `service/domain/advancing.py` does. Nothing in here sleeps; "not yet" is a
number of seconds to come back after. The order is always the same: the intent is durable before
anything is sent, the outcome is durable before anything else is decided.
"""

from dataclasses import dataclass, field

from service.domain.advancing import AP_TOPICS, Finish, Turn, current_step, needs, next_move
from service.domain.changes import ArmGuard, describe
from service.domain.instants import Instant
from service.domain.journal import (
    Closed,
    Entry,
    HomeCalled,
    Intended,
    Observed,
    Outcome,
    Settled,
    StepDone,
    StepFailed,
)
from service.domain.observation import ControllerView
from service.domain.remediation import Run
from service.domain.steps.mending import everything
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.strategies.known import strategy_of
from service.errors import (
    AuthenticationRefused,
    CapabilityMissing,
    ChangeRefused,
    DeviceBusy,
    DeviceError,
    DeviceUnreachable,
    HostKeyRefused,
    RequestError,
)
from service.usecases.halt import why_halted
from service.usecases.permits import closed_window
from service.usecases.poll import READ_TIMEOUT_S
from service.usecases.work import LEASE_TTL_S, Work

FRESH_S = 60.0
"""How old the facts may be that a forward write is decided on (DESIGN.md, section 6)."""
SLOW, MOST_SLOW = "slow-looks", 3
AT_ONCE_S = 20.0
"""From decision to sending at most: the lease still covers the request, and the moment counts."""
RECONNECT_EVERY_S = 5.0
CONNECTION = "connection"
GONE = "whoever sent it is gone"
REQUEST_LIVES_S = 60.0
"""How long a request may be on its way that no session number can stop: the longest deadline."""
HOPELESS = (AuthenticationRefused, HostKeyRefused, CapabilityMissing)

__all__ = ["FRESH_S", "LEASE_TTL_S", "Progress", "Work", "advance", "call_home"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What one advance came to.

    Attributes:
        come_back_s: seconds until the next one is useful; 0: at once.
        closed: how it ended, if it has.
        noted: what was journaled for it, and since the progress before.
    """

    step: str
    text: str
    come_back_s: float = 0.0
    closed: Closed | None = None
    facts: dict[str, str] = field(default_factory=dict)
    noted: tuple[Entry, ...] = ()


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
        return _settle(work, work.lost or GONE)
    step = current_step(work.remediation, run)
    name = "close" if step is None else step.name
    looked = work.context.clock.now()
    topics = needs(step) - (AP_TOPICS if _slow_looks(run, name) else frozenset())
    try:
        view = work.connect(run).read(topics, timeout_s=READ_TIMEOUT_S)
    except HOPELESS as err:
        return _give_up(work, run, str(err))
    except (DeviceError, RequestError) as err:
        return _unreachable(work, name, err)
    work.renew()  # a look may take longer than the lease lasts
    if run.facts(CONNECTION).get("answers") == "no":
        work.note(Observed(CONNECTION, {"answers": "yes"}), run.seq)
        run = work.run()
    return _carry_out(work, run, name, _Look(view, looked))


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen, and when the look began."""

    view: ControllerView
    began: Instant


def call_home(work: Work, reason: str) -> None:
    """From here on everything is put back. Nothing happens where it is being put back already."""
    work.renew()
    run = work.run()
    if run.phase == "forward":
        work.note(HomeCalled(reason), run.seq)


def _carry_out(work: Work, run: Run, name: str, look: _Look) -> Progress:  # noqa: C901 - one arm each
    moment = work.moment(run, look.began)
    move = next_move(work.remediation, run, look.view, moment)
    if run.phase == "forward" and isinstance(move, Send | Hold):
        move = _permitted(work, run, name, move, moment)
    match move:
        case Send():
            return _send(work, run, name, move, decided=moment.now)
        case Hold(seconds, why, remember):
            if _slow_looks(run, name) and SLOW not in remember:
                remember = {**remember, SLOW: "0"}  # nothing is due: the next look is a whole one
            if remember:
                work.note(Observed(name, remember), run.seq)
            return Progress(name, why, come_back_s=seconds, facts=remember)
        case Done(detail):
            work.note(StepDone(name, detail), run.seq)
            return Progress(name, detail)
        case Fail(detail, left, mend):
            seq = work.note(StepFailed(name, detail, left, mend), run.seq)
            if run.phase == "forward":
                work.note(HomeCalled(f"{name}: {detail}"), seq)
            return Progress(name, f"failed: {detail}")
        case Turn(event):
            work.note(event, run.seq)
            return Progress("home", event.reason)
        case Finish(event):
            work.note(event, run.seq)
            work.disconnect()
            return Progress("closed", event.detail, closed=event)


def _slow_looks(run: Run, step: str) -> int:
    """How many looks took too long for a forward write that was due: then APs are left out."""
    return int(run.facts(step).get(SLOW, "0")) if run.phase == "forward" else 0


def _permitted(work: Work, run: Run, name: str, move: Send | Hold, moment: Moment) -> Move:
    """A forward write only on fresh facts, and a false clock only within an open window.

    A dead-man's switch is armed and renewed only where the window holds until it would fire; where
    guardians take its place, the window is looked at with every move; where nothing has to come
    home by itself, with every change.
    """
    if isinstance(move, Send):
        halted = why_halted(work.context)  # somebody threw the switch while we looked
        if halted is not None:
            return Fail(halted)
        slow = _too_slow(run, name, moment)
        if slow is not None:
            return slow
        by_timer = strategy_of(run.charter).guarded and not run.charter.guardians
        if by_timer and not isinstance(move.change, ArmGuard):
            return move
    elif not run.charter.guardians:
        return move
    if moment.true_now is None:
        return move
    controller = work.context.controller(run.charter.controller)
    closed = closed_window(work.context, controller, moment.true_now)
    return move if closed is None else Fail(closed)


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
    driver = work.connect(run)
    summary = describe(move.change)
    work.renew()
    seq = work.note(Intended(step, move.change, summary, driver.session), run.seq)
    if work.context.clock.now().seconds_since(decided) > AT_ONCE_S:
        return _put_aside(work, step, seq)
    outcome: Outcome
    try:
        driver.change(move.change, timeout_s=move.timeout_s)
        outcome, detail = "applied", ""
    except DeviceBusy as err:
        outcome, detail = "busy", str(err)
    except (ChangeRefused, CapabilityMissing) as err:
        outcome, detail = "refused", str(err)
    except DeviceUnreachable as err:
        outcome, detail = "unsent", str(err)
        work.disconnect()
    except DeviceError as err:  # OutcomeUnknown, and whatever else leaves the fate unseen
        work.disconnect()
        work.lost = f"{summary}: {err}"
        return _settle(work, work.lost)
    work.renew()
    work.note(Settled(step, outcome, detail), seq)
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


def _settle(work: Work, why: str) -> Progress:
    """An intent without an outcome: nobody knows what became of it.

    It counts as unknown only when the session it went over is dead: until then the request could
    still be carried out, after whatever is decided in its place. Where sessions have no numbers to
    kill them by, the longest deadline of a request is waited out.
    """
    work.renew()
    run = work.run()
    last = run.sent[-1]
    if not last.session:
        left_s = REQUEST_LIVES_S - run.elapsed_s(last.at, work.context.clock.now())
        if left_s > 0:
            return Progress(last.step, f"{why}; it may yet arrive", come_back_s=left_s)
    try:
        driver = work.connect(run)
        if last.session and last.session != driver.session:
            driver.end_session(last.session)
    except HOPELESS as err:
        return _give_up(work, run, str(err))
    except (DeviceError, RequestError) as err:
        return _unreachable(work, last.step, err)
    work.note(Settled(last.step, "unknown", why), run.seq)
    work.lost = ""
    return Progress(last.step, f"{why}; its fate is unknown: look first")


def _unreachable(work: Work, step: str, err: DeviceError | RequestError) -> Progress:
    """No answer: wait for the box as long as the policy waits for NTP, then tell a person.

    Raises:
        RequestError: this process never had a session: whoever asked can mend it.
    """
    work.disconnect()
    if isinstance(err, RequestError) and not work.connected:
        raise err
    work.renew()
    run, now = work.run(), work.context.clock.now()
    if run.facts(CONNECTION).get("answers") != "no":
        work.note(Observed(CONNECTION, {"answers": "no"}), run.seq)
        return Progress(step, str(err), come_back_s=RECONNECT_EVERY_S)
    since = run.when(CONNECTION, "answers") or now
    silent_s = min(run.elapsed_s(since, now), run.elapsed_s(run.leg_began, now))
    if silent_s >= run.charter.policy.ntp_sync_s:
        return _give_up(work, run, f"no answer for {silent_s:.0f} s: {err}")
    return Progress(step, str(err), come_back_s=RECONNECT_EVERY_S)


def _give_up(work: Work, run: Run, why: str) -> Progress:
    """Nothing can be done from here; what may be different is said, with the commands."""
    aps = len(run.charter.aps)
    closed = Closed("cancelled", why, 0, aps)
    if run.wrote:
        left = ("not known: the controller could not be looked at",)
        closed = Closed("needs-attention", why, 0, aps, left, everything(run))
    work.note(closed, run.seq)
    work.disconnect()
    return Progress("closed", why, closed=closed)
