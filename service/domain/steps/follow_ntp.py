"""See the repaired clock follow its servers, within two seconds of true time.

Without any server nothing holds it: it is true, and that is all.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.ntp_in_sync import LOOK_EVERY_S
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.repair import FOLLOW, follows_another
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.set_true_clock import is_true


@dataclass(frozen=True, slots=True)
class FollowNtp:
    """Wait until the clock is held, as long as the policy waits for NTP."""

    name: str = FOLLOW
    summary: str = "wait until the controller follows NTP at true time"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.NTP_CONFIG, Topic.NTP_STATE, Topic.CLOCK, Topic.TIMERS}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.ntp is not None and not view.ntp.entries:
            return Done("no NTP server is there: nothing holds the clock")
        off_s, state = offset_s(view, moment), view.ntp_state
        offset = "not known" if off_s is None else f"{off_s:+.1f} s from true time"
        follows = follows_another(state)
        if state is not None and follows and is_true(view, moment):
            return Done(f"in sync with {state.system_peer}, {offset}")
        limit_s = run.charter.policy.ntp_sync_s
        if run.elapsed_s(run.since(self.name), moment.now) < limit_s:
            pause_s = min(LOOK_EVERY_S, run.charter.policy.poll_every_s)
            return Hold(pause_s, f"waiting for NTP: clock {offset}")
        if state is not None and follows:
            return Fail(f"NTP leads it astray: in sync with {state.system_peer}, {offset}")
        if state is None and is_true(view, moment):
            return Done(f"the controller does not tell whom it follows; clock {offset}")
        return Fail(f"not in sync with NTP after {limit_s:g} s; clock {offset}")
