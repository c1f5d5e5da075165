"""Many controllers and a store: what workers do to them is written down without touching a box."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from service.domain.diagnosis import Diagnosis
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.identity import BaseRadioMac
from service.domain.journal import Closed, FinalState, Opened
from service.domain.observation import ApState
from service.domain.policy import Policy
from service.ports.requests import AskedSweep, Kind, PlanAnswer
from service.usecases.campaign import advance_campaign
from service.usecases.context import Context
from service.usecases.follow_up import follow_up
from service.usecases.poll import Polled
from service.usecases.sweep import Judged, Sweep
from tests.support.builders import CONTROLLER, POLICY, charter, look
from tests.support.crew import crew_stage
from tests.support.stage import Stage

MENDS = replace(POLICY, on_finding="remediate", approval="none", waves=(1, 2), retry_after_s=3600)
MACS = tuple(BaseRadioMac.parse(f"84:3d:c6:00:01:{number:02x}") for number in range(9))


def found(name: str, aps: int = 1, **fields) -> Finding:
    affected = tuple(AffectedAp(mac, None, None, ApState.DOWNLOADING) for mac in MACS[:aps])
    made = Finding(name, "FN72524", Confidence.PROBABLE, affected)
    return replace(made, **fields)


@dataclass
class Convoy:
    """A fleet of c1, c2 ... of one policy; or, with a context, the one that it knows."""

    size: int = 6
    policy: Policy = MENDS
    stage: Stage = None
    context: Context = None

    def __post_init__(self) -> None:
        if self.context is None:
            self.stage = crew_stage(self.policy)
            context = self.stage.process().context
            names = [f"c{number}" for number in range(1, self.size + 1)]
            fleet = tuple(replace(CONTROLLER, name=name, policy=self.policy) for name in names)
            inventory = replace(context.inventory, controllers=fleet)
            self.context = replace(context, inventory=inventory)
        self.names = self.context.inventory.names

    @property
    def store(self):
        return self.stage.store

    @property
    def now(self):
        return self.stage.clock.now().wall

    # -- sweeps ----------------------------------------------------------------------------

    def sweep(self, *findings: Finding, by: str = "schedule nightly") -> None:
        """A sweep that found these, and what follows from it."""
        by_name = {finding.controller: finding for finding in findings}
        judged = tuple(
            Judged(
                Polled(self.context.controller(name), look(), {}),
                Diagnosis(findings=(finding,)),
                None,
                None,
            )
            for name, finding in by_name.items()
        )
        asked = AskedSweep("s1", self.now, by, tuple(by_name))
        follow_up(self.context, asked, Sweep("s1", self.now, self.now, judged))

    def sweep_all(self) -> None:
        self.sweep(*(found(name) for name in self.names))

    # -- what workers do -------------------------------------------------------------------

    @property
    def campaign(self):
        newest = self.store.campaigns(limit=1)
        return newest[0] if newest else None

    def on(self, seconds: float = 6.0) -> None:
        """Time passes, and a worker looks after the campaign as often as it is due."""
        self.stage.world.advance(seconds)
        for _ in range(6):
            if self.campaign is not None:
                advance_campaign(self.context, self.campaign.id)
            self.stage.world.advance(1.0)

    def wave(self) -> list[str]:
        """Who is in a wave and has not ended."""
        return [t.controller for t in self.store.targets(self.campaign.id) if t.fate == "begun"]

    def target(self, name: str):
        (one,) = [t for t in self.store.targets(self.campaign.id) if t.controller == name]
        return one

    def plan(self, *names: str, reason: str = "") -> None:
        """Workers answer the questions for plans; with a reason there is none."""
        for name in names:
            plan = self.store.newest_plan(name)
            digest = "" if reason else hashlib.sha256(name.encode()).hexdigest()
            expires = self.now + timedelta(days=1)
            document = {"plan": None, "reason": reason}
            self.store.answer_plan(plan.id, PlanAnswer("done", digest, expires, document))
            self.store.forget_due(Kind.PLAN, plan.id)
        self.on()

    def begin(self, name: str) -> str:
        """A worker opens the remediation that waits."""
        (asked,) = self.store.waiting_to_begin(name)
        lease = self.store.acquire(name, self.stage.process().holder, ttl_s=600)
        opened = Opened(charter(controller=name, digest=asked.digest))
        self.store.open_remediation(asked.id, opened, at=self.stage.clock.now(), lease=lease)
        return asked.id

    def end(self, *names: str, state: FinalState = "succeeded") -> None:
        """Plan, open and close it."""
        self.plan(*(name for name in names if not self.target(name).remediation))
        for name in names:
            item = self.begin(name)
            lease = self.store.lease_of(name)
            closed = Closed(state, f"it {state}", 0, 0)
            self.store.append(item, closed, after=1, at=self.stage.clock.now(), lease=lease)
            self.store.release(lease)
            self.store.forget_due(Kind.REMEDIATION, item)
        self.on()

    def fates(self) -> dict[str, str]:
        return {t.controller: str(t.fate) for t in self.store.targets(self.campaign.id)}
