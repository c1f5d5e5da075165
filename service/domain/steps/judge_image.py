"""On the way home: whether the new image stays, and the one restart that brings the old one back.

Going back is no cure by itself: an AP whose other slot does not hold the old image would have to
load it, and those that the issue hits would be stuck. Where as many would be stranded as are
missing now, a person decides.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.identity import BaseRadioMac
from service.domain.image_changes import FetchImage, ResetSystem
from service.domain.images import Stage
from service.domain.observation import ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.boot_image import by_hand
from service.domain.steps.image_run import (
    END,
    FALL_BACK,
    FETCH,
    FETCH_LIMIT_S,
    GOING_DOWN_S,
    JUDGE,
    LOOK_S,
    RESTART,
    VERDICT,
    WAIT,
    Verdict,
    awaited,
    came_up,
    has_done,
    has_failed,
    is_kept,
    job_of,
    may_have,
    missing_on,
    named,
    restarted,
    unread,
    unseen_s,
    verdict,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.restart import RESTART_TIMEOUT_S
from service.domain.steps.wait_for_aps import sightings


@dataclass(frozen=True, slots=True)
class EndTransfer:
    """A download cannot be called back: it is seen to its end, for it chooses what boots next."""

    name: str = END
    summary: str = "see a download that is under way to its end"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.TRANSFER})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        begun = may_have(run, FetchImage)
        if begun is None:
            return Done("nothing was downloaded")
        written = view.images is not None and view.images.slot_of(job_of(run).release) is not None
        stage = view.transfer.stage if view.transfer else Stage.UNKNOWN
        seen_to_end = has_done(run, FETCH) or written or stage in (Stage.DONE, Stage.FAILED)
        if seen_to_end and stage is not Stage.UNDER_WAY:
            return Done("no download is under way")
        passed_s = run.elapsed_s(begun.at, moment.now)
        if passed_s < (FETCH_LIMIT_S if stage is Stage.UNDER_WAY else unseen_s(run)):
            detail = view.transfer.detail if view.transfer else ""
            return Hold(LOOK_S, f"a download may be under way: {detail or stage}")
        if stage is not Stage.UNDER_WAY:
            return Done("no download is seen to be under way")
        return Fail(
            "a download does not end",
            ("a download is under way, and would choose what comes up next",),
            by_hand(run),
        )


@dataclass(frozen=True, slots=True)
class JudgeImage:
    """By what runs and who is there."""

    name: str = JUDGE
    summary: str = "judge whether the new image stays"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.INSTALL, Topic.IDENTITY, Topic.AP_JOIN, Topic.AP_PREDOWNLOAD}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        sent = restarted(run, RESTART)
        if sent is None or run.ended_at(WAIT) is not None:
            return Done("the new image stays" if sent else "the controller was not restarted")
        blind = unread(view)
        if blind is not None or view.images is None:
            return Fail(blind or "", (blind or "",), by_hand(run))
        if restarted(run, FALL_BACK) is not None:
            return self._said(run, Verdict.BACK, "the old image was brought back")
        running, job = view.images.running, job_of(run)
        passed_s = run.elapsed_s(sent.at, moment.now)
        if running == job.before and not came_up(view, sent) and passed_s < GOING_DOWN_S:
            return Hold(LOOK_S, "the controller may yet restart")
        if running != job.release:
            return self._said(run, Verdict.BACK, f"the controller runs {running}")
        return self._by_aps(run, view, moment)

    def _by_aps(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        job, policy = job_of(run), run.charter.policy
        missing = missing_on(run, view, job.release)
        if not missing and sightings(view) is not None:
            return self._said(run, Verdict.KEPT, f"{len(job.aps)} APs registered on {job.release}")
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        if not has_failed(run, WAIT) and waited_s < policy.wait_for_aps_s:
            return Hold(policy.poll_every_s, f"{len(missing)} APs are not back yet")
        stranded = stranded_by_going_back(run, view)
        if len(stranded) >= len(missing) and not run.charter.accepted_stranded:
            return self._stays(run, missing, stranded)
        return self._said(run, Verdict.BACK, f"{len(missing)} APs did not come back")

    def _stays(
        self, run: Run, missing: tuple[BaseRadioMac, ...], stranded: tuple[BaseRadioMac, ...]
    ) -> Move:
        if verdict(run) is not Verdict.STAYS:
            return Hold(0.0, "going back would strand as many", {VERDICT: Verdict.STAYS})
        words, job = run.charter.by_hand, job_of(run)
        return Fail(
            f"{len(missing)} APs are missing on {job.release}, and going back to {job.before} "
            f"would strand {len(stranded)}: {named(stranded)}",
            (f"{job.release} runs without {len(missing)} APs: {named(missing)}",),
            (
                *by_hand(run),
                f"{words.restart}   ! only if {job.before} is worth the APs that it strands",
            ),
        )

    def _said(self, run: Run, what: Verdict, why: str) -> Move:
        if verdict(run) is not what:
            return Hold(0.0, why, {VERDICT: what})
        return Done(why)


@dataclass(frozen=True, slots=True)
class FallBack:
    """Back to the old image: one restart, ever, and only where it was judged."""

    name: str = FALL_BACK
    summary: str = "restart the controller into the old image, if the new one does not stay"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.IDENTITY})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote or is_kept(run) or verdict(run) is not Verdict.BACK:
            return Done("no restart is needed")
        job, images = job_of(run), view.images
        if images is not None and images.running == job.before:
            return Done(f"{job.before} runs")
        sent = restarted(run, self.name)
        if sent is not None:
            move = awaited(run, view, moment, sent, job.before)
            return self._fail(run, move.detail) if isinstance(move, Fail) else move
        why_not = self._why_not(run, view)
        if why_not is not None:
            return self._fail(run, why_not)
        return Send(ResetSystem(job.before), timeout_s=RESTART_TIMEOUT_S)

    def _why_not(self, run: Run, view: ControllerView) -> str | None:
        """Why it must not be restarted, or has refused to."""
        refused = run.sent_in(self.name, ResetSystem)
        if refused:
            return refused[-1].detail
        blind, images = unread(view), view.images
        if blind is not None or images is None:
            return blind
        if images.next != job_of(run).before:
            return f"{job_of(run).before} would not come up: {images.label}"
        return None

    def _fail(self, run: Run, why: str) -> Fail:
        left = (f"the controller does not run {job_of(run).before}",)
        restart = f"{run.charter.by_hand.restart}   ! once it is to come up"
        return Fail(f"not restarted: {why}", left, (*by_hand(run), restart))


def stranded_by_going_back(run: Run, view: ControllerView) -> tuple[BaseRadioMac, ...]:
    """APs that serve on the new image, hold no old one, and would reject it if they loaded it."""
    job = job_of(run)
    now = {ap.mac: ap for ap in view.aps or () if ap.state is ApState.REGISTERED}
    return tuple(mac for mac in job.hit if mac in now and now[mac].backup_version != job.before)
