"""The next thing to do for a remediation: the journal and a fresh look in, one move out.

This is the whole of the engine's judgement; `service/usecases/advance.py` only reads, sends and
writes down what is decided here.
"""

from dataclasses import dataclass

from service.domain.journal import Closed, FinalState, HomeCalled
from service.domain.observation import ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.arm_guard import renewal
from service.domain.steps.protocol import Fail, Hold, Moment, Move, Step
from service.domain.strategies import clock_window

BUSY_LIMIT = 60
BUSY_WAIT_S = 2.0
AP_TOPICS = frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS})


@dataclass(frozen=True, slots=True)
class Turn:
    """Forward is over: this is to be journaled, and the way home begins."""

    event: HomeCalled


@dataclass(frozen=True, slots=True)
class Finish:
    """Everything is over: this is to be journaled."""

    event: Closed


def current_step(remediation: str, run: Run) -> Step | None:
    """The step that is due; None where the phase's sequence is through."""
    steps = {step.name: step for step in clock_window.steps_of(remediation, run)}
    due = run.next_step(steps)
    return None if due is None else steps[due]


def needs(step: Step | None) -> frozenset[Topic]:
    """What to look at before the next decision."""
    if step is None:
        return AP_TOPICS
    guard = {Topic.TIMERS} if step.name in clock_window.GUARDED else set()
    return step.needs | guard


def next_move(
    remediation: str, run: Run, view: ControllerView, moment: Moment
) -> Move | Turn | Finish:
    """What comes next."""
    step = current_step(remediation, run)
    if step is None:
        if run.phase == "forward":
            return Turn(HomeCalled("the APs were waited for", goal_missed=False))
        return Finish(conclusion(run, view))
    busy = run.busy_in(step.name)
    if busy >= BUSY_LIMIT:
        return Fail(f"the controller had no time for us: {run.sent[-1].detail}")
    if busy and moment.now.seconds_since(run.sent[-1].at) < BUSY_WAIT_S:
        return Hold(BUSY_WAIT_S, "the controller is busy")
    if step.name in clock_window.GUARDED:
        kept = renewal(remediation, run, view, moment)
        if kept is not None:
            return kept
    return step.decide(run, view, moment)


def conclusion(run: Run, view: ControllerView) -> Closed:
    """How it ended: by what is left on the controller, and by what became of the APs."""
    states = {ap.mac: ap.state for ap in view.aps or ()}
    recovered = sum(states.get(ap.mac) is ApState.REGISTERED for ap in run.charter.aps)
    remaining = len(run.charter.aps) - recovered
    left = tuple(difference for trouble in run.troubles for difference in trouble.left)
    mend = tuple(dict.fromkeys(command for trouble in run.troubles for command in trouble.mend))
    details = [trouble.detail for trouble in run.troubles]
    state = _state(run, remaining)
    reason = run.home.reason if run.home else ""
    return Closed(state, "; ".join(details) or reason, recovered, remaining, left, mend)


def _state(run: Run, remaining: int) -> FinalState:
    if run.troubles:
        return "needs-attention"
    if not run.wrote:
        return "cancelled"
    return "succeeded" if remaining == 0 and run.charter.aps else "rolled-back"
