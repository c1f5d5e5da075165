"""Save only what is ours: the configuration ends as saved as it was, with what we keep in it."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SaveConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.ours import ours
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.repair import added, is_kept, ntp_differences, others
from service.domain.steps.save import (
    ATTEMPTS,
    NOT_SAVED,
    SAVE_TIMEOUT_S,
    SETTLE_S,
    is_to_be_saved,
)


@dataclass(frozen=True, slots=True)
class SaveRepair:
    """Copy running to startup where it was saved before."""

    remediation: str
    name: str = "save"
    summary: str = "save the configuration, if it was saved before"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        why_not = _why_not(run, view)
        if why_not is not None:
            return Done(f"not saved: {why_not}")
        save = run.charter.by_hand.save
        wrong = self._wrong(run, view)
        if wrong is not None:
            return Fail(f"not saved: {wrong}", NOT_SAVED, (f"{save}   ! once the rest is right",))
        sent = [s for s in run.sent_in(self.name, SaveConfig) if s.outcome == "applied"]
        if sent and not view.unsaved:
            return Done("saved")
        if len(run.sent_in(self.name, SaveConfig)) >= ATTEMPTS:
            return Fail("the configuration could not be saved", NOT_SAVED, (save,))
        if sent and run.elapsed_s(sent[-1].at, moment.now) < SETTLE_S:
            return Hold(SETTLE_S, "waiting for the save to show")
        return Send(SaveConfig(), timeout_s=SAVE_TIMEOUT_S)

    def _wrong(self, run: Run, view: ControllerView) -> str | None:
        """What must not be saved, or cannot be told."""
        if view.ntp is None or view.timers is None:
            return "NTP and applets cannot be read"
        if ours(self.remediation, run, view):
            return "an applet of ours is still there"
        return next((what for what, _ in ntp_differences(run, view)), None)


def is_theirs(run: Run, view: ControllerView) -> bool:
    """Whether all that differs is what somebody else did to NTP: it is theirs to save."""
    if added(run).entries or view.ntp is None:
        return False
    return any(True for _ in others(run, view.ntp))


def _why_not(run: Run, view: ControllerView) -> str | None:
    if not run.wrote:
        return "nothing was changed"
    if is_to_be_saved(run):
        return (
            "somebody else changed NTP, and it is theirs to save" if is_theirs(run, view) else None
        )
    kept = is_kept(run) and added(run).entries
    lost = "; the servers that were added are lost at the next reload" if kept else ""
    if run.charter.unsaved is None:
        return f"the controller can't tell whether it was saved before{lost}"
    return f"it was not saved before either{lost}"
