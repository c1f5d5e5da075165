"""See the controller follow NTP again, within two seconds of true time."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.restore_ntp import ntp_touched
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.set_true_clock import is_true

LOOK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class NtpInSync:
    """Wait for synchronisation where there was one before."""

    name: str = "ntp-in-sync"
    summary: str = "wait until the controller follows NTP"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.NTP_STATE, Topic.CLOCK, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not ntp_touched(run):
            return Done("NTP was never touched by us")
        if not run.charter.ntp.entries or not run.charter.ntp_was_synchronised:
            return Done("NTP was not in sync before and is not waited for")
        in_sync = view.ntp_state is not None and view.ntp_state.synchronised
        if in_sync and is_true(view, moment) is not False:
            off_s = offset_s(view, moment)
            offset = "" if off_s is None else f", {off_s:+.1f} s from true time"
            peer = view.ntp_state.system_peer if view.ntp_state else None
            return Done(f"in sync with {peer}{offset}")
        limit = run.charter.policy.ntp_sync_s
        if run.elapsed_s(run.since(self.name), moment.now) >= limit:
            return Fail(
                f"not in sync with NTP after {limit:g} s",
                left=("the controller does not follow NTP",),
                mend=(run.charter.by_hand.look_at_sync, run.charter.by_hand.look_at_clock),
            )
        return Hold(min(LOOK_EVERY_S, run.charter.policy.poll_every_s), "waiting for NTP sync")
