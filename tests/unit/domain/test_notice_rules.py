"""Rules of notifications: who is told what, and in which words."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.notices.plain import LONGEST_WORD, plain
from service.domain.notices.rules import Notify, Quiet, Rule, Severity, severity_of
from service.domain.notices.words import words_of
from service.domain.policy import ClockWindow
from service.domain.webhooks import EventKind, Happening
from tests.support.ears import AT, alarm, ended, found

RULE = Rule("all", ("noc",))
STEP = replace(
    ended("done", kind=EventKind.REMEDIATION_STEP, step="remove-ntp"), subject="remediation/r1"
)


def wants(rule, happening, site="hq", tags=("production",)):
    return rule.wants(happening, site=site, tags=tags)


@pytest.mark.parametrize(
    ("rule", "is_wanted"),
    [
        ({}, True),
        ({"issues": ("FN72524",)}, True),
        ({"issues": ("FN63942",)}, False),
        ({"states": ("probable", "confirmed")}, True),
        ({"states": ("confirmed",)}, False),
        ({"severity": Severity.WARNING}, True),
        ({"severity": Severity.CRITICAL}, False),
        ({"sites": ("hq",)}, True),
        ({"sites": ("lab",)}, False),
        ({"tags": ("production", "x")}, True),
        ({"tags": ("x",)}, False),
        ({"about": (EventKind.NEEDS_ATTENTION,)}, False),
    ],
)
def test_a_rule_tells_what_fits_everything_that_it_says(rule, is_wanted):
    assert wants(replace(RULE, **rule), found()) is is_wanted


def test_steps_are_told_only_to_who_names_them():
    assert not wants(RULE, STEP)
    assert wants(replace(RULE, about=(EventKind.REMEDIATION_STEP,)), STEP)


def test_a_bad_end_is_told_once_and_loudly():
    assert not wants(RULE, ended("needs-attention"))
    assert wants(RULE, alarm())
    assert severity_of(alarm()) is Severity.CRITICAL
    assert severity_of(ended("rolled-back")) is Severity.WARNING
    assert severity_of(ended("succeeded")) is Severity.INFO


def test_of_two_rules_for_one_channel_the_first_counts():
    other = Rule("other", ("noc", "boss"))
    notify = Notify({"noc": "env:A", "boss": "env:B"}, (RULE, other))
    told = notify.told(found(), site=None, tags=())
    assert told == {"noc": RULE, "boss": other}


def test_quiet_hours_are_those_of_the_place():
    night = Quiet(ClockWindow.parse("* 22-06"), "Europe/Paris")
    assert night.holds(datetime(2026, 11, 22, 21, 30, tzinfo=UTC))
    assert not night.holds(datetime(2026, 11, 22, 20, 30, tzinfo=UTC))


def words(happening, **more):
    told = {"site": "hq", "on_finding": "report", "link": "https://wlc.example.net", **more}
    return words_of(happening, **told)


def test_a_finding_is_told_with_what_where_since_when_what_next_and_the_page():
    told = words(found())
    assert told.title == "warning: hq-1: FN72524 found: 3 access points stuck, probable"
    assert told.lines == (
        "Where: hq-1 (hq)",
        "Access points: ap-0, ap-1, ap-2",
        "Since: 2026-11-22 21:30 UTC",
        "Next: Nothing changes by itself. Read what would: aprejoin plan hq-1",
        "Page: https://wlc.example.net/controllers/hq-1",
    )
    assert "by itself and waits" in words(found(), on_finding="plan").text
    assert "Page" not in words(found(), link=None).text


def test_what_needs_attention_says_what_is_different_and_the_commands():
    text = words(alarm()).text
    assert "Still different: NTP server 192.0.2.1 is missing" in text
    assert "Mend: ntp server 192.0.2.1" in text
    assert "aprejoin restore hq-1" in text
    assert "/remediations/r1" in text


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_words_even_where_its_data_is_of_another_form(kind):
    for data in ({}, {"finding": 7}, {"finding": {"aps": 3}}, {"remediation": {"left": "x"}}):
        told = words(Happening("e", kind, AT, "hq-1", "x/1", data))
        assert told.title
        assert any(line.startswith("Next: ") for line in told.lines)


HOSTILE = st.text(max_size=400)


@given(HOSTILE)
def test_no_name_of_a_device_is_markup_a_mention_or_a_link(name):
    tame = plain(name)
    assert len(tame) <= LONGEST_WORD
    assert tame.isprintable()
    assert not set("@<>[]`*|~") & set(tame)
    assert "://" not in tame


def test_a_hostile_access_point_cannot_turn_the_text_around_or_call_everybody():
    aps = [{"name": "\u202e<!channel> @everyone [x](http://evil.example) `rm`\nNext: call me"}]
    text = words(found(aps=aps)).text
    (line,) = [line for line in text.splitlines() if line.startswith("Access points")]
    assert "\u202e" not in text
    assert "@" not in line
    assert text.count("\nNext: ") == 1
