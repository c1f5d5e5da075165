"""Run the new software, with the timer that takes it back unless it is committed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from service.domain.install_job import Stage
from service.domain.installation import PackageState
from service.domain.observation import ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.software_changes import InstallOrder
from service.domain.software_files import FileKind
from service.domain.steps.installer import follow
from service.domain.steps.installing import (
    busy,
    fresh_uuid,
    job_of,
    look_s,
    state_of,
    step_name,
    version_of,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.tunnels import noted, told

PATCH_LIMIT_S, RELOAD_LIMIT_S = 1800.0, 3600.0
TIMER_SHOWS_WITHIN_S = 60.0
ALARM_AT = 0.8
SERVING, CLIENTS, RUNS = "serving", "clients", "runs"


@dataclass(frozen=True, slots=True)
class ActivateSoftware:
    """`install activate`, after a note of which APs serve and which mobility tunnels are up."""

    remediation: str
    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.INSTALL,
            Topic.INSTALL_PROGRESS,
            Topic.AP_JOIN,
            Topic.CLIENTS,
            Topic.MOBILITY,
        }
    )

    @property
    def name(self) -> str:
        """`activate-base`, `activate-apsp`."""
        return step_name("activate", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        reloads = "the controller reloads; " if self.stage.reloads else ""
        return f"activate {self.stage.label}: {reloads}taken back by itself unless committed"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.install is None:
            return Fail(f"the software cannot be read: {view.unknown.get(Topic.INSTALL, '')}")
        state = state_of(self.stage, view)
        if state is PackageState.ACTIVATED and busy(view) is None:
            return self._running(run, view, moment)
        if state is PackageState.COMMITTED:
            return Fail(f"{self.stage.label} is committed already: somebody else did that")
        if not run.sent_in(self.name) and SERVING not in run.facts(self.name):
            return self._note(view)
        order = self._order(run, view)
        if order is None:
            return Fail("what was added is not in the installer's books any more")
        limit_s = RELOAD_LIMIT_S if self.stage.reloads else PATCH_LIMIT_S
        return follow(self.name, run, view, moment, order=order, limit_s=limit_s)

    def _note(self, view: ControllerView) -> Move:
        if view.aps is None:
            return Fail("which APs serve cannot be read")
        macs = sorted(str(ap.mac) for ap in view.aps if ap.state is ApState.REGISTERED)
        clients = "" if view.clients is None else str(view.clients)
        serve = f"{len(macs)} APs serve" + (f" {clients} clients" if clients else "")
        words = "; ".join(text for text in (serve, told(view)) if text)
        return Hold(0.0, words, {SERVING: " ".join(macs), CLIENTS: clients, **noted(view)})

    def _order(self, run: Run, view: ControllerView) -> InstallOrder | None:
        """A release by its whole version: a shorter one hangs (measured by others)."""
        uuid, after = fresh_uuid(self.remediation, self.name, run), job_of(run).abort_after_min
        if self.stage.kind is not FileKind.BASE:
            return InstallOrder("activate", uuid, self.stage.name, abort_after_min=after)
        version = version_of(self.stage, view)
        if version is None:
            return None
        return InstallOrder("activate", uuid, version=version.version, abort_after_min=after)

    def _running(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        """It runs; the timer has to, too: else nothing but us would take it back."""
        if view.install is not None and view.install.abort_timer_active:
            return Done(f"activated, taken back after {job_of(run).abort_after_min} min")
        since = run.when(self.name, RUNS)
        if since is None:
            return Hold(look_s(run), "activated; looking for the timer", {RUNS: "yes"})
        if run.elapsed_s(since, moment.now) >= TIMER_SHOWS_WITHIN_S:
            return Fail("activated, and the timer that takes it back does not run")
        return Hold(look_s(run), "looking for the timer")


def alarm(stage: Stage, run: Run, view: ControllerView, moment: Moment) -> str | None:
    """That the time until the controller takes it back is nearly over; None: it is not.

    By our own count, and by the end that the controller says, whichever is nearer.
    """
    sent = [s for s in run.sent if s.step == step_name("activate", stage) and s.may_have_happened]
    whole_s = job_of(run).abort_after_min * 60.0
    used_s = [run.elapsed_s(sent[-1].at, moment.now)] if sent else []
    at, clock = (view.install.abort_at if view.install else None), view.clock
    if at is not None and clock is not None:
        left = at - clock.shown_at(moment.now)
        used_s.append((timedelta(seconds=whole_s) - left).total_seconds())
    if not used_s or max(used_s) < ALARM_AT * whole_s:
        return None
    return (
        f"{ALARM_AT:.0%} of the {whole_s / 60:.0f} min are over after which the controller takes "
        "the software back by itself"
    )
