"""Take exactly the captured NTP entries off, so that a clock set by hand stays set."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import RemoveNtp
from service.domain.ntp import NtpConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send
from service.domain.steps.restore_ntp import ntp_touched

ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class RemoveNtpServers:
    """Delete the captured entries, each by name; one that is gone is somebody else's doing."""

    name: str = "remove-ntp"
    summary: str = "remove every NTP server and peer, so that the clock stays set"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        captured = run.charter.ntp
        if view.ntp is None:
            return Fail("the NTP configuration cannot be read")
        if not view.ntp.entries and (ntp_touched(run) or not captured.entries):
            return Done(f"{len(captured.entries)} entries removed")
        if not (view.ntp.same_as(captured) or _is_our_rest(run, view.ntp)):
            return Fail(
                f"NTP was changed by somebody else: {', '.join(view.ntp.labels) or 'no entry'} "
                f"instead of {', '.join(captured.labels) or 'none'}"
            )
        sent = run.sent_in(self.name, RemoveNtp)
        if sent and (len(sent) >= ATTEMPTS or not sent[-1].may_have_happened):
            return Fail(f"the entries could not be removed: {sent[-1].detail}")
        gone = captured.without(view.ntp)
        return Send(RemoveNtp(captured.without(gone)))


def _is_our_rest(run: Run, there: NtpConfig) -> bool:
    """Whether this is what a removal of ours left whose outcome nobody saw.

    A box may take it entry by entry, and be cut off in between.
    """
    sent = run.sent_in("remove-ntp", RemoveNtp)
    if not sent or sent[-1].outcome not in ("unknown", None):
        return False
    captured = run.charter.ntp
    return not (there.without(captured).entries or captured.altered_in(there))
