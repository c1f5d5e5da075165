"""The clock window on the staging controller, seen from the remediation that moves the APs.

It is a remediation of its own there: named in our journal, then asked for, then followed. On the
way home it comes first: while a clock is false next door, nothing else counts.
"""

from dataclasses import dataclass

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.staging import StagingWave
from service.domain.steps.protocol import (
    BesideNeeds,
    CallChildHome,
    Child,
    Done,
    Fail,
    Hold,
    Moment,
    Move,
    OpenWindow,
)

WAITS, REFUSED = "waits", "refused"
"""Facts: why the window may not be opened yet, or never will be."""
CHILD, TRIED = "child", "tried"
LOOK_AGAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class StagedWindow:
    """Have a window opened for the APs of a wave that are there, and see it closed again."""

    controller: str
    wave: StagingWave
    child: str
    name: str
    summary: str = "open a clock window on the staging controller and wait for its end"
    needs: frozenset[Topic] = frozenset()

    @property
    def beside(self) -> BesideNeeds:
        return BesideNeeds(self.controller, child=self.child)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        del view
        facts, child = run.facts(self.name), moment.beside.child if moment.beside else None
        if facts.get(CHILD) != self.child:
            return Hold(0.0, "naming the window", {CHILD: self.child})
        if child is not None:
            return _followed(child)
        if REFUSED in facts:
            return Fail(facts[REFUSED])
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        if waited_s >= run.charter.policy.no_progress_s:
            return Fail(f"the window was not opened: {facts.get(WAITS, 'nobody says why')}")
        return OpenWindow(self.child, self.controller, self.wave.aps, self.wave.window)


def _followed(child: Child) -> Move:
    """What the window next door has come to."""
    closed = child.closed
    if closed is None:
        return Hold(min(child.due_in_s, LOOK_AGAIN_S), f"window {child.id}: {child.doing}")
    if closed.state in ("succeeded", "rolled-back"):
        took = f"{closed.recovered} of {closed.recovered + closed.remaining} AP(s) took the image"
        return Done(f"window {child.id} ended {closed.state}: {took}")
    return Fail(f"window {child.id} ended {closed.state}: {closed.detail}")


@dataclass(frozen=True, slots=True)
class CloseWindow:
    """See a window next door closed, before any AP is called home from there.

    One that needs a person is tried anew where the whole way home is: by a restore.
    """

    remediation: str
    controller: str
    child: str
    asked_in: str
    name: str
    summary: str = "see the window on the staging controller closed"
    needs: frozenset[Topic] = frozenset()

    @property
    def beside(self) -> BesideNeeds:
        return BesideNeeds(self.controller, child=self.child)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        del view
        child = moment.beside.child if moment.beside else None
        if child is None or run.facts(self.asked_in).get(CHILD) != self.child:
            return Done("there is none")
        if child.closed is None:
            if child.is_home_bound:
                return Hold(min(child.due_in_s, LOOK_AGAIN_S), f"window {child.id}: {child.doing}")
            return self._call(child)
        if child.closed.state != "needs-attention":
            return Done(f"window {child.id} ended {child.closed.state}")
        return self._needs_a_person(run, child)

    def _needs_a_person(self, run: Run, child: Child) -> Move:
        """Tried anew once in each way home after the first; then it is told what is left there."""
        tried, this = run.facts(self.name).get(TRIED, ""), f"{run.calls_home} {child.seq}"
        if run.calls_home > 1 and not tried.startswith(f"{run.calls_home} "):
            return Hold(0.0, f"window {child.id} is tried anew", {TRIED: this})
        if tried == this:
            return self._call(child)
        closed = child.closed
        left, mend = (closed.left, closed.mend) if closed else ((), ())
        return Fail(
            f"window {child.id} on {self.controller} ended needs-attention",
            left=tuple(f"{self.controller}: {one}" for one in left or ("not known",)),
            mend=(
                f"aprejoin restore {self.controller} -i INVENTORY",
                *(f"{line}   ! on {self.controller}" for line in mend),
            ),
        )

    def _call(self, child: Child) -> Move:
        return CallChildHome(child.id, f"remediation {self.remediation} goes home")
