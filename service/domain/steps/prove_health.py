"""See that the new software serves: the APs and tunnels of before, and the APs it is meant for.

It is committed where the APs that served are back, but for a few, and at least one of those that
were stuck is mended: going back would take that one off again, so nobody waits for all of them for
ever. A mobility tunnel that was up has to be up again: each of them, for clients roam over it.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.finding import AffectedAp
from service.domain.identity import BaseRadioMac
from service.domain.install_job import Stage
from service.domain.installation import PackageState
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.activate_software import CLIENTS, SERVING, alarm
from service.domain.steps.installing import state_of, step_name
from service.domain.steps.protocol import UNHELPED, Done, Fail, Hold, Moment, Move
from service.domain.steps.tunnels import down_since, not_told
from service.domain.steps.wait_for_aps import is_home, sightings

MAY_MISS = 0.05
"""Of the APs that served: somebody may unplug one meanwhile. A guess; one of ten is a failure."""
MANY_CLIENTS = 20
"""Before, and none afterwards: then the APs serve nobody. A guess, too."""
WELL, NAMED = "well", 5


@dataclass(frozen=True, slots=True)
class ProveHealth:
    """Wait for the APs, within what the controller's timer leaves.

    Attributes:
        is_last: whether the finding's APs have to come by this stage.
        wave: those of the waves up to this one alone; None: all of them.
    """

    stage: Stage
    is_last: bool
    wave: int | None = None
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.INSTALL,
            Topic.INSTALL_PROGRESS,
            Topic.CLOCK,
            Topic.AP_JOIN,
            Topic.AP_JOIN_STATS,
            Topic.CLIENTS,
            Topic.MOBILITY,
        }
    )

    @property
    def name(self) -> str:
        """`health-base`, `health-apsp`; `health-1` and so on after a wave."""
        whole = step_name("health", self.stage)
        return whole if self.wave is None else f"health-{self.wave + 1}"

    @property
    def summary(self) -> str:
        """What it does."""
        whom = " and the finding's APs" if self.is_last else ""
        return f"see the APs that served before{whom} come back and stay, and the mobility tunnels"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        policy, aps = run.charter.policy, sightings(view)
        over = self._over(run, view, moment)
        if over is not None:
            return Fail(over)
        if aps is None or view.install is None:
            return Hold(policy.poll_every_s, "the APs cannot be read")
        away = tuple(mac for mac in self._served(run) if not is_home(aps.get(mac)))
        stuck = tuple(ap.mac for ap in self._meant(run) if not is_home(aps.get(ap.mac)))
        beside = self._beside(run, view)
        if not away and not stuck and not beside:
            return self._staying(run, view, moment)
        told = "; ".join((self._told(run, away, stuck), *beside))
        if run.elapsed_s(run.since(self.name), moment.now) < policy.wait_for_aps_s:
            return Hold(policy.poll_every_s, told, self._news(run, "no"))
        if beside:
            return Fail(f"after {policy.wait_for_aps_s:.0f} s {told}")
        return self._judged(run, away, stuck, told)

    def _over(self, run: Run, view: ControllerView, moment: Moment) -> str | None:
        """Why nothing more is to be waited for."""
        state = state_of(self.stage, view)
        if view.install is not None and state in (PackageState.ADDED, None):
            return "the controller took the software back by itself"
        return alarm(self.stage, run, view, moment)

    @property
    def _noted_in(self) -> str:
        """The step that noted who served, and which tunnels were up."""
        return step_name("activate", self.stage)

    def _served(self, run: Run) -> tuple[BaseRadioMac, ...]:
        macs = run.facts(self._noted_in).get(SERVING, "").split()
        out = set(self.stage.leaves_out)
        return tuple(mac for text in macs if (mac := BaseRadioMac(text)) not in out)

    def _meant(self, run: Run) -> tuple[AffectedAp, ...]:
        if not self.is_last or self.wave is None:
            return run.charter.aps if self.is_last else ()
        reached = {mac for one in self.stage.waves[: self.wave + 1] for mac in one.aps}
        return tuple(ap for ap in run.charter.aps if ap.mac in reached)

    def _beside(self, run: Run, view: ControllerView) -> tuple[str, ...]:
        """What is not well beside the APs themselves, for people."""
        down = down_since(run, self._noted_in, view)
        deserted = self._serve_nobody(run, view)
        return (
            *((f"mobility tunnels down: {', '.join(down)}",) if down else ()),
            *(("they serve no client, where there were many",) if deserted else ()),
        )

    def _serve_nobody(self, run: Run, view: ControllerView) -> bool:
        """Whether clients stay away altogether; fewer of them say nothing: they come and go."""
        before = run.facts(self._noted_in).get(CLIENTS) or "0"
        return view.clients == 0 and int(before) >= MANY_CLIENTS

    def _staying(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        policy, since = run.charter.policy, run.when(self.name, WELL)
        if run.facts(self.name).get(WELL) != "yes" or since is None:
            return Hold(policy.poll_every_s, "all APs are there", {WELL: "yes"})
        left_s = policy.stay_registered_s - run.elapsed_s(since, moment.now)
        if left_s > 0:
            return Hold(min(policy.poll_every_s, max(left_s, 1.0)), "seeing the APs stay")
        meant = " and all that it is for" if self.is_last else ""
        blind = "; mobility tunnels: not known" if not_told(run, self._noted_in, view) else ""
        served = len(self._served(run))
        return Done(f"all {served} APs that served{meant} are there and stayed{blind}")

    def _judged(
        self,
        run: Run,
        away: tuple[BaseRadioMac, ...],
        stuck: tuple[BaseRadioMac, ...],
        told: str,
    ) -> Move:
        """The time is over: some may be missing, not many, and it has to have helped."""
        served, meant = len(self._served(run)), len(self._meant(run))
        if len(away) > MAY_MISS * served:
            return Fail(f"after {run.charter.policy.wait_for_aps_s:.0f} s {told}")
        if meant and len(stuck) == meant:
            return self._in_vain(run, stuck, told)
        return Done(told)

    def _in_vain(self, run: Run, stuck: tuple[BaseRadioMac, ...], told: str) -> Move:
        """Remember whom it did not help, then fail: a failure itself carries no facts."""
        macs = " ".join(sorted(str(mac) for mac in stuck))
        if run.facts(self.name).get(UNHELPED) != macs:
            return Hold(0.0, "noting which APs it did not help", {UNHELPED: macs})
        return Fail(f"it does not help: {told}")

    def _told(
        self, run: Run, away: tuple[BaseRadioMac, ...], stuck: tuple[BaseRadioMac, ...]
    ) -> str:
        served, meant = len(self._served(run)), len(self._meant(run))
        words = [f"{served - len(away)} of {served} APs that served are back"]
        if meant:
            words.append(f"{meant - len(stuck)} of {meant} that it is for are registered")
        if away or stuck:
            words.append(f"missing: {', '.join(str(mac) for mac in (*away, *stuck)[:NAMED])}")
        return "; ".join(words)

    def _news(self, run: Run, well: str) -> dict[str, str]:
        return {} if run.facts(self.name).get(WELL) == well else {WELL: well}
