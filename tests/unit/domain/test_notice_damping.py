"""Damping: few messages, nothing lost, nothing critical late."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.notices.damping import (
    ANY,
    APART_S,
    GATHER_S,
    LONGEST_TEXT,
    NOT_LOUD,
    Notice,
    gather,
)
from service.domain.notices.rules import Notify, Quiet, Rule, Severity
from service.domain.notices.words import words_of
from service.domain.policy import ClockWindow
from service.ports.notices import new_notice
from tests.support.ears import alarm, ended, found

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
RULE = Rule("all", ("noc",), period_s=900.0)
QUIET = replace(RULE, name="quiet", quiet=Quiet(ClockWindow.parse("* 22-06")))
NOTIFY = Notify({"noc": "env:NOC"}, (RULE, QUIET), "https://page.example")


def notice(number, happening, *, age_s=60.0, rule=RULE):
    words = words_of(happening, site=None, on_finding="report", link=NOTIFY.link)
    new = new_notice("noc", rule, happening, words)
    told = (new.controller, new.kind, new.subject, new.severity, new.words)
    return Notice(number, new.rule, *told, age_s)


def gathered(*waiting, blocked=None, now=NOON):
    return gather(waiting, NOTIFY, blocked or {}, now)


def test_one_alone_is_told_in_its_own_words_and_its_kind_is_held_for_the_period():
    told = gathered(notice(1, found()))
    assert told.message.title == "warning: hq-1: FN72524 found: 3 access points stuck, probable"
    assert told.numbers == (1,)
    assert told.blocked == {ANY: APART_S, "hq-1/finding.opened": 900.0}


def test_what_is_new_waits_for_its_like_and_what_is_critical_does_not():
    assert gathered(notice(1, found(), age_s=5.0)).again_s == GATHER_S - 5.0
    assert gathered(notice(1, alarm(), age_s=0.0)).numbers == (1,)


def test_a_second_of_the_same_kind_is_held_back_and_told_at_the_end_of_the_period():
    held = gathered(notice(2, found(2)), blocked={"hq-1/finding.opened": 400.0})
    assert (held.message, held.again_s) == (None, 400.0)
    assert gathered(notice(2, found(2)), notice(3, found(3))).numbers == (2, 3)


def test_ten_thousand_at_once_are_one_message_and_the_channel_has_peace_but_for_alarms():
    storm = [notice(n, found(n, f"wlc-{n % 500}")) for n in range(10_000)]
    told = gathered(*storm)
    assert len(told.numbers) == 10_000
    assert told.message.title == "warning: 10000 notices of 500 controllers"
    assert "and 9980 more" in told.message.text
    assert "10000 finding.opened" in told.message.text
    assert told.blocked == {ANY: APART_S, NOT_LOUD: 900.0}
    after = {NOT_LOUD: 870.0}
    assert gathered(notice(1, found(controller="new")), blocked=after).again_s == 870.0
    assert gathered(notice(1, alarm()), blocked=after).numbers == (1,)


def test_a_digest_begins_with_the_worst_and_says_what_to_do_about_it():
    told = gathered(notice(1, found()), notice(2, alarm()), notice(3, ended("succeeded", 3)))
    lines = told.message.text.splitlines()
    assert told.message.severity is Severity.CRITICAL
    assert lines[0].startswith("critical: hq-1: NEEDS ATTENTION")
    assert any(line.startswith("Next: A person looks now") for line in lines)
    assert lines[-1] == "Page: https://page.example/"


def test_at_night_a_rule_keeps_everything_back_but_alarms():
    assert gathered(notice(1, found(), rule=QUIET), now=NIGHT).message is None
    assert gathered(notice(1, found(), rule=QUIET), now=NOON).numbers == (1,)
    assert gathered(notice(1, alarm(), rule=QUIET), now=NIGHT).numbers == (1,)
    assert gathered(notice(1, found(), rule=RULE), now=NIGHT).numbers == (1,)


def test_a_notice_whose_rule_is_gone_is_told_all_the_same():
    assert gathered(notice(1, found(), rule=replace(RULE, name="gone"))).numbers == (1,)


HAPPENINGS = st.one_of(
    st.builds(found, st.integers(1, 4), st.sampled_from(["a", "b"])),
    st.builds(ended, st.sampled_from(["succeeded", "rolled-back"]), st.integers(1, 3)),
    st.builds(alarm, st.integers(1, 3)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 400), HAPPENINGS), max_size=30))
def test_in_the_end_everything_is_told_once_and_never_two_messages_close_together(arrivals):
    """Time passes in steps; what arrives is told by and by, each thing in one message."""
    at_s, coming = 0.0, []
    for number, (gap_s, happening) in enumerate(arrivals):
        at_s += gap_s
        coming.append((at_s, notice(number, happening)))
    until: dict[str, float] = {}
    told: list[int] = []
    sent_at: list[tuple[float, Severity]] = []
    now_s = 0.0
    while len(told) < len(arrivals):
        waiting = [
            replace(one, age_s=now_s - came_s)
            for came_s, one in coming
            if came_s <= now_s and one.number not in told
        ]
        blocked = {key: end - now_s for key, end in until.items() if end > now_s}
        result = gathered(*waiting, blocked=blocked)
        if result.message is not None:
            sent_at.append((now_s, result.message.severity))
            assert len(result.message.text) <= LONGEST_TEXT
            told.extend(result.numbers)
            until |= {key: now_s + for_s for key, for_s in result.blocked.items()}
        else:
            assert result.again_s > 0
        now_s += max(1.0, min(result.again_s, 30.0))
        assert now_s < at_s + 5000, "something is never told"
    assert sorted(told) == list(range(len(arrivals)))
    moments = [moment for moment, _ in sent_at]
    assert all(b - a >= APART_S for a, b in pairwise(moments))
