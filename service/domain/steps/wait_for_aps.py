"""Wait for the finding's APs, and only for them, with the clock in the past.

Ends when all are registered, when none that is missing has moved for a while after the one reset
that each may get, or when the policy's limit is reached. An AP whose download moves is never
reset.
Meanwhile the controller is watched: a clock or NTP that is no longer ours, a guard that is gone or
a save by somebody else end the window at once.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, ResetAp
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.observation import ApSighting, ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.set_false_clock import FALSE_TOLERANCE_S, false_sent, off_course_s


@dataclass(frozen=True, slots=True)
class WaitForAps:
    """See the finding's APs register."""

    name: str = "wait-for-aps"
    summary: str = "wait for the stuck APs to take the image and register"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.CLOCK,
            Topic.NTP_CONFIG,
            Topic.TIMERS,
            Topic.SAVED,
            Topic.AP_JOIN,
            Topic.AP_JOIN_STATS,
        }
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        disturbed = disturbance(run, view, moment)
        if disturbed is not None:
            return Fail(disturbed)
        aps = {ap.mac: ap for ap in view.aps or ()}
        wanted = [ap.mac for ap in run.charter.aps]
        missing = [mac for mac in wanted if not is_home(aps.get(mac))]
        progress = f"{len(wanted) - len(missing)} of {len(wanted)} APs registered"
        if not missing:
            return Done(progress)
        policy = run.charter.policy
        if moment.now.seconds_since(run.since(self.name)) >= policy.wait_for_aps_s:
            return Done(f"{progress}; the limit of {policy.wait_for_aps_s:g} s is reached")
        news = self._news(run, aps, wanted)
        if news:
            return Hold(policy.poll_every_s, progress, news)
        return self._stragglers(run, missing, progress, moment.now)

    def _news(
        self, run: Run, aps: dict[BaseRadioMac, ApSighting], wanted: list[BaseRadioMac]
    ) -> dict[str, str]:
        """What moved since it was last remembered, by MAC."""
        known = run.facts(self.name)
        signs = {str(mac): signature(aps.get(mac)) for mac in wanted}
        return {mac: sign for mac, sign in signs.items() if known.get(mac) != sign}

    def _stragglers(
        self, run: Run, missing: list[BaseRadioMac], progress: str, now: Instant
    ) -> Move:
        policy = run.charter.policy
        resets = {
            s.change.mac: s.at for s in run.sent_in(self.name) if isinstance(s.change, ResetAp)
        }
        still = {mac: now.seconds_since(self._last_moved(run, mac)) for mac in missing}
        for mac in missing:
            if mac not in resets and still[mac] >= policy.reboot_stragglers_after_s:
                return Send(ResetAp(mac))
        given_up = [
            mac
            for mac in missing
            if mac in resets
            and min(still[mac], now.seconds_since(resets[mac])) >= policy.no_progress_s
        ]
        if len(given_up) == len(missing):
            return Done(f"{progress}; the others did not move for {policy.no_progress_s:g} s")
        return Hold(policy.poll_every_s, progress)

    def _last_moved(self, run: Run, mac: BaseRadioMac) -> Instant:
        return run.when(self.name, str(mac)) or run.since(self.name)


def is_home(ap: ApSighting | None) -> bool:
    """Whether an AP is registered; a controller registers no AP on another version than its own."""
    return ap is not None and ap.state is ApState.REGISTERED


def signature(ap: ApSighting | None) -> str:
    """Everything of an AP that moves while it gets on."""
    if ap is None:
        return "absent"
    return f"{ap.state} {ap.download_percent} {ap.download_started} {ap.boot_time} {ap.version}"


def disturbance(run: Run, view: ControllerView, moment: Moment) -> str | None:  # noqa: PLR0911
    """Why the window has to close at once, or None. One check a line: order is urgency."""
    sent = false_sent(run)
    if view.clock is None or view.ntp is None or view.timers is None or sent is None:
        return "clock, NTP or applets cannot be read"
    names = {timer.name for timer in view.timers}
    if not any(guard.name in names for guard in run.guards()):
        return "the dead-man's switch is gone: it fired, or somebody deleted it"
    off_s = off_course_s(run, view, sent, moment)
    if off_s is None or abs(off_s) > FALSE_TOLERANCE_S:
        return f"somebody else set the clock: it shows {view.clock.device_time:%Y-%m-%d %H:%M:%S}"
    if view.ntp.entries:
        return f"somebody else added {', '.join(view.ntp.labels)}"
    if names & {CLOCK, CANARY}:
        return "a timer of ours that should be gone is there"
    if view.unsaved is False:
        return "somebody else saved the configuration while it was ours"
    return None
