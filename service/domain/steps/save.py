"""Save only what is ours: the configuration ends as saved as it was.

Everything is put back by now, so nothing is lost by not saving. Where the box can't tell whether it
was saved before we began, nothing is saved unless the user asked for it. Where it was, a save is
always sent: equal texts do not tell that the box has forgotten our changes.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SaveConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send

ATTEMPTS = 3
SAVE_TIMEOUT_S = 60.0
SETTLE_S = 2.0


@dataclass(frozen=True, slots=True)
class Save:
    """Copy running to startup where it was saved before."""

    name: str = "save"
    summary: str = "save the configuration, if it was saved before"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        reason = not_to_be_saved(run)
        if reason is not None:
            return Done(f"not saved: {reason}")
        sent = [s for s in run.sent_in(self.name) if s.outcome == "applied"]
        if sent and not view.unsaved:
            return Done("saved")
        if len(run.sent_in(self.name)) >= ATTEMPTS:
            return Fail(
                "the configuration could not be saved",
                left=("running differs from startup",),
                mend=("write memory",),
            )
        if sent and moment.now.seconds_since(sent[-1].at) < SETTLE_S:
            return Hold(SETTLE_S, "waiting for the save to show")
        return Send(SaveConfig(), timeout_s=SAVE_TIMEOUT_S)


def not_to_be_saved(run: Run) -> str | None:
    """Why the configuration is left as saved as it is; None: it is to be saved."""
    if not run.wrote:
        return "nothing was changed"
    if run.charter.save_pending:
        return None
    if run.troubles:
        return "something is not put back yet"
    if run.charter.unsaved is None:
        return "the controller can't tell whether it was saved before"
    return "it was not saved before either" if run.charter.unsaved else None
