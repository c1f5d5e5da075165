"""Wait for the finding's APs, and only for them, with the clock in the past.

Ends when all are registered, when none that is missing has moved for a while after the one reset
that each may get, or when the policy's limit is reached. An AP whose download moves is never
reset.
Meanwhile the controller is watched: a clock or NTP that is no longer ours, a save by somebody else
or an AP that the window keeps off end it at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import CANARY, CLOCK, ResetAp
from service.domain.counted_back import alike
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps import bystanders
from service.domain.steps.ours import ours
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.set_false_clock import FALSE_TOLERANCE_S, false_sent, off_course_s

SHOWN_AS_UNSAVED_S = 10.0
"""How long after an edit of ours a box may still call its configuration saved (unverified)."""


@dataclass(frozen=True, slots=True)
class WaitForAps:
    """See the finding's APs register."""

    remediation: str
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
        disturbed = disturbance(self.remediation, run, view, moment)
        if disturbed is not None:
            return Fail(disturbed)
        policy, aps = run.charter.policy, sightings(view)
        limit = run.elapsed_s(run.since(self.name), moment.now) >= policy.wait_for_aps_s
        if aps is None:
            over = Done("the APs cannot be read, and the limit is reached")
            return over if limit else Hold(policy.poll_every_s, "the APs cannot be read")
        missing = [ap.mac for ap in run.charter.aps if not is_home(aps.get(ap.mac))]
        progress = f"{len(run.charter.aps) - len(missing)} of {len(run.charter.aps)} APs registered"
        if not missing:
            return Done(progress)
        if limit:
            return Done(f"{progress}; the limit of {policy.wait_for_aps_s:g} s is reached")
        kept_off = bystanders.kept_off(self.name, run, moment.now)
        if kept_off is not None:
            return Fail(kept_off)
        news = self._news(run, aps) | bystanders.news(self.name, run, view)
        due = self._stragglers(run, missing, news, moment)
        return due or Hold(policy.poll_every_s, progress, news)

    def _news(self, run: Run, aps: Mapping[BaseRadioMac, ApSighting]) -> dict[str, str]:
        """What moved since it was last remembered, by MAC."""
        seen = {str(ap.mac): aps.get(ap.mac) for ap in run.charter.aps}
        return moved(run.facts(self.name), seen)

    def _stragglers(
        self, run: Run, missing: list[BaseRadioMac], news: Mapping[str, str], moment: Moment
    ) -> Move | None:
        """Reset the first that is due, or give up on all; None where some may yet move."""
        policy = run.charter.policy
        resets = {
            sent.change.mac: run.elapsed_s(sent.at, moment.now)
            for sent in run.sent_in(self.name, ResetAp)
            if isinstance(sent.change, ResetAp)
        }
        still = {mac: self._still_s(run, mac, news, moment) for mac in missing}
        for mac in missing:
            if mac not in resets and still[mac] >= policy.reboot_stragglers_after_s:
                return Send(ResetAp(mac))
        if any(min(still[mac], resets.get(mac, 0.0)) < policy.no_progress_s for mac in missing):
            return None
        named = ", ".join(str(mac) for mac in missing[:5])
        return Done(f"{len(missing)} APs did not move for {policy.no_progress_s:g} s: {named}")

    def _still_s(
        self, run: Run, mac: BaseRadioMac, news: Mapping[str, str], moment: Moment
    ) -> float:
        """For how long an AP has not moved."""
        if str(mac) in news:
            return 0.0
        moved = run.when(self.name, str(mac)) or run.since(self.name)
        return run.elapsed_s(moved, moment.now)


def is_home(ap: ApSighting | None) -> bool:
    """Whether an AP is registered; a controller registers no AP on another version than its own."""
    return ap is not None and ap.state is ApState.REGISTERED


def sightings(view: ControllerView) -> dict[BaseRadioMac, ApSighting] | None:
    """The APs by MAC; None where the table of joined APs was not read: absence is no news then."""
    if view.aps is None or Topic.AP_JOIN in view.unknown:
        return None
    return {ap.mac: ap for ap in view.aps}


def moved(known: Mapping[str, str], seen: Mapping[str, ApSighting | None]) -> dict[str, str]:
    """The signatures of those that are not as they are remembered, by the name of the fact.

    A time that is counted back is told a moment apart by each look: that is no movement.
    """
    signs = {name: _signatures(ap) for name, ap in seen.items()}
    return {name: told[0] for name, told in signs.items() if known.get(name) not in told}


def _signatures(ap: ApSighting | None) -> tuple[str, ...]:
    """The ways of telling everything of an AP that moves while it gets on."""
    return ("absent",) if ap is None else tuple(map(_signature, alike(ap)))


def _signature(ap: ApSighting) -> str:
    return f"{ap.state} {ap.download_percent} {ap.download_started} {ap.boot_time} {ap.version}"


def disturbance(remediation: str, run: Run, view: ControllerView, moment: Moment) -> str | None:
    """Why the window has to close at once, or None. One check a line: causes first."""
    sent = false_sent(run)
    if view.clock is None or view.ntp is None or view.timers is None or sent is None:
        return "clock, NTP or applets cannot be read"
    if view.ntp.entries:  # named first: a clock that follows them is no second hand's work
        return f"somebody else added {', '.join(view.ntp.labels)}"
    off_s = off_course_s(run, view, sent, moment)
    if off_s is None or abs(off_s) > FALSE_TOLERANCE_S:
        return f"somebody else set the clock: it shows {view.clock.device_time:%Y-%m-%d %H:%M:%S}"
    if ours(remediation, run, view) & {CLOCK, CANARY}:
        return "a timer of ours that should be gone is there"
    settled = run.elapsed_s(run.sent[-1].at, moment.now) >= SHOWN_AS_UNSAVED_S
    if view.unsaved is False and settled:
        return "somebody else saved the configuration while it was ours"
    return None
