"""A controller that is polled alone, its clock wrong: found, and planned for, or left alone."""

import pytest

from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.plan import Asked, NoPlan, Plan
from service.usecases.plan import propose
from service.usecases.poll import poll
from service.usecases.sweep import judge
from tests.support.repair_stage import DEAD, KNOWS, WANTED, RepairStage

HOUR_S = 3600.0


def stage_of(**fields) -> RepairStage:
    """A host that vouches for nothing: only servers tell the time."""
    stage = RepairStage.for_workers(**fields)
    stage.clock.vouches = False
    return stage


def proposed(stage: RepairStage, **answers: float):
    servers = {name.replace("_", "."): error_s for name, error_s in answers.items()}
    process = stage.process(servers=servers or {WANTED: 0.0, KNOWS: 0.0})
    return propose(process.context, stage.box.name, Asked())


def issues(stage: RepairStage, servers: dict[str, float]) -> list[str]:
    context = stage.process(servers=servers).context
    (judged,) = judge(context, [poll(context, stage.controller)])
    return [finding.issue for finding in judged.diagnosis.findings]


def test_two_servers_that_answer_prove_it_and_its_repair_is_planned():
    stage = stage_of(wanted=(WANTED, KNOWS))
    proposal = proposed(stage)
    assert proposal.finding is not None
    assert proposal.finding.issue == "CLOCK-SKEW"
    assert isinstance(proposal.planned, Plan)
    charter = proposal.planned.charter
    assert charter.strategy == "clock-repair"
    assert charter.true_time.sources == (f"NTP server {WANTED}", f"NTP server {KNOWS}")
    assert [entry.host for entry in charter.repair.servers.entries] == [WANTED, KNOWS]
    assert proposal.payloads["repair-clock"][0] != ()


def test_one_server_alone_accuses_nobody():
    stage = stage_of(wanted=(WANTED, KNOWS))
    assert issues(stage, {WANTED: 0.0}) == []
    assert issues(stage, {WANTED: 0.0, KNOWS: 40.0}) == []
    assert issues(stage, {WANTED: 0.0, KNOWS: 1.0}) == ["CLOCK-SKEW"]


def test_a_clock_in_sync_with_a_wrong_server_is_found_and_not_set():
    wrong = NtpConfig((NtpEntry("server", "server-list", DEAD),))
    stage = stage_of(off_s=HOUR_S, wanted=(WANTED, KNOWS), ntp=wrong)
    stage.box.synced = True
    proposal = proposed(stage)
    assert proposal.finding is not None
    assert isinstance(proposal.planned, NoPlan)
    assert f"in sync with {DEAD}" in proposal.planned.reason


@pytest.mark.parametrize("off_s", [0.0, 20.0])
def test_nobody_is_asked_for_the_time_of_a_clock_that_is_near_enough(off_s):
    stage = stage_of(off_s=off_s, wanted=(WANTED, KNOWS))
    process = stage.process()
    judge(process.context, [poll(process.context, stage.controller)])
    assert process.context.time_servers.asked == []  # type: ignore[attr-defined]


def test_a_host_that_is_off_finds_by_asking_that_the_controller_is_right():
    stage = stage_of(off_s=0.0, wanted=(WANTED, KNOWS))
    stage.clock.off_s = 900.0
    process = stage.process()
    (judged,) = judge(process.context, [poll(process.context, stage.controller)])
    assert judged.diagnosis.findings == ()
    assert judged.clock_offset_s == pytest.approx(0.0, abs=1.0)
