from dataclasses import replace

from service.domain.changes import RemoveNtp
from service.domain.ntp import NtpConfig
from service.domain.steps.protocol import Done, Fail, Send
from service.domain.steps.remove_ntp import RemoveNtpServers
from tests.support.builders import NO_NTP, NTP, ONE, THEIRS, TWO, Journal, guard, look, moment

STEP = RemoveNtpServers()


def test_exactly_the_captured_entries_are_removed():
    assert STEP.decide(Journal().under_guard().run(), look(11), moment(11)) == Send(RemoveNtp(NTP))


def test_no_entry_left_is_what_it_is_for():
    run = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), at=12).run()
    assert isinstance(STEP.decide(run, look(13, ntp=NO_NTP), moment(13)), Done)


def test_a_controller_that_never_had_an_entry_is_ready():
    run = Journal(ntp=NO_NTP).under_guard().run()
    assert isinstance(STEP.decide(run, look(11, ntp=NO_NTP), moment(11)), Done)


def test_entries_that_somebody_else_removed_first_refuse():
    move = STEP.decide(Journal().under_guard().run(), look(11, ntp=NO_NTP), moment(11))
    assert isinstance(move, Fail)
    assert "no entry instead of" in move.detail


def test_an_entry_added_removed_or_altered_by_somebody_else_refuses():
    altered = replace(ONE, leaves=(("key", "9"),))
    run = Journal().under_guard().run()
    for theirs in (
        NtpConfig((*NTP.entries, THEIRS)),
        NtpConfig((ONE,)),
        NtpConfig((altered, NTP.entries[1])),
    ):
        move = STEP.decide(run, look(11, ntp=theirs), moment(11))
        assert isinstance(move, Fail)
        assert "somebody else" in move.detail


def test_the_order_of_entries_is_no_change():
    shuffled = NtpConfig(tuple(reversed(NTP.entries)))
    assert STEP.decide(Journal().under_guard().run(), look(11, ntp=shuffled), moment(11)) == Send(
        RemoveNtp(NTP)
    )


def test_an_unreadable_configuration_refuses():
    assert isinstance(STEP.decide(Journal().under_guard().run(), look(ntp=None), moment(11)), Fail)


def test_a_lost_removal_is_sent_once_more_where_the_entries_are_still_there():
    lost = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "unknown", at=12)
    assert STEP.decide(lost.run(), look(45), moment(45)) == Send(RemoveNtp(NTP))
    again = lost.sent("remove-ntp", RemoveNtp(NTP), "unknown", at=45)
    assert isinstance(STEP.decide(again.run(), look(90), moment(90)), Fail)


def test_a_refused_removal_ends_it():
    run = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "refused", at=12).run()
    assert isinstance(STEP.decide(run, look(13), moment(13)), Fail)


def test_a_renewal_of_the_switch_meanwhile_is_no_try_of_this_step():
    journal = Journal().under_guard()
    for at in (11, 12, 13):
        journal.sent("remove-ntp", guard(at=at), "refused", at=at)
    assert STEP.decide(journal.run(), look(14), moment(14)) == Send(RemoveNtp(NTP))


def test_what_a_removal_of_unknown_fate_left_is_taken_off_too():
    lost = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), "unknown", at=12)
    move = STEP.decide(lost.run(), look(45, ntp=NtpConfig((TWO,))), moment(45))
    assert move == Send(RemoveNtp(NtpConfig((TWO,))))


def test_an_entry_that_comes_back_after_the_removal_is_somebody_elses_wish():
    gone = Journal().under_guard().sent("remove-ntp", RemoveNtp(NTP), at=12)
    move = STEP.decide(gone.run(), look(45, ntp=NtpConfig((TWO,))), moment(45))
    assert isinstance(move, Fail)
