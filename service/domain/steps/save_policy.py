"""Save only what is ours: the configuration ends as saved as it was, with what we keep in it.

Saved is what was decided on and seen: the override where the APs joined by it, else what was
captured. What is neither is never saved.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps import saving
from service.domain.steps.policy import differences, is_kept
from service.domain.steps.protocol import Done, Moment, Move
from service.domain.steps.saving import is_to_be_saved, left_unsaved, saved, why_not_saved


@dataclass(frozen=True, slots=True)
class SavePolicy:
    """Copy running to startup where it was saved before."""

    name: str = saving.NAME
    summary: str = saving.SUMMARY
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED, Topic.JOIN_POLICY})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not is_to_be_saved(run):
            lost = "; what was turned is lost at the next reload" if is_kept(run) else ""
            return Done(f"not saved: {why_not_saved(run, lost)}")
        if view.policies is None:
            return left_unsaved(run, "the certificate policy cannot be read", "as it was")
        wrong = next((what for what, _ in differences(run, view)), None)
        if wrong is not None:
            return left_unsaved(run, wrong, "as it was")
        return saved(run, view, moment)
