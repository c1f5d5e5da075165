"""Put back each captured NTP entry that is missing; what others added stays, for it is theirs."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import AddNtp
from service.domain.ntp import NtpConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class RestoreNtp:
    """Three-way: captured, what we left (nothing), and what is there now."""

    name: str = "restore-ntp"
    summary: str = "put the captured NTP servers back"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        captured = run.charter.ntp
        if view.ntp is None:
            return self._fail("the NTP configuration cannot be read", captured)
        missing = captured.without(view.ntp)
        if missing.entries:
            sent = run.sent_in(self.name)
            if len(sent) >= ATTEMPTS:
                return self._fail(f"could not be added: {sent[-1].detail}", missing)
            return Send(AddNtp(missing))
        altered = captured.altered_in(view.ntp)
        if altered:
            return Fail(
                "somebody else changed entries that we had captured",
                left=tuple(
                    f"{ours.label}: options differ from the captured" for ours, _ in altered
                ),
                mend=tuple(
                    f"compare and correct: {ours.label} {ours.leaves}" for ours, _ in altered
                ),
            )
        return Done(f"all {len(captured.entries)} entries are there")

    def _fail(self, why: str, missing: NtpConfig) -> Fail:
        return Fail(
            why,
            left=tuple(f"missing: ntp {label}" for label in missing.labels),
            mend=tuple(
                " ".join(["ntp", entry.label, *(f"{n} {v}".strip() for n, v in entry.leaves)])
                for entry in missing.entries
            ),
        )
