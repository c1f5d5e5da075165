"""expired-cert-override over the fake stage: kills at every point, lost replies, foreign hands."""

from dataclasses import replace
from itertools import product

import pytest

from service.domain.changes import SaveConfig, SetJoinPolicy
from service.domain.join_policy import GRANTS, HOLDER, Rule, Switch
from service.domain.observation import ApState
from service.domain.plan import Asked, NoPlan, Plan
from service.domain.remediation import Run
from service.domain.remediation_document import remediation_document
from service.domain.steps.wait_for_joins import DOES_NOT_HELP
from tests.support.builders import POLICY
from tests.support.crew import Crew
from tests.support.fake_driver import Killed, Trap
from tests.support.kill_points import effects, effects_and_sends, sends
from tests.support.policy_stage import (
    MIC,
    NO_GRANTS,
    OFF,
    GrantStage,
    PolicyStage,
    broken_policy,
    kept_off,
)

IGNORE = Rule.IGNORE_MIC_EXPIRY
ON = Switch(IGNORE, enabled=True)
LEASE_S = 121.0


def turns(stage) -> list[SetJoinPolicy]:
    return [change for change in stage.line.sent if isinstance(change, SetJoinPolicy)]


SOON = replace(POLICY, wait_for_aps_s=300)
"""A wait in vain is 30 looks that are all alike, not 120."""


def hopeless() -> PolicyStage:
    return PolicyStage(kept_off(1, hopeless=True), policy=SOON)


def hopeless_grant() -> PolicyStage:
    return GrantStage(kept_off(1, needs=GRANTS[:1], hopeless=True), policy=SOON)


def points(made) -> list[str]:
    stage = made()
    process = stage.process()
    stage.remediate(process)
    return process.trap.names


def test_aps_that_need_the_switch_join_by_it_and_it_is_kept_and_saved():
    stage = PolicyStage()
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert (closed.recovered, closed.remaining) == (2, 0)
    assert turns(stage) == [SetJoinPolicy(IGNORE, before=False, after=True)]
    assert ON in stage.box.startup.switches
    assert broken_policy(stage, closed) == []


def test_what_does_not_help_is_put_back_and_says_so():
    stage = hopeless()
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert DOES_NOT_HELP in closed.detail
    assert closed.remaining == 1
    assert [one.after for one in turns(stage)] == [True, False]
    assert broken_policy(stage, closed) == []


def test_it_is_not_proposed_again_for_aps_that_it_did_not_help():
    stage = hopeless()
    stage.remediate()
    planned = stage.propose(stage.process()).planned
    assert isinstance(planned, Plan)
    assert planned.charter.strategy == "clock-window"  # what is left
    (way,) = [one for one in planned.alternatives if one.name == "expired-cert-override"]
    assert "did not help these APs" in way.reason
    stage.box.release = "17.9.4"  # another release may bring what was missing
    again = stage.propose(stage.process()).planned
    assert isinstance(again, Plan)
    assert again.charter.strategy == "expired-cert-override"


def test_aps_that_came_before_it_was_put_back_are_helped_by_themselves_the_next_time():
    stage = PolicyStage(kept_off(1, hopeless=True), kept_off(2))
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert "needing it at their next rejoin" in closed.detail
    stage.box.aps[1].state = stage.box.aps[0].state  # it rejoins, and is turned down
    planned = stage.propose(stage.process()).planned
    assert isinstance(planned, Plan)
    assert [str(one.mac)[-2:] for one in planned.charter.aps] == ["02"]
    assert any("1 APs of the finding are left out" in line for line in planned.impact)
    assert stage.remediate().state == "succeeded"


@pytest.mark.parametrize(
    ("made", "after_s"),
    [
        *product([PolicyStage, hopeless], [0.0, 40.0, 900.0]),
        *product([GrantStage, hopeless_grant], [40.0]),
    ],
)
@pytest.mark.parametrize("in_flight", [False, True], ids=["", "in-flight"])
def test_whoever_restores_after_a_kill_anywhere_leaves_it_kept_or_as_it_was(
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
        if found := broken_policy(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


def test_another_host_goes_on_when_the_lease_has_run_out():
    failures = {}
    for number, name in effects_and_sends(points(PolicyStage)).items():
        stage = PolicyStage()
        process = stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            stage.remediate(process)
        stage.kill(process)
        stage.settle(LEASE_S)
        closed = stage.restore(stage.process(host="host-2"))
        stage.settle(120)
        if found := broken_policy(stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures


@pytest.mark.parametrize("fate", ["busy", "refused", "unsent", "lost-before", "lost-after", "late"])
@pytest.mark.parametrize("made", [PolicyStage, hopeless, GrantStage, hopeless_grant])
def test_a_change_that_goes_wrong_once_is_looked_at_before_it_is_sent_again(made, fate):
    undisturbed = made()
    undisturbed.remediate()
    for number in range(len(undisturbed.line.sent)):
        stage = made()
        stage.line.changes[number] = fate
        closed = stage.remediate()
        stage.settle(120)
        assert broken_policy(stage, closed) == [], number


def test_a_switch_that_somebody_turns_back_meanwhile_is_theirs_and_a_person_is_told():
    stage = hopeless()
    stage.line.on_read = lambda n: stage.box.turn(IGNORE, on=False) if n == 12 else None
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert any("changed by others" in one for one in closed.left)
    assert all("config" in one for one in closed.mend[:1])
    assert [one.after for one in turns(stage)] == [True]  # never fought over
    assert stage.box.policies.of(IGNORE) is False


def test_a_switch_that_somebody_else_turns_is_left_as_they_have_it():
    stage = PolicyStage()
    theirs = Rule.ALLOW_SSC
    stage.line.on_read = lambda n: stage.box.turn(theirs, on=True) if n == 12 else None
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert closed.left == ("running differs from startup", "changed by others: allow-ssc on")
    assert stage.box.policies.of(theirs) is True
    assert SaveConfig() not in stage.line.sent


def test_a_kept_switch_that_is_turned_off_behind_our_back_is_said():
    stage = PolicyStage()
    done = []

    def on_change(_: int, change: object) -> None:
        if isinstance(change, SaveConfig) and not done:
            done.append(stage.box.turn(IGNORE, on=False))

    stage.line.on_change = on_change
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert any("different" in one for one in closed.left)


def test_an_interrupt_puts_the_switch_back():
    stage = PolicyStage()
    began = stage.world.elapsed
    closed = stage.remediate(
        interrupted=lambda: "interrupted" if stage.world.elapsed > began + 5 else None
    )
    assert closed.state == "rolled-back"
    assert broken_policy(stage, closed) == []


def test_an_interrupt_before_the_first_change_cancels_it():
    stage = PolicyStage()
    closed = stage.remediate(interrupted=lambda: "interrupted")
    assert closed.state == "cancelled"
    assert stage.line.sent == []


def test_pending_changes_are_only_saved_where_somebody_accepted_that():
    stage = PolicyStage()
    stage.box.startup = stage.box.config.__class__((), frozenset())
    assert isinstance(stage.propose(stage.process()).planned, NoPlan)
    closed = stage.remediate(asked=Asked(save_pending=True))
    assert closed.state == "succeeded"
    assert stage.box.startup == stage.box.config


def test_a_reload_in_the_middle_is_not_taken_for_success():
    stage = hopeless()
    stage.line.on_read = lambda n: stage.box.reload() if n == 12 else None
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert any("or the controller reloaded" in one for one in closed.left)
    assert stage.box.config == stage.box.began_with


def test_on_a_catalyst_both_issuers_are_allowed_and_kept_or_taken_away_again():
    stage = GrantStage()
    closed = stage.remediate()
    assert closed.state == "succeeded"
    assert [(one.rule, one.after) for one in turns(stage)] == [(rule, True) for rule in GRANTS]
    assert broken_policy(stage, closed) == []
    stage = hopeless_grant()
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    undone = [(rule, False) for rule in (*reversed(GRANTS), HOLDER)]
    assert [(one.rule, one.after) for one in turns(stage)][2:] == undone
    assert broken_policy(stage, closed) == []


def test_a_policy_that_was_there_before_stays_when_the_entries_go():
    stage = GrantStage(
        kept_off(1, needs=GRANTS[:1], hopeless=True), values={**NO_GRANTS, HOLDER: True}
    )
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert HOLDER not in {one.rule for one in turns(stage)}
    assert broken_policy(stage, closed) == []


def test_what_somebody_else_allows_meanwhile_is_theirs_when_ours_goes():
    """Their entry has the same effect as ours; ours is taken away all the same, theirs stays."""
    stage = hopeless_grant()
    theirs = ((GRANTS[0], "the match of certificate map OLD"),)

    def on_read(number: int) -> None:
        if number == 12:
            stage.box.policies = replace(stage.box.policies, others=theirs)

    stage.line.on_read = on_read
    closed = stage.remediate()
    assert closed.state == "rolled-back"
    assert stage.box.policies.others == theirs
    assert broken_policy(stage, closed) == []


def test_only_what_is_off_is_turned():
    both = (Rule.IGNORE_MIC_EXPIRY, Rule.ALLOW_SSC)
    stage = PolicyStage(kept_off(1, needs=both), values={**OFF, Rule.ALLOW_SSC: True})
    assert stage.remediate().state == "succeeded"
    assert [one.rule for one in turns(stage)] == list(MIC)


def test_an_ap_that_goes_again_after_the_save_is_a_persons_decision_and_then_settled():
    stage = PolicyStage()
    gone = stage.box.aps[0]

    def on_change(_: int, change: object) -> None:
        if isinstance(change, SaveConfig):
            gone.state = ApState.NOT_JOINED

    stage.line.on_change = on_change
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert closed.left == ("kept: ignore-mic-expiry on",)
    assert closed.mend[0].startswith("config ignore-mic-expiry disable")
    assert stage.box.policies.of(IGNORE) is True  # the other AP needs it
    stage.line.on_change = lambda _n, _c: None
    gone.state = ApState.REGISTERED
    again = stage.restore()
    assert again is not None
    assert again.state == "succeeded"
    assert broken_policy(stage, again) == []


def test_a_box_that_falls_silent_is_handed_over_with_the_lines_of_its_policy():
    stage = hopeless()

    def silent(number: int) -> None:
        stage.box.unreachable = number >= 12

    stage.line.on_read = silent
    closed = stage.remediate()
    assert closed.state == "needs-attention"
    assert closed.left
    assert closed.mend == (
        "show auth-list",
        "config ignore-mic-expiry disable   ! as captured",
        "save config",
    )
    stage.box.unreachable = False
    stage.line.on_read = lambda _: None
    restored = stage.restore()
    assert restored is not None
    assert restored.state == "rolled-back"
    assert broken_policy(stage, restored) == []


def test_what_nobody_restored_is_told_with_the_lines_of_its_policy():
    stage = hopeless()
    process = stage.process(trap=Trap(points(hopeless).index("after set-join-policy") + 20))
    with pytest.raises(Killed):
        stage.remediate(process)
    stage.kill(process)
    (row,) = stage.store.remediations(unfinished=True)
    told = remediation_document(row.id, Run(stage.store.journal(row.id)), orphaned=True)
    assert told["state"] == "needs-attention"
    assert "config ignore-mic-expiry disable   ! as captured" in told["mend"]
    assert told["steps"][0]["detail"].startswith("certificate policy noted: ignore-mic-expiry off")


# -- workers -----------------------------------------------------------------------------------


def test_workers_carry_it_like_any_other():
    crew = Crew(PolicyStage.for_workers())
    crew.ask()
    closed = crew.until_over(crew.stage.process())
    assert closed.state == "succeeded"
    assert broken_policy(crew.stage, closed) == []


def test_other_workers_finish_what_a_killed_one_left():
    crew = Crew(PolicyStage.for_workers())
    crew.ask()
    process = crew.stage.process()
    crew.until_over(process)
    failures = {}
    for number, name in list(enumerate(process.trap.names))[::5]:
        crew = Crew(PolicyStage.for_workers())
        crew.ask()
        dying = crew.stage.process(trap=Trap(number, in_flight=True))
        with pytest.raises(Killed):
            crew.until_over(dying)
        crew.stage.kill(dying)
        crew.stage.settle(20)
        closed = crew.until_over(crew.stage.process())
        crew.stage.settle(120)
        if found := broken_policy(crew.stage, closed):
            failures[f"{number} {name}"] = found
    assert not failures
