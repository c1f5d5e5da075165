"""Save only what is ours: the configuration ends as saved as it was.

Everything is put back by now, so nothing is lost by not saving. What is not put back is never
saved: a reload has to bring the captured NTP entries back.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps import saving
from service.domain.steps.ours import ours
from service.domain.steps.polling_interval import interval_differences
from service.domain.steps.protocol import Done, Moment, Move
from service.domain.steps.restore_ntp import ntp_touched
from service.domain.steps.saving import is_to_be_saved, left_unsaved, saved, why_not_saved


@dataclass(frozen=True, slots=True)
class Save:
    """Copy running to startup where it was saved before."""

    remediation: str
    name: str = saving.NAME
    summary: str = saving.SUMMARY
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        why_not = _why_not(run, view)
        if why_not is not None:
            return Done(f"not saved: {why_not}")
        temporary = self._temporary(run, view)
        if temporary is not None:
            return left_unsaved(run, temporary, "as it was")
        return saved(run, view, moment)

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


def is_changed_by_others(run: Run, view: ControllerView) -> bool:
    """Whether NTP is another than captured though we never touched it: nothing of ours is unsaved.

    What we created and deleted again leaves no line that a save could be missing.
    """
    if ntp_touched(run) or view.ntp is None:
        return False
    return not run.charter.ntp.same_as(view.ntp)


def _why_not(run: Run, view: ControllerView) -> str | None:
    """Why the configuration is left as saved as it is; None: it is to be saved."""
    if not is_to_be_saved(run):
        return why_not_saved(run)
    if is_changed_by_others(run, view):
        return "somebody else changed NTP, and it is theirs to save"
    return None
