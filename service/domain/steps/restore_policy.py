"""Put back the switches that we turned, unless the APs joined by them: then they stay.

Three-way: a switch that is as captured is done with, whoever saw to that; one that we never touched
is not ours.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import Switch
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.policy import RESTORE, is_kept, turned
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class RestorePolicy:
    """The captured values, the last one turned first."""

    name: str = RESTORE
    summary: str = "put the certificate policy back, if the APs did not join by it"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.JOIN_POLICY})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        ours = turned(run)
        if not ours:
            return Done("the certificate policy was never touched by us")
        if is_kept(run):
            named = ", ".join(switch.label for switch in run.charter.overrides)
            return Done(f"kept, for the APs need it at every rejoin: {named}")
        if view.policies is None:
            return _fail(run, "the certificate policy cannot be read", ours)
        now = {before.rule: view.policies.of(before.rule) for before in ours}
        blind = tuple(before for before in ours if now[before.rule] is None)
        for before in ours:
            if now[before.rule] is (not before.enabled):
                return self._back(run, before)
        if blind:
            return _fail(run, f"{blind[0].rule} cannot be read", blind)
        return Done(f"as captured: {', '.join(before.label for before in ours)}")

    def _back(self, run: Run, before: Switch) -> Move:
        sent = [
            s
            for s in run.sent_in(self.name, SetJoinPolicy)
            if isinstance(s.change, SetJoinPolicy) and s.change.rule is before.rule
        ]
        if len(sent) >= ATTEMPTS:
            return _fail(run, f"could not be put back: {sent[-1].detail}", (before,))
        return Send(SetJoinPolicy(before.rule, before=not before.enabled, after=before.enabled))


def _fail(run: Run, why: str, switches: tuple[Switch, ...]) -> Fail:
    return Fail(
        why,
        left=tuple(f"not put back: {switch.label}" for switch in switches),
        mend=tuple(run.charter.by_hand.policy_line(switch) for switch in switches),
    )
