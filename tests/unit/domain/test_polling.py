"""What a poll asks for, what it remembers instead, and how old it says that is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.ntp import NtpState
from service.domain.observation import ApState, Topic
from service.domain.polling.choosing import EARLY, is_whole_due, share_of, worth_a_look
from service.domain.polling.comparing import differences
from service.domain.polling.composing import composed
from service.domain.polling.note import WHOLE, note_of
from service.domain.polling.telling import facts_document, facts_words, why_stale
from tests.support.cases import (
    MAC,
    NOW,
    OTHER,
    downloading,
    minutes,
    not_joined,
    polls,
    registered,
    view,
)
from tests.support.poll_world import pulse_of

SERVES = registered(join_time=NOW - minutes(60))
WHOLE_VIEW = view(SERVES, unknown={Topic.CERTIFICATES: "refused"})
NOTE = note_of(WHOLE_VIEW, None)
LATER = NOW + minutes(5)


def pulse(*aps, **fields):
    return view(at=LATER, aps=None, pulses=tuple(map(pulse_of, aps)), install=None, **fields)


@pytest.mark.parametrize("age_s", [-1, 1800, 86_400])
def test_a_whole_poll_is_due_when_the_note_is_old_or_of_the_future(age_s):
    assert is_whole_due(NOTE, NOW + timedelta(seconds=age_s), reconcile_s=1800)


def test_a_whole_poll_comes_early_by_a_share_that_the_name_tells():
    early_s = 1800 * EARLY * share_of("hq-1")
    for off_s, due in ((-1, False), (1, True)):
        at = NOW + timedelta(seconds=1800 - early_s + off_s)
        assert is_whole_due(NOTE, at, reconcile_s=1800) is due


def test_without_a_note_and_without_an_interval_everything_is_asked_for():
    assert is_whole_due(None, NOW, reconcile_s=1800)
    assert is_whole_due(NOTE, NOW, reconcile_s=0)


@pytest.mark.parametrize(
    "now",
    [
        downloading(),
        not_joined(),
        replace(SERVES, boot_time=NOW),
        replace(SERVES, join_time=NOW),
        replace(SERVES, is_joined=False),
        replace(SERVES, state=ApState.UNKNOWN),
        replace(SERVES, mac=OTHER),
    ],
)
def test_one_that_is_new_moved_or_does_not_serve_is_worth_a_look(now):
    assert worth_a_look([pulse_of(now)], polls((NOW, SERVES))) == {now.mac}


def test_one_that_serves_as_before_is_not_asked_for_again():
    assert worth_a_look([pulse_of(SERVES)], polls((NOW, SERVES))) == frozenset()


def test_one_that_did_not_serve_when_it_was_seen_last_is_worth_a_look():
    assert worth_a_look([pulse_of(SERVES)], polls((NOW, downloading()))) == {MAC}


def test_what_was_not_asked_for_is_as_it_was_with_the_time_of_that():
    made = composed(NOTE, pulse(SERVES), None, polls((NOW, SERVES)))
    assert made.install == WHOLE_VIEW.install
    assert made.aps == (replace(SERVES, details_at=NOW),)
    assert dict(made.remembered) == dict.fromkeys(WHOLE, NOW)
    assert made.unknown == {Topic.CERTIFICATES: "refused"}
    assert made.read_at == LATER


def test_what_was_remembered_once_keeps_its_time_when_it_is_remembered_again():
    first = composed(NOTE, pulse(SERVES), None, polls((NOW, SERVES)))
    again = replace(pulse(SERVES), read_at=LATER + minutes(5))
    known = polls((NOW, SERVES), (LATER, first.aps[0]))
    second = composed(note_of(first, NOTE), again, None, known)
    assert second.aps[0].details_at == NOW
    assert set(second.remembered.values()) == {NOW}


def test_what_was_asked_for_now_is_not_remembered():
    state = NtpState(synchronised=False)
    moved = downloading()
    made = composed(NOTE, pulse(moved, ntp_state=state), view(moved), polls((NOW, SERVES)))
    assert made.aps == (moved,)
    assert made.ntp_state == state


def test_one_that_nobody_knows_is_told_by_its_pulse_alone():
    made = composed(NOTE, pulse(SERVES), None, {})
    assert [(ap.mac, ap.state, ap.model) for ap in made.aps] == [(MAC, ApState.REGISTERED, None)]


def test_a_document_tells_how_old_each_fact_is():
    made = composed(NOTE, pulse(SERVES), None, polls((NOW, SERVES)))
    told = facts_document(made, ["x"])
    assert told == {
        "whole": False,
        "age_seconds": {topic.value: 300 for topic in sorted(WHOLE)},
        "aps": {"asked": 0, "remembered": 1, "oldest_seconds": 300},
        "load_percent": None,
        "differences": ["x"],
    }
    assert facts_words(made) == (
        "0 access point(s) asked, 1 remembered; the oldest fact is of 2026-11-21T20:00:00Z"
    )


def test_a_whole_look_has_no_ages_and_no_look_has_no_facts():
    told = facts_document(WHOLE_VIEW)
    assert (told["whole"], told["age_seconds"]) == (True, {})
    assert facts_document(None) is None


def test_nothing_is_planned_on_remembered_facts():
    made = composed(NOTE, pulse(SERVES), None, polls((NOW, SERVES)))
    assert "ask for all of them again" in why_stale(made)
    assert why_stale(WHOLE_VIEW) is None


def test_differences_are_of_what_was_remembered_of_access_points_that_did_not_move():
    told = composed(NOTE, pulse(SERVES), None, polls((NOW, SERVES)))
    assert differences(told, view(SERVES)) == ()
    assert differences(told, view(replace(SERVES, join_time=LATER, version="17.9.2"))) == ()
    assert differences(told, view(replace(SERVES, version="17.9.2"))) == (
        f"AP2702E ({MAC}): version was remembered as 17.9.1.8, and is 17.9.2",
    )


def test_a_controller_whose_software_changed_unnoticed_is_a_difference():
    told = composed(NOTE, pulse(SERVES), None, polls((NOW, SERVES)))
    patched = replace(told.install, patches=("a.apsp.bin",))
    assert differences(told, view(SERVES, install=patched)) == (
        "hq-1: install is another one than was remembered",
    )
