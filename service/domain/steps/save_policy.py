"""Save only what is ours: the configuration ends as saved as it was, with what we keep in it.

Saved is what was decided on and seen: the override where the APs joined by it, else what was
captured. What is neither is never saved.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SaveConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.policy import differences, is_kept
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.save import (
    ATTEMPTS,
    NOT_SAVED,
    SAVE_TIMEOUT_S,
    SETTLE_S,
    is_to_be_saved,
)


@dataclass(frozen=True, slots=True)
class SavePolicy:
    """Copy running to startup where it was saved before."""

    name: str = "save"
    summary: str = "save the configuration, if it was saved before"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.JOIN_POLICY})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not is_to_be_saved(run):
            return Done(f"not saved: {_why_not(run)}")
        save = run.charter.by_hand.save
        wrong = tuple(what for what, _ in differences(run, view))
        if view.policies is None:
            wrong = ("the certificate policy cannot be read",)
        if wrong:
            line = f"{save}   ! once the rest is as it was"
            return Fail(f"not saved: {wrong[0]}", NOT_SAVED, (line,))
        sent = [s for s in run.sent_in(self.name, SaveConfig) if s.outcome == "applied"]
        if sent and not view.unsaved:
            return Done("saved")
        if len(run.sent_in(self.name, SaveConfig)) >= ATTEMPTS:
            return Fail("the configuration could not be saved", NOT_SAVED, (save,))
        if sent and run.elapsed_s(sent[-1].at, moment.now) < SETTLE_S:
            return Hold(SETTLE_S, "waiting for the save to show")
        return Send(SaveConfig(), timeout_s=SAVE_TIMEOUT_S)


def _why_not(run: Run) -> str:
    if not run.wrote:
        return "nothing was changed"
    kept = "; what was turned is lost at the next reload" if is_kept(run) else ""
    if run.charter.unsaved is None:
        return f"the controller can't tell whether it was saved before{kept}"
    return f"it was not saved before either{kept}"
