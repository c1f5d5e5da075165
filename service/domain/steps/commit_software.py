"""Commit what was seen to be well: from here on it stays, and the timer is off."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.install_job import Stage
from service.domain.installation import PackageState
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.software_changes import InstallOrder
from service.domain.steps.installer import follow
from service.domain.steps.installing import busy, fresh_uuid, state_of, step_name
from service.domain.steps.protocol import Done, Fail, Moment, Move

COMMIT_LIMIT_S = 900.0


@dataclass(frozen=True, slots=True)
class CommitSoftware:
    """`install commit`; not to be undone by us."""

    remediation: str
    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.INSTALL_PROGRESS})

    @property
    def name(self) -> str:
        """`commit-base`, `commit-apsp`."""
        return step_name("commit", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        return f"commit {self.stage.label}: it stays, and nothing takes it back by itself any more"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.install is None:
            return Fail(f"the software cannot be read: {view.unknown.get(Topic.INSTALL, '')}")
        state = state_of(self.stage, view)
        settled = busy(view) is None and not view.install.uncommitted
        if state is PackageState.COMMITTED and settled and not view.install.abort_timer_active:
            return Done(f"{self.stage.label} is committed")
        if state in (PackageState.ADDED, None):
            return Fail("the controller took the software back by itself")
        order = InstallOrder("commit", fresh_uuid(self.remediation, self.name, run))
        return follow(self.name, run, view, moment, order=order, limit_s=COMMIT_LIMIT_S)
