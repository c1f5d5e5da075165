"""Add the NTP servers that the policy wants and the controller lacks; nothing is taken away."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import AddNtp
from service.domain.ntp import NtpConfig
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send
from service.domain.steps.repair import ADD, absent, others

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class AddServers:
    """Every server of the plan that is not there, seen by reading."""

    name: str = ADD
    summary: str = "add the NTP servers that are wanted and missing"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.NTP_CONFIG, Topic.TIMERS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        wanted = run.charter.repair.servers if run.charter.repair else NtpConfig()
        if not wanted.entries:
            return Done("no server is wanted that is not there")
        if view.ntp is None:
            return Fail("the NTP configuration cannot be read")
        theirs = tuple(others(run, view.ntp))
        if theirs:
            return Fail(f"NTP was changed by somebody else: {', '.join(e.label for e in theirs)}")
        missing = absent(wanted, view.ntp)
        if not missing.entries:
            return Done(f"there: {', '.join(wanted.labels)}")
        sent = run.sent_in(self.name, AddNtp)
        if sent and (len(sent) >= ATTEMPTS or not sent[-1].may_have_happened):
            return Fail(f"{', '.join(missing.labels)} could not be added: {sent[-1].detail}")
        return Send(AddNtp(missing))
