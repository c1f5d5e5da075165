"""Turn the switches of the certificate policy that have to be turned, one change for each."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import Switch
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.policy import SET, changed_by_others, taken_back, unread
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Each switch by itself; what is already as it is to be is not ours and is left alone."""

    name: str = SET
    summary: str = "let the controller accept the certificates that have run out"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.JOIN_POLICY})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        blind = unread(run, view)
        if blind is not None or view.policies is None:
            return Fail(blind or "")
        wanted = set(run.charter.overrides)
        theirs = [switch for switch in changed_by_others(run, view) if switch not in wanted]
        if theirs:
            named = ", ".join(switch.label for switch in theirs)
            return Fail(f"somebody else changed the certificate policy: {named}")
        if lost := taken_back(run, view):
            return Fail(f"somebody else turned it back: {lost[0].label}")
        for switch in run.charter.overrides:
            if view.policies.of(switch.rule) is not switch.enabled:
                return self._turn(run, switch)
        return Done(", ".join(switch.label for switch in run.charter.overrides))

    def _turn(self, run: Run, switch: Switch) -> Move:
        sent = [s for s in run.sent_in(self.name, SetJoinPolicy) if _is_of(s.change, switch)]
        if sent and (len(sent) >= ATTEMPTS or not sent[-1].may_have_happened):
            return Fail(f"{switch.label} could not be set: {sent[-1].detail}")
        return Send(SetJoinPolicy(switch.rule, before=not switch.enabled, after=switch.enabled))


def _is_of(change: object, switch: Switch) -> bool:
    return isinstance(change, SetJoinPolicy) and change.rule is switch.rule
