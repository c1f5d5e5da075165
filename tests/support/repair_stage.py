"""A stage whose controller's clock is wrong, and two sources beside it that know the time.

`broken_repair` asks after everything is over: is the clock repaired or as it was found, is what was
added kept for a success and for nothing else, and nothing else touched?
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from service.domain.changes import SetClock
from service.domain.finding import Confidence, Finding
from service.domain.journal import Closed
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ControllerView
from service.domain.plan import Asked, Situation
from service.domain.planning import make_plan
from service.domain.wallclock import ClockZone
from service.usecases.orphans import due
from service.usecases.plan import Proposal
from service.usecases.truth import true_time_beside
from tests.support.builders import POLICY
from tests.support.cases import catalogue
from tests.support.fake_clock import World, store_clock
from tests.support.fake_controller import Quirks
from tests.support.policy_stage import policies
from tests.support.stage import Process, Stage, ap
from tests.support.stores import MemoryStore, file_store

WANTED = "198.51.100.1"
KNOWS = "198.51.100.9"
"""A server that knows the time, and that nobody asks to add."""
DEAD = "192.0.2.66"
GONE = NtpConfig((NtpEntry("server", "server-list", DEAD, slot="1"),))
"""A server that answers no more: the usual reason of a clock that went astray."""


class RepairStage(Stage):
    """One controller whose clock is off and follows nobody."""

    def __init__(
        self,
        *,
        off_s: float = -86_400.0,
        wanted: Iterable[str] = (WANTED,),
        ntp: NtpConfig = GONE,
        zone: ClockZone | None = None,
        timers: bool = True,
        takes_utc: bool = False,
        **fields,
    ) -> None:
        policy = replace(fields.pop("policy", POLICY), ntp_servers=tuple(wanted))
        quirks = Quirks(
            has_timers=timers, takes_utc=takes_utc, dead_servers=frozenset({DEAD}),
            follows_within_s=1000.0,
        )  # fmt: skip
        super().__init__(policy=policy, quirks=quirks, aps=[ap(1, stuck=False)], **fields)
        self.box.offset_s, self.box.synced, self.box.ntp = off_s, False, ntp
        self.box.zone = zone or ClockZone()
        self.box.policies = None if timers else policies()
        self.box.startup = self.box.began_with = self.box.config
        self.found_s = off_s

    @classmethod
    def for_workers(cls, file: Path | None = None, **fields) -> "RepairStage":
        """With a store that keeps what was asked for."""
        world = World()
        clock = store_clock(world)
        store = MemoryStore(clock) if file is None else file_store(file, clock)
        return cls(world=world, store=store, **fields)

    def process(self, *, servers: dict[str, float] | None = None, **fields) -> Process:
        answers = {WANTED: 0.0, KNOWS: 0.0} if servers is None else servers
        return super().process(servers=answers, **fields)

    def finding(self, view: ControllerView) -> Finding:
        return Finding(view.controller, "CLOCK-SKEW", Confidence.CONFIRMED)

    def propose(self, process: Process, asked: Asked | None = None) -> Proposal:
        view = self.look(process)
        issue = catalogue().get("CLOCK-SKEW")
        assert issue is not None
        truth = true_time_beside(process.context, view, (KNOWS, *self.policy.ntp_servers))
        finding = self.finding(view)
        situation = Situation(finding, issue, self.controller, view, truth)
        return Proposal(make_plan(situation, asked or Asked()), finding, view, {})


def hosts(entries: Iterable[NtpEntry]) -> list[str]:
    return sorted(entry.host for entry in entries)


def broken_repair(
    stage: RepairStage, closed: Closed | None, *, success: list[str] | None = None
) -> list[str]:
    """What the design forbids and this stage shows.

    Args:
        stage: with time enough passed that nothing is under way any more.
        closed: how it ended; None where nothing was left to restore.
        success: the hosts that a success leaves; None: those that were there and all wanted.
    """
    if closed is None:  # nothing was left to restore: it had ended, or never begun
        rows = stage.store.remediations(controller=stage.box.name)
        closed = rows[0].closed if rows else None
    found = [] if closed is None or closed.state != "needs-attention" else [f"{closed}"]
    kept = closed is not None and closed.state == "succeeded"
    box, began = stage.box, stage.box.began_with
    before = hosts(began.ntp)
    after = success or sorted({*before, *stage.policy.ntp_servers})
    if hosts(box.ntp.entries) != (after if kept else before):
        found.append(f"NTP is {box.ntp.labels}")
    if box.startup != box.config:
        found.append("what is saved is not what runs")
    found += [f"applet {name}" for name in sorted(box.ours)]
    touched = any(line.startswith("clock set") for line in box.log)
    if abs(box.offset_s) > 2.0 and (touched or kept):
        found.append(f"the clock is {box.offset_s:+.1f} s off")
    if not touched and not kept and box.offset_s not in (0.0, stage.found_s):
        found.append("the clock moved by itself")
    found += [line for line in box.log if line.startswith("ambiguous")]
    if any(isinstance(change, SetClock) and change.is_false for change in stage.line.sent):
        found.append("a wrong clock was made wrong again")
    if due(stage.process().context):
        found.append("a restore is still due")
    return found
