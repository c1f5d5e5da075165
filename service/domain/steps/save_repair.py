"""Save only what is ours: the configuration ends as saved as it was, with what we keep in it."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps import saving
from service.domain.steps.ours import ours
from service.domain.steps.protocol import Done, Moment, Move
from service.domain.steps.repair import added, is_kept, ntp_differences, others
from service.domain.steps.saving import is_to_be_saved, left_unsaved, saved, why_not_saved


@dataclass(frozen=True, slots=True)
class SaveRepair:
    """Copy running to startup where it was saved before."""

    remediation: str
    name: str = saving.NAME
    summary: str = saving.SUMMARY
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        why_not = _why_not(run, view)
        if why_not is not None:
            return Done(f"not saved: {why_not}")
        wrong = self._wrong(run, view)
        if wrong is not None:
            return left_unsaved(run, wrong, "right")
        return saved(run, view, moment)

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
    if is_to_be_saved(run):
        theirs = is_theirs(run, view)
        return "somebody else changed NTP, and it is theirs to save" if theirs else None
    kept = is_kept(run) and added(run).entries
    lost = "; the servers that were added are lost at the next reload" if kept else ""
    return why_not_saved(run, lost)
