"""Save only what is ours: the configuration ends as saved as it was.

Everything is put back by now, so nothing is lost by not saving. Where the box can't tell whether it
was saved before we began, nothing is saved unless the user asked for it. Where it was, a save is
always sent: equal texts do not tell that the box has forgotten our changes. What is not put back is
never saved, whoever asked for it: a reload has to bring the captured NTP entries back.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SaveConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.ours import ours
from service.domain.steps.polling_interval import interval_differences
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.restore_ntp import ntp_touched

ATTEMPTS = 3
SAVE_TIMEOUT_S = 60.0
SETTLE_S = 2.0
NOT_SAVED = ("running differs from startup",)


@dataclass(frozen=True, slots=True)
class Save:
    """Copy running to startup where it was saved before."""

    remediation: str
    name: str = "save"
    summary: str = "save the configuration, if it was saved before"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        why_not = _why_not(run, view)
        if why_not is not None:
            return Done(f"not saved: {why_not}")
        temporary = self._temporary(run, view)
        if temporary is not None:
            return Fail(
                f"not saved: {temporary}",
                NOT_SAVED,
                (f"{run.charter.by_hand.save}   ! once the rest is as it was",),
            )
        sent = [s for s in run.sent_in(self.name, SaveConfig) if s.outcome == "applied"]
        if sent and not view.unsaved:
            return Done("saved")
        if len(run.sent_in(self.name, SaveConfig)) >= ATTEMPTS:
            return Fail(
                "the configuration could not be saved", NOT_SAVED, (run.charter.by_hand.save,)
            )
        if sent and run.elapsed_s(sent[-1].at, moment.now) < SETTLE_S:
            return Hold(SETTLE_S, "waiting for the save to show")
        return Send(SaveConfig(), timeout_s=SAVE_TIMEOUT_S)

    def _temporary(self, run: Run, view: ControllerView) -> str | None:
        """What of the running configuration must not be saved; None where it is as it was."""
        if view.ntp is None or view.timers is None:
            return "whether everything is put back cannot be read"
        if ours(self.remediation, run, view):
            return "an applet of ours is still there"
        if ntp_touched(run) and not run.charter.ntp.same_as(view.ntp):
            return "the NTP entries are not those that were captured"
        if any(interval_differences(run, view)):
            return "the NTP polling interval is not the one that was captured"
        return None


def is_to_be_saved(run: Run) -> bool:
    """Whether the configuration has to end saved."""
    return run.wrote and (run.charter.save_pending or run.charter.unsaved is False)


def is_changed_by_others(run: Run, view: ControllerView) -> bool:
    """Whether NTP is another than captured though we never touched it: nothing of ours is unsaved.

    What we created and deleted again leaves no line that a save could be missing.
    """
    if ntp_touched(run) or view.ntp is None:
        return False
    return not run.charter.ntp.same_as(view.ntp)


def _why_not(run: Run, view: ControllerView) -> str | None:
    """Why the configuration is left as saved as it is; None: it is to be saved."""
    if is_to_be_saved(run):
        others = is_changed_by_others(run, view)
        return "somebody else changed NTP, and it is theirs to save" if others else None
    if not run.wrote:
        return "nothing was changed"
    if run.charter.unsaved is None:
        return "the controller can't tell whether it was saved before"
    return "it was not saved before either"
