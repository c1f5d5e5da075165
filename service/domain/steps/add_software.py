"""Have the installer take a file into its books, and have APs load the new image beforehand."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.install_job import Stage
from service.domain.installation import Fate, PackageState
from service.domain.observation import ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.software_changes import InstallOrder, PredownloadAll
from service.domain.software_files import FileKind
from service.domain.steps.installer import PROGRESS, follow
from service.domain.steps.installing import (
    busy,
    fresh_uuid,
    is_silent,
    look_s,
    operation,
    rests_added,
    state_of,
    step_name,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send

ADD_LIMIT_S = 1800.0
BLIND_S, BLIND_RELEASE_S, ADDED = 60.0, 900.0, "added"
"""17.3 says nothing of operations: the books show software before all is done with it (measured by
others: a minute, and a release from the beginning on; bforejt/nautobot-upgrades)."""
PREDOWNLOAD_S = 3600.0
LOADING = frozenset({"pre-dwnld-initiated", "pre-dwnld-in-progress"})
LOADED = "pre-dwnld-complete"


@dataclass(frozen=True, slots=True)
class AddSoftware:
    """`install add`; nothing runs by it."""

    remediation: str
    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.INSTALL_PROGRESS})

    @property
    def name(self) -> str:
        """`add-base`, `add-apsp`."""
        return step_name("add", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        return f"add {self.stage.label}: unpacked and checked by the controller, not running"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.install is None:
            return Fail(f"the software cannot be read: {view.unknown.get(Topic.INSTALL, '')}")
        state, doing = state_of(self.stage, view), busy(view)
        if state in (PackageState.ACTIVATED, PackageState.COMMITTED):
            return Fail(f"{self.stage.label} is {state} already: somebody else did that")
        if state is PackageState.ADDED and doing is None and self._is_added(run, view):
            return self._added(run, view, moment)
        order = InstallOrder("add", fresh_uuid(self.remediation, self.name, run), self.stage.name)
        return follow(self.name, run, view, moment, order=order, limit_s=ADD_LIMIT_S)

    def _is_added(self, run: Run, view: ControllerView) -> bool:
        """Whether what the books show is an added one, and not files that merely lie there.

        Where the books' word is the same for both, it takes our order, and what is known of it.
        """
        if rests_added(self.stage, view):
            return True
        if run.ended_at(self.name) is not None:
            return True  # seen by somebody before us
        sent = run.sent_in(self.name, InstallOrder)
        if not sent or not sent[-1].may_have_happened:
            return False
        if is_silent(view):
            return True
        order = sent[-1].change
        found = operation(view, order.uuid) if isinstance(order, InstallOrder) else None
        if found is not None or view.operations is not None:
            return found is not None and found.fate is Fate.SUCCEEDED
        return PROGRESS in run.facts(self.name)

    def _added(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        sent = run.sent_in(self.name, InstallOrder)
        if not is_silent(view) or not sent:
            return Done("added")
        since, order = run.when(self.name, ADDED), str(sent[-1].seq)
        if since is None or run.facts(self.name).get(ADDED) != order:
            return Hold(look_s(run), "added; letting it settle", {ADDED: order})
        rest_s = BLIND_RELEASE_S if self.stage.kind is FileKind.BASE else BLIND_S
        left_s = rest_s - run.elapsed_s(since, moment.now)
        return Hold(min(left_s, look_s(run)), "letting it settle") if left_s > 0 else Done("added")


@dataclass(frozen=True, slots=True)
class Predownload:
    """APs load the image while they serve. One that cannot loads it when it joins: no failure."""

    remediation: str
    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.AP_JOIN, Topic.AP_PREDOWNLOAD, Topic.INSTALL}
    )

    @property
    def name(self) -> str:
        """`predownload-base`."""
        return step_name("predownload", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        return "have the APs load the new image while they serve"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        sent = run.sent_in(self.name, PredownloadAll)
        serving = [ap for ap in view.aps or () if ap.state is ApState.REGISTERED]
        if not sent:
            if not serving:
                return Done("no AP serves")
            return Send(PredownloadAll(fresh_uuid(self.remediation, self.name, run)))
        if not sent[-1].may_have_happened:
            return Done(f"not done, the APs load it as they join: {sent[-1].detail}")
        loaded = sum(ap.predownload == LOADED for ap in serving)
        loading = sum(ap.predownload in LOADING for ap in serving)
        told = f"{loaded} of {len(serving)} APs have it, {loading} load it"
        elapsed_s = run.elapsed_s(sent[-1].at, moment.now)
        over = elapsed_s >= PREDOWNLOAD_S or (not loading and elapsed_s >= BLIND_S)
        if loaded == len(serving) or over:
            return Done(told)
        return Hold(look_s(run), told)
