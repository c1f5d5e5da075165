"""Save before anything is installed: what is not saved is lost where the controller reloads.

Nothing of ours is in the configuration, now or later. It is only done where a person accepted that
what somebody left unsaved is saved (`--save-pending`).
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SaveConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Moment, Move
from service.domain.steps.saving import NAME, saved


@dataclass(frozen=True, slots=True)
class SaveFirst:
    """Copy running to startup."""

    name: str = NAME
    summary: str = "save the configuration as it is: a reload would lose what is not saved"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.SAVED})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.unsaved is False and not run.sent_in(self.name, SaveConfig):
            return Done("saved already")
        return saved(run, view, moment)
