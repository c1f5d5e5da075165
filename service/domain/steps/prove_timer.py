"""Prove that timed applets work on this box before anything depends on one.

The probe has the form of the dead-man's switch: it deletes itself first and then, past a guard on
the clock, its witness. Both gone in time proves the timer, the privilege, the guard, and that an
applet which deletes itself finishes its work. Anything else: nothing has been changed, go home.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import PROBE, TIMER_PREFIX, WITNESS, ProveTimer
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.steps.ours import ours
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
    look_took_s,
)

ATTEMPTS = 2


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
        there = ours(self.remediation, run, view) & {PROBE, WITNESS}
        proofs = run.sent_in(self.name, ProveTimer)
        if there and proofs:
            waited = run.elapsed_s(proofs[-1].at, moment.now) - look_took_s(view, moment)
            return self._wait(there, waited)
        if proofs and proofs[-1].outcome == "applied":
            return self._judge(run.elapsed_s(proofs[-1].at, moment.now))
        if proofs and not proofs[-1].may_have_happened:
            return Fail(f"the controller refused the probe: {proofs[-1].detail}")
        return self._begin(run, view, proofs)

    def _begin(self, run: Run, view: ControllerView, proofs: tuple[Sent, ...]) -> Move:
        """Send it; again where the first try was lost, for what is not there may be created."""
        if len(proofs) >= ATTEMPTS:
            return Fail("the probe was never seen on the controller: timers are not proven")
        claimed = sorted(t.name for t in view.timers or () if t.name.startswith(TIMER_PREFIX))
        if claimed:
            return Fail(f"{', '.join(claimed)} on the controller: another window is open there")
        if view.clock is None:
            return Fail("the controller's clock cannot be read")
        local = run.charter.zone.local(view.clock.device_time)
        new_years_eve = (local.month, local.day) == (12, 31)
        years = (local.year, local.year + 1) if new_years_eve else (local.year,)
        return Send(ProveTimer(self.remediation, TIMER_COUNTDOWN_S, years))

    @staticmethod
    def _wait(there: frozenset[str], waited: float) -> Move:
        if waited < TIMER_COUNTDOWN_S + TIMER_SLACK_S:
            return Hold(LOOK_AGAIN_S, "waiting for the probe to run")
        stuck = "did not run" if PROBE in there else "ran, but not its guarded part"
        return Fail(f"the probe {stuck} within {waited:.0f} s: no dead-man's switch can be armed")

    @staticmethod
    def _judge(waited: float) -> Move:
        if waited < TIMER_COUNTDOWN_S:
            return Fail("the probe was gone before it could run: somebody deletes our applets")
        return Done(f"ran, guarded and deleted itself within {waited:.0f} s")
