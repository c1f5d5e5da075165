"""Put back each captured NTP entry that is missing; what others added stays, for it is theirs."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import AddNtp, RemoveNtp
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.mending import ntp_lines, ntp_text
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class RestoreNtp:
    """Three-way: captured, what we left (nothing), and what is there now."""

    name: str = "restore-ntp"
    summary: str = "put the captured NTP servers back"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not ntp_touched(run):
            return Done("NTP was never touched by us")
        captured = run.charter.ntp
        if view.ntp is None:
            return self._fail("the NTP configuration cannot be read", run, captured)
        missing = NtpConfig(
            (*captured.without(view.ntp).entries, *_half_added(run, captured, view.ntp))
        )
        if missing.entries:
            sent = run.sent_in(self.name, AddNtp)
            if len(sent) >= ATTEMPTS:
                return self._fail(f"could not be added: {sent[-1].detail}", run, missing)
            return Send(AddNtp(missing))
        altered = captured.altered_in(view.ntp)
        if altered:
            by_hand = run.charter.by_hand
            return Fail(
                "somebody else changed entries that we had captured",
                left=tuple(changed_text(ours, theirs) for ours, theirs in altered),
                mend=tuple(
                    f"{line}   ! as captured; compare before you take it"
                    for line in ntp_lines(by_hand, (ours for ours, _ in altered))
                ),
            )
        return Done(f"all {len(captured.entries)} entries are there")

    def _fail(self, why: str, run: Run, missing: NtpConfig) -> Fail:
        return Fail(
            why,
            left=tuple(f"missing: ntp {label}" for label in missing.labels),
            mend=ntp_lines(run.charter.by_hand, missing.entries),
        )


def _half_added(run: Run, captured: NtpConfig, there: NtpConfig) -> tuple[NtpEntry, ...]:
    """Entries whose options are missing, where a change of ours may have got no further.

    A box that takes an entry by several lines may be lost between them.
    """
    ours = [
        entry
        for sent in run.sent
        if isinstance(sent.change, AddNtp | RemoveNtp) and sent.outcome in ("unknown", None)
        for entry in sent.change.entries.entries
    ]
    return tuple(
        entry
        for entry, other in captured.altered_in(there)
        if entry in ours and entry.is_all_but_options_of(other)
    )


def changed_text(ours: NtpEntry, theirs: NtpEntry) -> str:
    """What somebody else made of an entry of ours."""
    return f"changed: ntp {ours.label} is now: {ntp_text(theirs)}"


def ntp_touched(run: Run) -> bool:
    """Whether an entry may have gone by our doing; else what is missing is somebody else's wish."""
    return run.may_have_sent(RemoveNtp)
