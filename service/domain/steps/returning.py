"""Back to the release of before, where ours was committed and what was to follow it was not.

A release is committed before its patch is added. Where the patch then fails, nothing takes the
release back by itself, so the one of before is installed again in the same way: added where the
books want it added, activated with the controller's timer, seen to serve, committed. Each of these
steps looks first whether that is due, and does nothing once one of them failed in this leg.
Source: activation by version in Cisco-IOS-XE-install-rpc of 17.3.1 to 17.12.1. Its rollback to a
point takes no timer, and 17.3 lists no points: so it is not used.
"""

from dataclasses import dataclass

from service.domain.install_job import Stage
from service.domain.installation import PackageState
from service.domain.journal import StepFailed
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.software_changes import InstallOrder
from service.domain.steps.installing import (
    RETURN,
    RETURNED,
    has_returned,
    is_kept,
    job_of,
    kept,
    may_have,
    state_of,
    step_name,
    version_of,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Step

RUNNING = frozenset({PackageState.ACTIVATED, PackageState.COMMITTED})
ATTEMPTS = 2
"""How often the release of before is activated at most, over all legs: each time is a reload."""
VERBS = ("add", "activate", "health", "commit")


def is_due(run: Run, view: ControllerView) -> bool:
    """Whether the controller has to return: our release is committed without what was to follow.

    Or it runs what it returns to already, by our order. Software that somebody else put there
    meanwhile is theirs, and so is the rest of ours that somebody committed by hand.
    """
    former = job_of(run).former
    if not former or is_kept(run):
        return False
    states = {stage: state_of(stage, view) for stage in job_of(run).stages}
    ours = (s for s in kept(run) if s.reloads and may_have(run, "commit", s))
    if any(states[stage] is PackageState.COMMITTED for stage in ours):
        return set(states.values()) != {PackageState.COMMITTED}
    return may_have(run, "activate", former[0]) and state_of(former[0], view) in RUNNING


def is_coming_back(run: Run, view: ControllerView) -> bool:
    """Whether the release of before runs by our order and is not committed.

    What is committed then is ours, whatever the books call a committed release that does not run.
    """
    former = job_of(run).former
    return (
        bool(former)
        and may_have(run, "activate", former[0])
        and state_of(former[0], view) is PackageState.ACTIVATED
    )


def why_not(run: Run) -> str | None:
    """What kept the controller from returning in this leg; None: nothing did."""
    names = {step_name(verb, stage) for stage in job_of(run).former for verb in VERBS}
    failed = (
        event
        for name, event in run.finished().items()
        if name in names and isinstance(event, StepFailed)
    )
    return next((f"{event.step}: {event.detail}" for event in failed), None)


def _pending(run: Run, view: ControllerView) -> str | None:
    """What is active without being committed and is not what it returns to; None: nothing."""
    former = job_of(run).former
    versions = (version_of(stage, view) for stage in former if stage.reloads)
    ours = {stage.name for stage in former} | {one.version for one in versions if one is not None}
    uncommitted = view.install.uncommitted if view.install else ()
    return next((name for name in uncommitted if name not in ours), None)


@dataclass(frozen=True, slots=True)
class OnTheWayBack:
    """A step for what the controller returns to, where that is due.

    Attributes:
        over: where the books show this of it, there is nothing left to do for the step.
    """

    stage: Stage
    step: Step
    over: frozenset[PackageState] = frozenset({PackageState.COMMITTED})

    @property
    def name(self) -> str:
        """`add-former`, `activate-former`, `health-former`, `commit-former`."""
        return self.step.name

    @property
    def summary(self) -> str:
        """What it does, and when."""
        return f"if a committed release stays without its patch: {self.step.summary}"

    @property
    def needs(self) -> frozenset[Topic]:
        """What the step looks at, and the books."""
        return self.step.needs | {Topic.INSTALL, Topic.INSTALL_PROGRESS}

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not job_of(run).former or (view.install is not None and not is_due(run, view)):
            return Done("not needed")
        if (failed := why_not(run)) is not None:
            return Done(f"not done: {failed}")
        if (barred := self._barred(run, view)) is not None:
            return Fail(barred)
        state = state_of(self.stage, view)
        if state in self.over:
            return self._noted(run, Done(f"{self.stage.label} is {state}"))
        return self._noted(run, self.step.decide(run, view, moment))

    def _barred(self, run: Run, view: ControllerView) -> str | None:
        """Why nothing may be told to the controller; None: it may."""
        if self._is_theirs(run, view):
            return f"somebody else activated {self.stage.label}: it is theirs"
        if (pending := _pending(run, view)) is not None:
            return f"{pending} is active and not committed, and bars it"
        if state_of(self.stage, view) not in RUNNING and self._is_worn(run):
            return f"it was activated {ATTEMPTS} times, and did not stay"
        return None

    def _is_theirs(self, run: Run, view: ControllerView) -> bool:
        runs = state_of(self.stage, view) is PackageState.ACTIVATED
        return runs and not may_have(run, "activate", self.stage)

    def _is_worn(self, run: Run) -> bool:
        """Whether it is to be activated once more than it may: a reload a time."""
        activates = step_name("activate", self.stage)
        given = [
            sent
            for sent in run.sent
            if sent.step == activates
            and isinstance(sent.change, InstallOrder)
            and sent.may_have_happened
        ]
        return self.name == activates and not run.sent_in(activates) and len(given) >= ATTEMPTS

    def _noted(self, run: Run, move: Move) -> Move:
        """Remember that the release of before is committed again."""
        if isinstance(move, Done) and self.name == RETURN and not has_returned(run):
            return Hold(0.0, f"back on {self.stage.label}", {RETURNED: str(run.calls_home)})
        return move
