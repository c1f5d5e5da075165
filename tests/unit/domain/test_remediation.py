import pytest

from service.domain.changes import GUARDS, AddNtp, ArmGuard, RemoveNtp, RemoveTimers, SaveConfig
from service.domain.journal import Closed, HomeCalled, Intended
from service.domain.remediation import Run
from tests.support.builders import NTP, Journal, guard, instant

A, B = GUARDS
REMOVE = RemoveNtp(NTP)


def closed(state: str = "needs-attention") -> Closed:
    return Closed(state, "", 0, 1)  # type: ignore[arg-type]


# -- phases and legs ---------------------------------------------------------------------------


def test_a_journal_begins_with_its_opening():
    for entries in ([], Journal().home().entries[1:]):
        with pytest.raises(ValueError, match="opening"):
            Run(entries)


def test_phases_follow_the_newest_word():
    journal = Journal()
    assert journal.run().phase == "forward"
    assert journal.home(10).run().phase == "home"
    journal.add(20, closed())
    assert journal.run().phase == "closed"
    assert journal.home(30).run().phase == "home"  # taken up again
    assert journal.run().calls_home == 2


def test_a_leg_begins_with_the_newest_call_home():
    journal = Journal().done("prove-timer", 5).home(10).done("set-true-time", 15).home(20)
    assert journal.run().finished() == {}
    assert journal.run().leg_began == instant(20)
    assert journal.run().next_step(["set-true-time", "restore-ntp"]) == "set-true-time"
    journal.done("set-true-time", 25)
    assert journal.run().next_step(["set-true-time", "restore-ntp"]) == "restore-ntp"
    assert journal.run().next_step(["set-true-time"]) is None


def test_a_step_began_when_the_one_before_it_ended_or_with_its_leg():
    journal = Journal().done("prove-timer", 5)
    assert journal.run().since("arm-dead-man") == instant(5)
    assert journal.run().since("prove-timer") == instant(0)
    assert journal.failed("arm-dead-man", 7).home(8).run().since("set-true-time") == instant(8)


def test_the_end_of_a_step_is_remembered_over_all_legs():
    journal = Journal().done("wait-for-aps", 50).home(60).done("set-true-time", 70).home(80)
    assert journal.run().ended_at("wait-for-aps") == instant(50)
    assert journal.run().ended_at("set-true-time") == instant(70)
    assert journal.failed("verify", 90).run().ended_at("verify") is None


def test_troubles_are_those_of_the_present_way_home():
    journal = Journal().failed("remove-ntp", 5).home(6)
    assert journal.run().troubles == ()
    assert [t.step for t in journal.failed("disarm", 9).run().troubles] == ["disarm"]
    assert journal.home(10).run().troubles == ()


# -- what was sent -----------------------------------------------------------------------------


def test_an_intent_without_an_outcome_may_have_happened():
    run = Journal().sent("remove-ntp", REMOVE, None, at=5).run()
    assert run.sent[0].outcome is None
    assert run.sent[0].may_have_happened
    assert run.wrote


def test_an_outcome_belongs_to_the_intent_before_it_even_over_a_call_home():
    journal = Journal().sent("remove-ntp", REMOVE, None, at=5).home(6)
    journal.sent("restore-ntp", AddNtp(NTP), at=8)
    first, second = journal.run().sent
    assert (first.outcome, second.outcome) == (None, "applied")


@pytest.mark.parametrize(
    ("outcome", "happened"),
    [("applied", True), ("unknown", True), ("refused", False), ("busy", False), ("unsent", False)],
)
def test_only_what_may_have_happened_counts_as_written(outcome, happened):
    run = Journal().sent("remove-ntp", REMOVE, outcome).run()
    assert run.wrote is happened
    assert run.may_have_sent(RemoveNtp) is happened
    assert not run.may_have_sent(AddNtp)


def test_what_a_step_sent_is_told_by_leg_and_kind_without_what_was_never_taken():
    journal = Journal().sent("save", SaveConfig(), at=1).home(5)
    journal.sent("save", SaveConfig(), "busy", at=6).sent("save", SaveConfig(), "refused", at=7)
    journal.sent("save", guard(), at=8).sent("disarm", SaveConfig(), at=9)
    assert [s.at for s in journal.run().sent_in("save")] == [instant(7), instant(8)]
    assert [s.at for s in journal.run().sent_in("save", SaveConfig)] == [instant(7)]


def test_busy_answers_count_in_a_row_up_to_now():
    journal = Journal().sent("save", SaveConfig(), "busy", at=1).sent("save", SaveConfig(), at=2)
    assert journal.run().busy_in("save") == ()
    journal.sent("save", SaveConfig(), "busy", at=3).sent("save", SaveConfig(), "unsent", at=4)
    assert [s.at for s in journal.run().busy_in("save")] == [instant(3), instant(4)]
    assert journal.run().busy_in("disarm") == ()


# -- facts -------------------------------------------------------------------------------------


def test_the_newest_value_of_a_fact_counts_and_when_it_became_so():
    journal = Journal().noted("s", 1, a="x", b="y").noted("s", 5, a="z").home(6)
    journal.noted("s", 9, a="z").noted("t", 11, a="other")
    run = journal.run()
    assert run.facts("s") == {"a": "z", "b": "y"}
    assert run.when("s", "a") == instant(5)
    assert run.when("s", "b") == instant(1)
    assert run.when("s", "c") is None


# -- dead-man's switches -----------------------------------------------------------------------


def test_a_switch_ticks_from_its_intent_until_its_deletion_is_sure():
    journal = Journal().armed(10)
    assert [g.name for g in journal.run().guards()] == [A]
    journal.sent("disarm", RemoveTimers((A,)), "unknown", at=20)
    assert [g.name for g in journal.run().guards()] == [A]
    journal.sent("disarm", RemoveTimers((A, B)), at=30)
    assert journal.run().guards() == ()


def test_a_refused_switch_never_ticked():
    assert Journal().sent("arm-dead-man", guard(), "refused").run().guards() == ()


def test_the_switch_armed_first_stands_in_front_however_the_names_alternate():
    journal = Journal().armed(10).armed(20, B)
    assert [g.name for g in journal.run().guards()] == [A, B]
    journal.sent("wait-for-aps", RemoveTimers((A,)), "unknown", at=21).armed(30, A)
    assert [g.name for g in journal.run().guards()] == [B, A]
    assert journal.run().guards()[-1].armed_at == instant(30)


def test_what_is_left_of_its_countdown_is_counted_from_the_intent():
    run = Journal().armed(10).run()
    assert run.remaining_s(run.guards()[0], instant(110)) == 500
    assert isinstance(run.sent[0].change, ArmGuard)


# -- time over reboots -------------------------------------------------------------------------


def test_within_a_boot_time_is_what_this_boot_counted():
    run = Journal().home(10).run()
    assert run.elapsed_s(instant(0), instant(60, wall_off_s=-500)) == 60


def test_over_a_reboot_the_wall_clock_counts_but_never_less_than_this_boot_has_seen():
    run = Journal().add(100, HomeCalled("restore"), boot="boot-2").run()
    forward = instant(400, boot="boot-2")
    assert run.elapsed_s(instant(0), forward) == 400
    back = instant(400, boot="boot-2", wall_off_s=-3600)
    assert run.elapsed_s(instant(0), back) == 300


def test_no_wait_is_shorter_than_nothing():
    later = instant(60, boot="boot-2", wall_off_s=-100)
    assert Journal().run().elapsed_s(instant(0), later) == 0


def test_a_journal_is_told_by_its_newest_entry():
    assert Journal().home(1).run().seq == 2


def test_every_intent_is_seen_with_its_session():
    journal = Journal()
    journal.add(1, Intended("save", SaveConfig(), "save", "77"))
    assert journal.run().sent[0].session == "77"
