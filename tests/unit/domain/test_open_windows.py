"""Windows of false time as news: opened, too long, near the end of their guard, closed."""

from dataclasses import replace

import pytest

from service.domain.changes import GUARDS, RemoveTimers
from service.domain.journal import Closed
from service.domain.open_windows import (
    FALSE_NOW,
    longest_s,
    open_window,
    open_window_news,
    window_news,
)
from service.domain.steps.set_false_clock import SetClockBack
from tests.support.builders import POLICY, Journal, instant, set_back, set_true

LONGEST_S = longest_s(POLICY)
COUNTDOWN_S = int(POLICY.dead_man_after_s)


def news(journal, at, *, guarding=2):
    now = instant(at)
    found = open_window("r1", journal.run(), now, guarding=guarding)
    return () if found is None else open_window_news(found, now.wall)


def kinds(journal, at, **settings):
    return [one.kind.value.removeprefix("window.") for one in news(journal, at, **settings)]


def renewed(journal, *moments):
    """The guard is armed anew, by turns under its two names."""
    for number, at in enumerate(moments):
        journal.armed(at, GUARDS[(number + 1) % 2], "wait-for-aps")
        journal.sent("wait-for-aps", RemoveTimers((GUARDS[number % 2],)), at=at)
    return journal


def test_the_step_that_opens_a_window_has_the_name_that_is_looked_for():
    assert SetClockBack("").name == FALSE_NOW


def test_an_open_window_is_told_with_what_ends_it():
    (opened,) = news(Journal().in_the_past(30), 60)
    about = opened.data["window"]
    assert (opened.controller, opened.subject) == ("hq-1", "remediation/r1")
    assert (about["lasts_s"], about["longest_s"], about["is_proven"]) == (30.0, LONGEST_S, True)
    assert about["shown"] == "2022-12-04T16:00:00Z"
    assert about["home_in_s"] == pytest.approx(COUNTDOWN_S - 45)


def test_before_and_after_a_window_there_is_none():
    assert news(Journal().without_ntp(), 60) == ()
    shut = Journal().in_the_past(30).home(90).sent("set-true-time", set_true(95), at=95)
    assert news(shut, 100) == ()
    over = Journal().in_the_past(30).add(99, Closed("needs-attention", "", 0, 1))
    assert news(over, 100) == ()


def test_one_whose_answer_was_lost_is_told_after_a_minute_and_says_so():
    lost = Journal().without_ntp(25).sent(FALSE_NOW, set_back(), "unknown", at=30)
    assert kinds(lost, 60) == []
    (opened,) = news(lost, 95)
    assert opened.data["window"]["is_proven"] is False


def test_a_window_that_is_renewed_is_overdue_past_its_longest_and_not_before():
    last = 30 + LONGEST_S
    journal = renewed(Journal().in_the_past(30), *range(300, int(last), 300))
    assert kinds(journal, last - 1) == ["opened"]
    assert kinds(journal, last + 1) == ["opened", "overdue"]
    first, second = news(journal, last + 1)[1], news(journal, last + 90)[1]
    assert first.id == second.id


def test_a_switch_that_nobody_renews_is_told_once_for_each_that_was_armed():
    journal = Journal().in_the_past(30)
    armed_at = 15
    assert kinds(journal, armed_at + COUNTDOWN_S * 0.7) == ["opened"]
    soon = news(journal, armed_at + COUNTDOWN_S * 0.8)[-1]
    assert soon.kind.value == "window.ending"
    assert news(journal, armed_at + COUNTDOWN_S * 0.9)[-1].id == soon.id
    renewed(journal, 550)
    assert kinds(journal, 560) == ["opened"]
    assert news(journal, 550 + COUNTDOWN_S * 0.9)[-1].id != soon.id


def test_a_box_without_a_switch_is_told_when_too_few_hosts_guard_it():
    journal = Journal(guardians=2).sent(FALSE_NOW, replace(set_back(), canary_s=None, false=True))
    assert kinds(journal, 60, guarding=2) == ["opened"]
    assert kinds(journal, 60, guarding=1) == ["opened", "ending"]
    assert news(journal, 60, guarding=1)[-1].id != news(journal, 60, guarding=0)[-1].id


# -- from the journal --------------------------------------------------------------------------


def told(journal, after=0):
    run = journal.run()
    return window_news("r1", run, [one for one in run.journal if one.seq > after])


def test_a_journal_tells_that_a_window_was_opened_and_closed_by_the_same_name():
    journal = Journal().in_the_past(30)
    (opened,) = told(journal)
    assert opened.id == news(journal, 60)[0].id
    seen = len(journal.entries)
    journal.home(90).sent("set-true-time", set_true(95), at=95).done("set-true-time", 110)
    (closed,) = told(journal, after=seen)
    assert closed.kind.value == "window.closed"
    assert closed.data["window"]["lasted_s"] == 80.0
    assert [one.kind.value for one in told(journal)] == ["window.opened", "window.closed"]


def test_true_time_is_no_closed_window_where_none_was_opened():
    journal = Journal().without_ntp().home(90)
    journal.sent("set-true-time", set_true(95), at=95).done("set-true-time", 110)
    assert told(journal) == ()
