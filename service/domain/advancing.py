"""The next thing to do for a remediation: the journal and a fresh look in, one move out.

This is the whole of the engine's judgement; `service/usecases/advance.py` only reads, sends and
writes down what is decided here.
"""

from dataclasses import dataclass, replace

from service.domain.journal import Closed, FinalState, HomeCalled, StepDone, StepFailed
from service.domain.observation import ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.sequel import is_due, overall
from service.domain.steps.arm_guard import renewal, renewal_due_s
from service.domain.steps.guard import guardian_lost
from service.domain.steps.mending import everything
from service.domain.steps.ours import armed_guards
from service.domain.steps.protocol import LOOK_AGAIN_S, Fail, Hold, Moment, Move, Step
from service.domain.steps.verify import SEEN_DIFFERENT
from service.domain.strategies.known import guarded, steps_of, strategy_of

BUSY_LIMIT_S = 120.0
"""How long a lock may last, going forward: the box's own take up to this (facts, section 8)."""
BUSY_WAIT_S, LONGEST_BUSY_WAIT_S = 2.0, 15.0
SHORTEST_HOLD_S = 1.0
CLOSE = "close"
"""The name of what comes after the last step."""
BLIND, MOST_BLIND = "blind", 8
"""How many looks of a step may be refused on the way home before that is its failure: a box that
is busy refuses some, and no clock stays false for it."""
AP_TOPICS = frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS})
JUDGED_BY_VERIFY = frozenset(
    {"set-true-time", "restore-ntp", "disarm", "restore-policy", "bring-home", "restore-homes"}
    | {"take-back", "remove-added", "delete-fetched", "boot-old-image", "end-predownload"}
)
"""Steps whose failure counts no more where the last look saw what is different, and what is not."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Forward is over: this is to be journaled, and the way home begins."""

    event: HomeCalled


@dataclass(frozen=True, slots=True)
class Finish:
    """Everything is over: this is to be journaled."""

    event: Closed


@dataclass(frozen=True, slots=True)
class Onward:
    """This part is over and reached its goal: the next one is to be begun.

    Attributes:
        ended: what this one came to.
    """

    ended: Closed


def current_step(remediation: str, run: Run) -> Step | None:
    """The step that is due; None where the phase's sequence is through."""
    steps = {step.name: step for step in steps_of(remediation, run)}
    due = run.next_step(steps)
    return None if due is None else steps[due]


def needs(step: Step | None) -> frozenset[Topic]:
    """What to look at before the next decision."""
    if step is None:
        return AP_TOPICS
    guard = {Topic.TIMERS} if step.name in guarded() else set()
    return step.needs | guard


def next_move(
    remediation: str, run: Run, view: ControllerView, moment: Moment
) -> Move | Turn | Finish | Onward:
    """What comes next."""
    step = current_step(remediation, run)
    if step is None:
        if run.phase == "forward":
            reached = strategy_of(run.charter).reached(run)
            return Turn(HomeCalled(reached, goal_missed=False))
        ended = conclusion(run, view)
        if ended.remaining and _may_be_back(run, moment):
            why = f"{ended.remaining} AP(s) are not registered in the last look: looking again"
            return Hold(run.charter.policy.poll_every_s, why)
        return Onward(ended) if is_due(run, ended) else Finish(overall(run, ended))
    lost = guardian_lost(run, moment)
    if lost is not None:
        return Turn(HomeCalled(lost))
    busy = _busy(run, step, moment)
    return busy or _seeing(run, step, view, _step_move(remediation, step, run, view, moment))


def _may_be_back(run: Run, moment: Moment) -> bool:
    """Whether who is missing at the very end, where the goal was reached, is looked for once more.

    A look is several readings, and an AP may be between two of them: one look condemns nobody.
    """
    if run.home is None or run.home.goal_missed or not run.wrote:
        return False
    return run.elapsed_s(run.since(CLOSE), moment.now) < run.charter.policy.poll_every_s


def _seeing(run: Run, step: Step, view: ControllerView, move: Move) -> Move:
    """A failure of the way home on a look that lacks something is none yet: looked again first."""
    if run.phase != "home" or not isinstance(move, Fail) or not step.needs & view.unknown.keys():
        return move
    fact = f"{BLIND}-{run.calls_home}"
    looks = int(run.facts(step.name).get(fact, "0"))
    if looks >= MOST_BLIND:
        return move
    return Hold(LOOK_AGAIN_S, f"{move.detail}: looking again", {fact: str(looks + 1)})


def _step_move(
    remediation: str, step: Step, run: Run, view: ControllerView, moment: Moment
) -> Move:
    """What a step wants, after what keeps its dead-man's switch from firing."""
    if step.name not in strategy_of(run.charter).guarded or run.charter.guardians:
        return step.decide(run, view, moment)
    kept = renewal(remediation, run, view, moment)
    if kept is not None:
        return kept
    move = step.decide(run, view, moment)
    if isinstance(move, Hold):
        return replace(move, seconds=_in_time(remediation, run, view, moment, move.seconds))
    return move


def _busy(run: Run, step: Step, moment: Moment) -> Move | None:
    """What a controller that has no time for us leads to; None where it may be asked (again).

    At home we ask longer than any dead-man's switch takes: it goes another way than a lock does.
    """
    streak = run.busy_in(step.name)
    if not streak:
        return None
    policy = run.charter.policy
    at_home_s = max(policy.ntp_sync_s, policy.dead_man_after_s + BUSY_LIMIT_S)
    limit_s = BUSY_LIMIT_S if run.phase == "forward" else at_home_s
    if run.elapsed_s(streak[0].at, moment.now) >= limit_s:
        why = f"the controller had no time for us in {limit_s:g} s: {streak[-1].detail}"
        left = (f"not done: {step.summary}",) if run.phase == "home" else ()
        return Fail(why, left, everything(run))
    wait_s = min(BUSY_WAIT_S + len(streak) - 1, LONGEST_BUSY_WAIT_S)
    left_s = wait_s - run.elapsed_s(streak[-1].at, moment.now)
    return Hold(left_s, "the controller is busy") if left_s > 0 else None


def _in_time(
    remediation: str, run: Run, view: ControllerView, moment: Moment, seconds: float
) -> float:
    """A wait that ends no later than the dead-man's switch has to be renewed."""
    due = [
        run.remaining_s(guard, moment.now) - renewal_due_s(run)
        for guard in armed_guards(remediation, run, view)
    ]
    return max(SHORTEST_HOLD_S, min([seconds, *due])) if due else seconds


def conclusion(run: Run, view: ControllerView) -> Closed:
    """How this part ended: by what is left on the controller, and by what became of the APs."""
    states = {ap.mac: ap.state for ap in view.aps or ()}
    recovered = sum(states.get(ap.mac) is ApState.REGISTERED for ap in run.finding)
    remaining = len(run.finding) - recovered
    in_vain = strategy_of(run.charter).in_vain(run, remaining)
    troubles = (*_troubles(run), *((in_vain,) if in_vain else ()))
    left = tuple(dict.fromkeys(difference for trouble in troubles for difference in trouble.left))
    mend = tuple(dict.fromkeys(command for trouble in troubles for command in trouble.mend))
    state = _state(run, troubles, remaining)
    told = (*run.troubles, *((in_vain,) if in_vain else ()))
    details = [f"{trouble.step}: {trouble.detail}" for trouble in told if troubles]
    reason = run.home.reason if run.home else ""
    return Closed(state, "; ".join(details) or reason, recovered, remaining, left, mend)


def _troubles(run: Run) -> tuple[StepFailed, ...]:
    """What is not proven to be put back. The last look judges what went wrong before it."""
    if not run.wrote:
        return ()
    last = run.finished().get("verify")
    seen = isinstance(last, StepDone) or (last is not None and last.detail == SEEN_DIFFERENT)
    return tuple(t for t in run.troubles if not (seen and t.step in JUDGED_BY_VERIFY))


def _state(run: Run, troubles: tuple[StepFailed, ...], remaining: int) -> FinalState:
    if not run.wrote:
        return "cancelled"
    if troubles:
        return "needs-attention"
    strategy = strategy_of(run.charter)
    somebody = bool(run.charter.aps) or not strategy.for_aps or run.charter.image is not None
    mended = remaining == 0 and somebody and strategy.mended(run)
    return "succeeded" if mended else "rolled-back"
