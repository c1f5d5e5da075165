"""Restart the controller into the new image, once, and see what comes up with which APs."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.image_changes import ResetSystem
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.image_run import (
    RESTART,
    WAIT,
    awaited,
    job_of,
    missing_on,
    named,
    unread,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.wait_for_aps import sightings

RESTART_TIMEOUT_S = 40.0
STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Restart:
    """Never twice: a lost answer is settled by looking at what runs, and since when."""

    name: str = RESTART
    summary: str = "restart the controller into the new image; every AP loses it meanwhile"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.IDENTITY})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        blind = unread(view)
        if blind is not None or view.images is None:
            return Fail(blind or "")
        release, sent = job_of(run).release, run.sent_in(self.name, ResetSystem)
        if not sent:
            if view.images.next != release:
                return Fail(f"somebody else chose what comes up next: {view.images.label}")
            return Send(ResetSystem(release), timeout_s=RESTART_TIMEOUT_S)
        if not sent[-1].may_have_happened:
            return Fail(f"the controller was not restarted: {sent[-1].detail}")
        return awaited(run, view, moment, sent[-1], release)


@dataclass(frozen=True, slots=True)
class WaitForImage:
    """Everybody who was registered is again, on the new image, and stays."""

    name: str = WAIT
    summary: str = "wait for the APs to register on the new image and to stay"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.AP_JOIN})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        job, policy = job_of(run), run.charter.policy
        if view.images is not None and view.images.running != job.release:
            return Fail(f"the controller runs {view.images.running}, not {job.release}")
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        over = waited_s >= policy.wait_for_aps_s
        if sightings(view) is None:
            blind = "the APs cannot be read"
            return Fail(blind) if over else Hold(policy.poll_every_s, blind)
        missing = missing_on(run, view, job.release)
        told = f"{len(job.aps) - len(missing)} of {len(job.aps)} APs registered on {job.release}"
        if missing and over:
            return Fail(f"{told} after {waited_s:.0f} s; missing: {named(missing)}")
        if missing:
            known = run.facts(self.name).get(STAGE)
            return Hold(policy.poll_every_s, told, {} if known == "waiting" else {STAGE: "waiting"})
        return self._staying(run, moment, told)

    def _staying(self, run: Run, moment: Moment, told: str) -> Move:
        policy, since = run.charter.policy, run.when(self.name, STAGE)
        if run.facts(self.name).get(STAGE) != "there" or since is None:
            return Hold(min(policy.poll_every_s, 5.0), told, {STAGE: "there"})
        left_s = policy.stay_registered_s - run.elapsed_s(since, moment.now)
        if left_s > 0:
            return Hold(min(policy.poll_every_s, max(left_s, 1.0)), f"{told}: seeing them stay")
        return Done(told)
