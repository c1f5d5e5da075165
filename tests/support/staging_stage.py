"""Two controllers that share access points, and what must never be true of them afterwards.

An AP that loops goes, at its next turn, to the controller that it was told of, if that one takes
it; one that serves goes there by itself.
"""

from dataclasses import replace

from service.domain.ap_homes import ApHome, ApHomes
from service.domain.inventory import Controller
from service.domain.journal import Closed
from service.domain.observation import ControllerView, Topic
from service.domain.plan import Asked, Companion, Situation
from service.domain.planning import make_plan
from service.usecases.orphans import due
from service.usecases.plan import ALL_TOPICS, Proposal
from service.usecases.truth import true_time_by
from tests.support.builders import CONTROLLER, POLICY
from tests.support.cases import catalogue
from tests.support.fake_controller import FakeAp, FakeController, Quirks
from tests.support.fake_driver import Line
from tests.support.stage import Process, Stage, ap

STAGE = "stage-1"
ADDRESS = "192.0.2.20"
ELSEWHERE = ApHome("far-1", "203.0.113.9")
SHORT = replace(POLICY, no_progress_s=240, reboot_stragglers_after_s=60)
"""Time enough for a window, and for an AP to come; an AP that is lost is not waited for long."""
HOMES = frozenset({Topic.AP_HOMES})


def told(fake: FakeAp, **homes: ApHome) -> FakeAp:
    """An AP that was told something by somebody else, long ago."""
    fake.homes = ApHomes(fake.mac, fake.name, **homes)
    return fake


class StagingStage(Stage):
    """A stage whose controller has a staging controller.

    Attributes:
        timers: whether both restore themselves; without, guardians have to.
        takes: whether the staging controller takes guests.
        next_policy: the staging controller's; began: what each AP was told at the start.
    """

    def __init__(self, *, timers: bool = True, **fields) -> None:
        super().__init__(quirks=Quirks(has_timers=timers), **fields)
        self.takes = True
        self.next_policy = self.policy
        self.next = FakeController(self.world, STAGE, aps=[], quirks=Quirks(has_timers=timers))
        self.next_line = Line(self.next)
        self.more = {STAGE: self.next_line}
        self.fleet = (self.companion,)
        self.box.choice = self.next.choice = self.choice
        self.began = {one.name: one.homes or ApHomes(one.mac, one.name) for one in self.box.aps}

    @property
    def companion(self) -> Controller:
        return replace(CONTROLLER, name=STAGE, host=ADDRESS, policy=self.next_policy)

    @property
    def controller(self) -> Controller:
        return replace(CONTROLLER, policy=self.policy, staging=STAGE)

    def choice(self, fake: FakeAp) -> FakeController:
        """Where an AP goes next: where it was told, or home."""
        primary = fake.homes.primary if fake.homes else ApHome()
        takes = self.takes and not self.next.unreachable
        return self.next if primary.name == STAGE and takes else self.box

    def lose_next(self) -> None:
        """The staging controller is cut off from everybody; its APs find their way home."""
        self.next.unreachable = True
        for fake in list(self.next.aps):
            self.next.join(fake)

    def look_at(self, process: Process, controller: Controller) -> ControllerView:
        driver = process.context.drivers.open(controller)
        try:
            return driver.read(ALL_TOPICS - {Topic.CERTIFICATES} | HOMES, timeout_s=60)
        finally:
            driver.close()

    def propose(self, process: Process, asked: Asked | None = None) -> Proposal:
        view = self.look_at(process, self.controller)
        there = self.look_at(process, self.companion)
        finding = self.finding(view)
        issue = catalogue().get(finding.issue)
        assert issue is not None
        truth, beside = (true_time_by(process.context, one) for one in (view, there))
        companion = Companion(self.companion, there, beside)
        situation = Situation(finding, issue, self.controller, view, truth, companion=companion)
        planned = make_plan(situation, asked or Asked(), strategy="staging-controller")
        return Proposal(planned, finding, view, {})


def two_waves(**fields) -> StagingStage:
    """Three APs that loop, told different things, and one that is well."""
    aps = [
        ap(1),
        told(ap(2), primary=ELSEWHERE),
        told(ap(3), secondary=ELSEWHERE),
        ap(9, stuck=False),
    ]
    return StagingStage(**{"policy": SHORT, "aps": aps, **fields})


def broken_staging(stage: StagingStage, closed: Closed | None, *, loud: bool = False) -> list[str]:
    """What the design forbids and this stage shows, however it ended.

    Args:
        stage: with time enough passed that nothing is under way any more.
        closed: how it ended; None where nothing was left to restore.
        loud: needs-attention with what is left and how to mend it is an answer, too.
    """
    if closed is None:
        rows = stage.store.remediations(controller=stage.box.name)
        closed = rows[0].closed if rows else None
    found = [f"home: {one}" for one in stage.box.differences()]
    found += [f"next door: {one}" for one in stage.next.differences()]
    found += ["the clock at home was false"] if stage.box.false_s else []
    found += [f"needs a restore: {row.id}" for row in due(stage.process().context)]
    leases = (stage.store.lease_of(name) for name in (stage.box.name, STAGE))
    found += [f"{one}" for one in leases if one is not None and one.holder not in stage.dead]
    found += [line for line in (*stage.box.log, *stage.next.log) if line.startswith("ambiguous")]
    if closed is not None and closed.state == "needs-attention":
        return found if loud and closed.left and closed.mend else [*found, f"{closed}"]
    for name, homes in stage.began.items():
        fake = next((one for one in stage.box.aps if one.name == name), None)
        if fake is None:
            found.append(f"{name} is not at home")
        elif (fake.homes or ApHomes(fake.mac, fake.name)) != homes:
            found.append(f"{name} is told {fake.homes}, was told {homes}")
    if closed is not None and closed.state == "succeeded":
        found += [f"{one.name} loops" for one in stage.box.aps if not one.serves]
    return found
