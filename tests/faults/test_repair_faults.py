"""clock-repair over the fake stage: kills at every point, lost replies, foreign hands, a person."""

from dataclasses import replace

import pytest

from service.domain.changes import AddNtp, RemoveNtp, SaveConfig, SetClock
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.plan import NoPlan
from service.domain.remediation import Run
from service.domain.remediation_document import remediation_document
from service.domain.wallclock import ClockZone
from service.errors import NotApproved
from service.usecases.begin import Later, begin
from service.usecases.decide import approve_plan
from service.usecases.recover import lease_for
from service.usecases.remediate import Person, approve, open_remediation
from service.usecases.show import show_remediation
from tests.support.builders import POLICY
from tests.support.crew import Crew
from tests.support.fake_driver import Killed, Trap
from tests.support.kill_points import effects, effects_and_sends, sends
from tests.support.recording_queue import RecordingQueue
from tests.support.repair_stage import DEAD, WANTED, RepairStage, broken_repair, hosts

LEASE_S = 121.0


def by_timers() -> RepairStage:
    return RepairStage()


def by_command() -> RepairStage:
    """It takes UTC where local time was meant, so it is set a second time."""
    return RepairStage(timers=False, takes_utc=True, zone=ClockZone(60, None, "CET"))


def unfollowed() -> RepairStage:
    """Its servers never answer, so it ends rolled back."""
    stage = RepairStage(policy=replace(POLICY, ntp_sync_s=20))
    stage.box.quirks.ntp_reachable = False
    return stage


MADE = [by_timers, by_command, unfollowed]


def points(made) -> list[str]:
    stage = made()
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


def settings_of(stage) -> list[SetClock]:
    return [change for change in stage.line.sent if isinstance(change, SetClock)]


def steps_of(stage) -> dict[str, str]:
    (row,) = stage.store.remediations()
    document = remediation_document(row.id, Run(stage.store.journal(row.id)))
    return {step["name"]: step["detail"] for step in document["steps"]}


@pytest.mark.parametrize("timers", [True, False])
def test_it_is_set_once_follows_the_added_server_and_is_saved(timers):
    stage = RepairStage(timers=timers)
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert (closed.recovered, closed.remaining) == (0, 0)
    assert "found -86400.0 s from true time" in closed.detail
    assert len(settings_of(stage)) == 1
    assert hosts(stage.box.startup.ntp) == [DEAD, WANTED]
    assert stage.box.synced
    assert broken_repair(stage, closed) == []
    assert "now +0.0 s; in sync" in steps_of(stage)["verify"]


def test_servers_that_nobody_follows_are_taken_off_again_and_the_clock_stays_true():
    stage = unfollowed()
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "not in sync with NTP" in closed.detail
    assert abs(stage.box.offset_s) < 2
    assert hosts(stage.box.ntp.entries) == [DEAD]
    assert broken_repair(stage, closed) == []


def test_without_any_server_the_time_is_set_and_nothing_else():
    stage = RepairStage(wanted=(), ntp=NtpConfig())
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert "nothing holds the clock" in closed.detail
    assert not any(isinstance(change, AddNtp) for change in stage.line.sent)
    assert broken_repair(stage, closed) == []


def test_a_box_that_takes_utc_is_set_a_second_time():
    stage = by_command()
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert [change.reads for change in settings_of(stage)] == ["local", "utc"]
    assert broken_repair(stage, closed) == []


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("after_s", [0.0, 900.0])
@pytest.mark.parametrize("in_flight", [False, True], ids=["", "in-flight"])
def test_whoever_restores_after_a_kill_anywhere_leaves_it_repaired_or_as_it_was(
    made, after_s, in_flight
):
    failures = {}
    tried = sends if in_flight else effects
    for number, name in tried(points(made)).items():
        stage = made()
        process = stage.process(trap=Trap(number, in_flight))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        stage.settle(after_s)
        closed = stage.restore()
        stage.settle(120)  # whatever is still in flight arrives
        if found := broken_repair(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_another_host_goes_on_when_the_lease_has_run_out():
    failures = {}
    for number, name in effects_and_sends(points(by_timers)).items():
        stage = by_timers()
        process = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        stage.settle(LEASE_S)
        closed = stage.restore(stage.process(host="host-2"))
        stage.settle(120)
        if found := broken_repair(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


@pytest.mark.parametrize("fate", ["busy", "refused", "unsent", "lost-before", "lost-after", "late"])
@pytest.mark.parametrize("made", MADE)
def test_a_change_that_goes_wrong_once_is_looked_at_before_it_is_sent_again(made, fate):
    undisturbed = made()
    undisturbed.remediate()
    for number in range(len(undisturbed.line.sent)):
        stage = made()
        stage.line.changes[number] = fate
        closed = stage.remediate()
        stage.settle(120)
        assert broken_repair(stage, closed) == [], number


def test_servers_that_somebody_adds_meanwhile_end_it_and_stay():
    stage = by_timers()
    theirs = NtpEntry("server", "server-list", "203.0.113.7")

    def on_change(_: int, change: object) -> None:
        if isinstance(change, SetClock):
            stage.box.set_ntp((*stage.box.ntp.entries, theirs))

    stage.line.on_change = on_change
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "changed by somebody else" in closed.detail
    assert hosts(stage.box.ntp.entries) == [DEAD, "203.0.113.7"]
    assert SaveConfig() not in stage.line.sent


def test_a_kept_server_that_goes_behind_our_back_is_said():
    stage = by_timers()

    def on_change(_: int, change: object) -> None:
        if isinstance(change, SaveConfig):
            stage.box.set_ntp(stage.box.ntp.entries[:1])

    stage.line.on_change = on_change
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert f"missing: ntp server {WANTED}" in closed.left
    assert f"ntp server {WANTED}" in closed.mend


def test_an_interrupt_takes_the_server_off_and_keeps_true_time():
    stage = unfollowed()
    closed = stage.remediate(
        interrupted=lambda: "interrupted" if WANTED in hosts(stage.box.ntp.entries) else None
    )
    assert closed.state == "rolled-back"
    assert sum(isinstance(change, RemoveNtp) for change in stage.line.sent) == 1
    assert broken_repair(stage, closed) == []


def test_an_interrupt_before_the_first_change_cancels_it():
    stage = by_command()
    closed = stage.remediate(interrupted=lambda: "interrupted")
    assert closed.state == "cancelled"
    assert stage.box.offset_s == stage.found_s


def test_a_box_whose_timers_do_not_run_is_left_as_it_was():
    stage = RepairStage()
    stage.box.quirks.eem_dead = True
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert stage.box.offset_s == stage.found_s
    assert broken_repair(stage, closed) == []


def test_a_box_that_falls_silent_is_handed_over_with_the_lines():
    stage = by_command()
    stage.line.on_read = lambda n: setattr(stage.box, "unreachable", n >= 4)
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert closed.left
    assert any("config time manual" in line for line in closed.mend)


def test_a_server_that_leads_the_clock_astray_goes_before_the_clock_is_set_again():
    stage = by_timers()
    stage.box.quirks.ntp_leads_s = 300.0
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "astray" in closed.detail
    assert broken_repair(stage, closed) == []


# -- a person ----------------------------------------------------------------------------------


def test_a_policy_without_approvals_does_not_begin_it():
    stage = RepairStage(policy=replace(POLICY, approval="none", on_finding="remediate"))
    process = stage.process()
    proposal = stage.propose(process)
    assert not isinstance(proposal.planned, NoPlan)
    by_itself = Person("policy", at_terminal=False)
    with pytest.raises(NotApproved):
        open_remediation(process.context, proposal, by_itself)
    assert stage.store.remediations() == ()
    approve(process.context, proposal.planned, Person("bob"))
    work = open_remediation(process.context, proposal, by_itself)
    assert work.run().charter.approved_by == "bob"
    assert stage.line.sent == []


def test_a_worker_waits_for_a_persons_word_whatever_the_policy_says():
    stage = RepairStage.for_workers(policy=replace(POLICY, approval="none"), wanted=(WANTED,))
    crew = Crew(stage)
    digest = crew.ask(by="ann")
    process = stage.process()
    lease = lease_for(process.context, stage.box.name)
    answer = begin(process.context, "r1", lease)
    assert isinstance(answer, Later)
    assert "needs the word" in answer.why
    assert show_remediation(process.context, "r1")["state"] == "awaiting-approval"
    assert stage.line.sent == []
    approve_plan(process.context, RecordingQueue(), digest, who="bob")
    process.context.store.release(lease)
    closed = crew.until_over(stage.process())
    assert closed.state == "succeeded"
    assert broken_repair(stage, closed) == []
