"""Have the controller fetch the new image, after its transfer settings are noted.

It goes over the image that does not run. How far it is comes from the session that began it, or
from the agent; that it is written is seen in the slots, and in nothing else.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.image_changes import FetchImage, SetTransfer
from service.domain.images import Stage
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.image_run import (
    FETCH,
    FETCH_LIMIT_S,
    FIELDS,
    LOOK_S,
    NOTE,
    job_of,
    noted,
    unread,
    unseen_s,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send

SETTING_ATTEMPTS = 2
PROGRESS = "progress"


@dataclass(frozen=True, slots=True)
class NoteTransfer:
    """Remember what the next download would have fetched, and see that nothing changed."""

    name: str = NOTE
    summary: str = "note the transfer settings and the images; nothing is sent that changes them"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.INSTALL, Topic.TRANSFER, Topic.TRANSFER_SETTINGS}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.images != job_of(run).captured:
            shown = view.images.label if view.images else "not known"
            return Fail(f"the images are not those that were planned on: {shown}")
        if view.transfer is not None and view.transfer.stage is Stage.UNDER_WAY:
            return Fail("somebody else's download is under way")
        settings = view.transfer_settings
        if settings is None:
            why = view.unknown.get(Topic.TRANSFER_SETTINGS, "no answer")
            return Fail(f"the transfer settings cannot be read: {why}")
        if noted(run) is None:
            facts = {name: getattr(settings, name) for name in FIELDS}
            return Hold(0.0, f"the transfer was set to {settings.label}", facts)
        return Done("transfer settings and images noted")


@dataclass(frozen=True, slots=True)
class FetchNewImage:
    """Set the transfer, begin it once, and wait until the image lies in a slot."""

    name: str = FETCH
    summary: str = "have the controller fetch the new image, over the one that does not run"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.TRANSFER})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        blind = unread(view)
        if blind is not None:
            return Fail(blind)
        job, begun = job_of(run), run.sent_in(self.name, FetchImage)
        if not begun and job.captured.slot_of(job.release) is not None:
            return Done(f"{job.release} lies there already: {job.captured.label}")
        if not begun:
            return self._setting(run) or Send(FetchImage(job.settings))
        if not begun[-1].may_have_happened:
            return Fail(f"the controller does not take the file: {begun[-1].detail}")
        return self._progress(run, view, moment)

    def _setting(self, run: Run) -> Move | None:
        """Say where the file is; None once that is taken."""
        job, said = job_of(run), run.sent_in(self.name, SetTransfer)
        if said and said[-1].outcome == "applied":
            return None
        if said and (said[-1].outcome == "refused" or len(said) >= SETTING_ATTEMPTS):
            return Fail(f"the transfer could not be set: {said[-1].detail}")
        return Send(SetTransfer(job.settings, job.login))

    def _progress(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        job, told = job_of(run), view.transfer
        begun = run.sent_in(self.name, FetchImage)[-1]
        passed_s = run.elapsed_s(begun.at, moment.now)
        stage = told.stage if told else Stage.UNKNOWN
        detail = told.detail if told else ""
        written = view.images is not None and view.images.slot_of(job.release) is not None
        if written and stage is not Stage.UNDER_WAY:
            return Done(f"{job.release} is written: {view.images.label if view.images else ''}")
        if stage is Stage.FAILED:
            return Fail(f"the download failed: {detail}")
        limit_s = FETCH_LIMIT_S if stage is Stage.UNDER_WAY else unseen_s(run)
        if passed_s >= limit_s:
            return Fail(f"{job.release} is not written after {passed_s:.0f} s: {detail or stage}")
        known = run.facts(self.name).get(PROGRESS)
        return Hold(LOOK_S, detail or stage, {} if known == detail else {PROGRESS: detail})
