"""Take the servers off that we added, unless the clock was repaired by them: then they stay.

Those that were there before were never touched, and what others added or changed is theirs.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import RemoveNtp
from service.domain.ntp import NtpEntry
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.mending import removal_lines
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send
from service.domain.steps.repair import added, added_there, is_kept

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class RestoreAdded:
    """NTP as captured, or as captured with what was added."""

    name: str = "restore-ntp"
    summary: str = "take the added NTP servers off again, if the clock was not repaired"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        ours = added(run)
        if not ours.entries:
            return Done("NTP was never touched by us")
        if is_kept(run):
            return Done(f"kept: {', '.join(ours.labels)}")
        if view.ntp is None:
            return _fail(run, "the NTP configuration cannot be read", ours.entries)
        there = added_there(run, view.ntp)
        if not there.entries:
            return Done("nothing that we added is there")
        sent = run.sent_in(self.name, RemoveNtp)
        if len(sent) >= ATTEMPTS:
            return _fail(run, f"could not be taken off: {sent[-1].detail}", there.entries)
        return Send(RemoveNtp(there))


def _fail(run: Run, why: str, entries: tuple[NtpEntry, ...]) -> Fail:
    left = tuple(f"left: ntp {entry.label}" for entry in entries)
    return Fail(why, left=left, mend=removal_lines(run.charter.by_hand, entries))
