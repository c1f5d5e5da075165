"""See that the release of before serves again: the APs that served on it, and the tunnels.

It is committed where it serves no worse than the release that the controller leaves. All APs that
served before everything began are waited for; those that had no image to run on that release, and
stay away here, too, would not come by staying on it. The last look tells who is still away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from service.domain.identity import BaseRadioMac
from service.domain.install_job import Stage
from service.domain.installation import PackageState
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.activate_software import SERVING, alarm
from service.domain.steps.installing import job_of, state_of, step_name
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.prove_health import MAY_MISS, NAMED, WELL
from service.domain.steps.tunnels import down_since
from service.domain.steps.wait_for_aps import is_home, sightings


@dataclass(frozen=True, slots=True)
class ProveReturn:
    """Wait for the APs, within what the controller's timer leaves."""

    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.INSTALL,
            Topic.INSTALL_PROGRESS,
            Topic.CLOCK,
            Topic.AP_JOIN,
            Topic.AP_JOIN_STATS,
            Topic.MOBILITY,
        }
    )

    @property
    def name(self) -> str:
        """`health-former`."""
        return step_name("health", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        return (
            "see the APs that served before all this come back and stay, and the mobility tunnels"
        )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        policy, aps = run.charter.policy, sightings(view)
        over = self._over(run, view, moment)
        if over is not None:
            return Fail(over)
        if aps is None or view.install is None:
            return Hold(policy.poll_every_s, "the APs cannot be read")
        before, left_out = served_before(run), set(job_of(run).stages[0].leaves_out)
        away = {mac for mac in before if not is_home(aps.get(mac))}
        down = down_since(run, _noted_in(run), view)
        if not away and not down:
            return self._staying(run, moment, len(before))
        told = _told(before, away, down)
        if run.elapsed_s(run.since(self.name), moment.now) < policy.wait_for_aps_s:
            news = {} if run.facts(self.name).get(WELL) == "no" else {WELL: "no"}
            return Hold(policy.poll_every_s, told, news)
        worse = bool(down) or len(away - left_out) > MAY_MISS * len(before - left_out)
        return Fail(f"after {policy.wait_for_aps_s:.0f} s {told}") if worse else Done(told)

    def _over(self, run: Run, view: ControllerView, moment: Moment) -> str | None:
        """Why nothing more is to be waited for."""
        state = state_of(self.stage, view)
        if view.install is not None and state in (PackageState.ADDED, None):
            return "the controller took it back by itself"
        return alarm(self.stage, run, view, moment)

    def _staying(self, run: Run, moment: Moment, number: int) -> Move:
        policy, since = run.charter.policy, run.when(self.name, WELL)
        if run.facts(self.name).get(WELL) != "yes" or since is None:
            return Hold(policy.poll_every_s, "all APs are there", {WELL: "yes"})
        left_s = policy.stay_registered_s - run.elapsed_s(since, moment.now)
        if left_s > 0:
            return Hold(min(policy.poll_every_s, max(left_s, 1.0)), "seeing the APs stay")
        return Done(f"all {number} APs that served are there and stayed")


def served_before(run: Run) -> set[BaseRadioMac]:
    """Who served before the first activation; of the finding's nobody did for long."""
    macs = run.facts(_noted_in(run)).get(SERVING, "").split()
    return {BaseRadioMac(text) for text in macs} - {ap.mac for ap in run.charter.aps}


def _noted_in(run: Run) -> str:
    """The step that noted, before anything ran, who served and which tunnels were up."""
    return step_name("activate", job_of(run).stages[0])


def _told(before: set[BaseRadioMac], away: set[BaseRadioMac], down: Iterable[str]) -> str:
    words = [f"{len(before) - len(away)} of {len(before)} APs that served are back"]
    words += [f"missing: {', '.join(sorted(str(mac) for mac in away)[:NAMED])}"] if away else []
    words += [f"mobility tunnels down: {', '.join(down)}"] if down else []
    return "; ".join(words)
