"""Prove that timed applets work on this box before anything depends on one.

The probe has the form of the dead-man's switch: it deletes itself first and then, past a guard on
the clock, its witness. Both gone in time proves the timer, the privilege, the guard, and that an
applet which deletes itself finishes its work. Anything else: nothing has been changed, go home.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import PROBE, TIMER_PREFIX, WITNESS, ProveTimer
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import (
    LOOK_AGAIN_S,
    TIMER_COUNTDOWN_S,
    TIMER_SLACK_S,
    Done,
    Fail,
    Hold,
    Moment,
    Move,
    Send,
)


@dataclass(frozen=True, slots=True)
class ProveTimerWorks:
    """Create probe and witness, and see both go."""

    remediation: str
    name: str = "prove-timer"
    summary: str = "prove that a timed applet runs, guards and deletes itself"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.TIMERS, Topic.CLOCK})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.timers is None:
            return Fail("the controller does not list its applets")
        ours = {timer.name for timer in view.timers if timer.name.startswith(TIMER_PREFIX)}
        proofs = run.sent_in(self.name)
        if not any(proof.may_have_happened for proof in proofs):
            return self._begin(ours, view, moment, run)
        proof = proofs[-1]
        waited = moment.now.seconds_since(proof.at)
        if not ours & {PROBE, WITNESS}:
            if proof.outcome == "applied" and waited >= TIMER_COUNTDOWN_S:
                return Done(f"ran, guarded and deleted itself within {waited:.0f} s")
            return Fail("the probe was never seen on the controller: timers are not proven")
        if waited < TIMER_COUNTDOWN_S + TIMER_SLACK_S:
            return Hold(LOOK_AGAIN_S, "waiting for the probe to run")
        stuck = "did not run" if PROBE in ours else "ran, but not its guarded part"
        return Fail(f"the probe {stuck} within {waited:.0f} s: no dead-man's switch can be armed")

    def _begin(self, ours: set[str], view: ControllerView, moment: Moment, run: Run) -> Move:
        if ours:
            return Fail(
                f"{', '.join(sorted(ours))} on the controller: another clock window is open there"
            )
        if view.clock is None:
            return Fail("the controller's clock cannot be read")
        year = run.charter.zone.local(view.clock.device_time).year
        years = (year, year + 1) if _is_new_years_eve(run, view) else (year,)
        return Send(ProveTimer(self.remediation, TIMER_COUNTDOWN_S, years))


def _is_new_years_eve(run: Run, view: ControllerView) -> bool:
    if view.clock is None:
        return False
    local = run.charter.zone.local(view.clock.device_time)
    return (local.month, local.day) == (12, 31)
