"""The last look: everything is as it was, and the recovered APs stay."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import TIMER_PREFIX
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import CLOCK_TOLERANCE_S, Done, Fail, Hold, Moment, Move
from service.domain.steps.set_false_clock import false_sent
from service.domain.steps.set_true_clock import offset_s
from service.domain.steps.wait_for_aps import is_home


@dataclass(frozen=True, slots=True)
class Verify:
    """NTP identical, clock true, nothing of ours left, APs registered for a while at true time."""

    remediation: str
    name: str = "verify"
    summary: str = "verify clock, NTP, applets and that the APs stay registered"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.CLOCK, Topic.NTP_CONFIG, Topic.TIMERS, Topic.AP_JOIN, Topic.AP_JOIN_STATS}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        differences = self._differences(run, view, moment)
        if differences:
            return Fail("the controller is not as it was", left=differences)
        stay_s = run.charter.policy.stay_registered_s
        home_since = run.ended_at("set-true-time")
        came = self._came(run)
        if false_sent(run) is not None and home_since is not None and came:
            for_s = moment.now.seconds_since(home_since)
            if for_s < stay_s:
                wait = min(run.charter.policy.poll_every_s, stay_s - for_s)
                return Hold(max(wait, 1.0), f"APs registered for {for_s:.0f} of {stay_s:g} s")
        aps = {ap.mac: ap for ap in view.aps or ()}
        home = sum(is_home(aps.get(ap.mac)) for ap in run.charter.aps)
        return Done(f"{home} of {len(run.charter.aps)} APs registered; clock, NTP and applets true")

    def _came(self, run: Run) -> bool:
        return run.ended_at("wait-for-aps") is not None

    def _differences(self, run: Run, view: ControllerView, moment: Moment) -> tuple[str, ...]:
        if view.ntp is None or view.clock is None or view.timers is None:
            return ("clock, NTP or applets cannot be read",)
        captured = run.charter.ntp
        found = [f"missing: ntp {label}" for label in captured.without(view.ntp).labels]
        found += [f"changed: ntp {ours.label}" for ours, _ in captured.altered_in(view.ntp)]
        found += [f"added by others: ntp {label}" for label in view.ntp.without(captured).labels]
        found += [
            f"applet {timer.name} is left"
            for timer in view.timers
            if timer.name.startswith(TIMER_PREFIX) and self.remediation in timer.description
        ]
        off_s = offset_s(view, moment)
        if off_s is not None and abs(off_s) > CLOCK_TOLERANCE_S and false_sent(run) is not None:
            found.append(f"the clock is {off_s:+.1f} s from true time")
        return tuple(found)
