"""Schedules are looked at and run; the audit trail is filtered, paged and verified."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.inventory import Freeze, Schedule


@pytest.fixture
def scheduled(house):
    """The fleet with three schedules."""
    house.with_schedules(
        Schedule("night", "sweep", cron="0 2 * * *"),
        Schedule("often", "sweep", every_s=3600.0, controllers=("hq-1",)),
        replace(Schedule("never", "sweep", every_s=60.0), paused=True),
    )
    return house


def test_each_schedule_says_when_it_runs_next(scheduled):
    text = scheduled.browser("vera").get("/schedules").text
    assert "0 2 * * *" in text
    assert "02:00 UTC" in text
    assert "paused" in text
    assert "not by itself" in text
    assert "Run now" not in text


def test_the_freezes_are_shown_and_which_of_them_holds(house):
    now = house.service.api.context.clock.now().wall
    day = timedelta(days=1)
    house.with_freezes(
        Freeze(now - 9 * day, now - 8 * day, sites=("rome",)),
        Freeze(now - day, now + day, name="move"),
        Freeze(now + 5 * day, now + 6 * day, tags=("vip",), name="year-end"),
    )
    text = " ".join(house.browser("vera").get("/schedules").text.split())
    rows = re.findall(r"<tr>.*?</tr>", text[text.index("Freezes</h2>") :])[1:4]
    assert [re.findall(r"without a name|move|year-end", row) for row in rows] == [
        ["without a name"],
        ["move"],
        ["year-end"],
    ]
    assert [re.findall(r"holds now|ahead|over(?=<)", row) for row in rows] == [
        ["over"],
        ["holds now"],
        ["ahead"],
    ]
    assert [re.findall(r"rome|everywhere|vip", row) for row in rows] == [
        ["rome"],
        ["everywhere"],
        ["vip"],
    ]


def test_an_operator_runs_one_now(scheduled):
    ann = scheduled.browser("ann")
    ann.get("/schedules")
    assert ann.post("/schedules/often/run").status_code == 303
    (asked,) = scheduled.service.store.sweeps(limit=5)
    assert (asked.asked_by, asked.controllers) == ("ann", ("hq-1",))
    assert asked.id in ann.get("/schedules").text
    assert ann.post("/schedules/nothing/run").status_code == 404


def test_the_trail_is_filtered_and_comes_in_pages(house):
    house.service.planned()
    bob = house.browser("bob")
    text = bob.get("/audit", act="plan.ask").text
    assert "<code>plan.ask</code>" in text
    assert "<code>token.create</code>" not in text
    assert "No record fits" in bob.get("/audit", who="nobody").text
    assert "Next page" in bob.get("/audit", rows=2).text
    assert bob.get("/audit", act="odd").status_code == 400


def test_the_chain_is_verified_and_a_broken_one_says_where(house):
    root = house.browser("root")
    text = root.get("/audit/verification").text
    assert "Whole: every one of" in text
    assert house.service.store.head().hash in text


def test_a_viewer_sees_no_trail(house):
    vera = house.browser("vera")
    assert vera.get("/audit").status_code == 403
    assert "/audit" not in vera.get("/schedules").text
