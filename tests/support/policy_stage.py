"""A stage whose APs are kept off by certificates that ran out, on a box whose policy can be turned.

`broken_policy` asks after everything is over: is what was turned kept for a success and for nothing
else, saved as it was before, and nothing else touched?
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.join_policy import GRANTS, HOLDER, SWITCHES, JoinPolicies, Rule, Switch
from service.domain.journal import Closed
from service.domain.observation import ControllerView
from service.usecases.orphans import due
from tests.support.builders import POLICY
from tests.support.fake_clock import World, store_clock
from tests.support.fake_controller import FakeAp, Quirks
from tests.support.stage import Stage, ap
from tests.support.stores import MemoryStore, file_store

OFF = dict.fromkeys(SWITCHES, False) | {Rule.VALIDATE_SSC_HASH: True}
NO_GRANTS = dict.fromkeys((*GRANTS, HOLDER), False)
MIC = (Rule.IGNORE_MIC_EXPIRY,)


def policies(values: Mapping[Rule, bool] = OFF, unread: Iterable[Rule] = ()) -> JoinPolicies:
    left_out = set(unread)
    return JoinPolicies(
        tuple(Switch(rule, values[rule]) for rule in values if rule not in left_out),
        tuple((rule, "no line of it") for rule in values if rule in left_out),
    )


def kept_off(number: int, **fields) -> FakeAp:
    return ap(number, stuck=False, **{"needs": MIC, **fields})


class PolicyStage(Stage):
    """Some APs that need a switch, one that is well, and an AireOS, which has no timers."""

    def __init__(self, *aps: FakeAp, values: Mapping[Rule, bool] = OFF, **fields) -> None:
        given = list(aps) or [kept_off(1), kept_off(2)]
        quirks = Quirks(has_timers=not set(values) & set(SWITCHES))
        super().__init__(aps=[*given, ap(9, stuck=False)], quirks=quirks, **fields)
        self.box.policies = policies(values)
        self.box.startup = self.box.began_with = self.box.config

    @classmethod
    def for_workers(cls, file: Path | None = None) -> "PolicyStage":
        """With a store that keeps what was asked for, and nobody's approval needed."""
        world = World()
        clock = store_clock(world)
        store = MemoryStore(clock) if file is None else file_store(file, clock)
        return cls(world=world, store=store, policy=replace(POLICY, approval="none"))

    def finding(self, view: ControllerView) -> Finding:
        wanting = {fake.mac for fake in self.box.aps if fake.needs}
        found = tuple(
            AffectedAp.of(one, Confidence.CONFIRMED)
            for one in view.aps or ()
            if one.mac in wanting and not one.is_joined
        )
        return Finding(self.box.name, "FN63942", Confidence.CONFIRMED, found)


class GrantStage(PolicyStage):
    """The same on a Catalyst 9800, whose policy is entries of ours, one for each issuer."""

    def __init__(self, *aps: FakeAp, values: Mapping[Rule, bool] = NO_GRANTS, **fields) -> None:
        given = list(aps) or [kept_off(1, needs=GRANTS[:1]), kept_off(2, needs=GRANTS[1:])]
        super().__init__(*given, values=values, **fields)


def broken_policy(stage: Stage, closed: Closed | None) -> list[str]:
    """What the design forbids and this stage shows."""
    if closed is None:  # nothing was left to restore: it had ended, or never begun
        rows = stage.store.remediations(controller=stage.box.name)
        closed = rows[0].closed if rows else None
    began, now, saved = stage.box.began_with, stage.box.config, stage.box.startup
    found = [] if closed is None or closed.state != "needs-attention" else [f"{closed}"]
    kept = closed is not None and closed.state == "succeeded"
    if kept and any(one.state != "registered" for one in stage.box.aps):
        found.append("a success that left an AP out")
    if not kept and now != began:
        found.append(f"the policy is {now.switches}, was {began.switches}")
    if kept and (now.ntp, now.applets) != (began.ntp, began.applets):
        found.append("more than the policy was touched")
    if saved != now:
        found.append("what is saved is not what runs")
    if due(stage.process().context):
        found.append("a restore is still due")
    return found
