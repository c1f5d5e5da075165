"""staging-controller as planned: in which waves, under which windows, and when not at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.ap_homes import NO_HOME, ApHome, ApHomes
from service.domain.changes import SetApHome
from service.domain.finding import Confidence, Finding
from service.domain.identity import BaseRadioMac
from service.domain.instants import TrueTime
from service.domain.observation import ApState, InstallState, Platform
from service.domain.plan import Asked, Companion, NoPlan, Plan, Situation
from service.domain.planning import make_plan
from service.domain.strategies.staging_plan import WAVE, waves_of
from tests.support.builders import CONTROLLER, MAC, OPENED, OTHER, affected, instant, look, sighting
from tests.support.cases import catalogue

TRUE = TrueTime(OPENED, instant(), ("a test",))
HERE = replace(CONTROLLER, staging="stage-1", mobility_group="emea")
THERE = replace(CONTROLLER, name="stage-1", host="192.0.2.20", mobility_group="emea")
TOLD = ApHome("far-1", "203.0.113.9")
NAME = "staging-controller"


def seen(**fields):
    given = {
        "unsaved": False,
        "hazards": (),
        "certificates": (),
        "install": InstallState("17.9.1"),
        "homes": (ApHomes(MAC, "AP1", primary=TOLD),),
        "system_name": "hq-1",
        "aps": (sighting(), sighting(OTHER)),
        **fields,
    }
    return look(0, **given)


def next_door(**fields):
    return seen(**{"controller": "stage-1", "system_name": "stage-1", "aps": (), **fields})


def planned(
    view=None, there=None, *, here=HERE, companion=THERE, trouble="", issue="FN72524", aps=None
):
    found = catalogue().get(issue)
    assert found is not None
    stuck = (affected(), affected(OTHER)) if aps is None else aps
    finding = Finding("hq-1", issue, Confidence.PROBABLE, stuck)
    beside = next_door() if there is None and not trouble else there
    return make_plan(
        Situation(
            finding,
            found,
            here,
            view or seen(),
            TRUE,
            companion=companion and Companion(companion, beside, TRUE, trouble),
        ),
        Asked(),
        strategy=NAME,
    )


def refused(*args, **fields) -> str:
    plan = planned(*args, **fields)
    assert isinstance(plan, NoPlan), plan
    return plan.reason


# -- the plan ----------------------------------------------------------------------------------


def test_the_first_wave_is_one_ap_and_each_wave_has_a_window_of_its_own():
    plan = planned()
    assert isinstance(plan, Plan)
    job = plan.charter.staging
    assert job is not None
    assert [wave.aps for wave in job.waves] == [(MAC,), (OTHER,)]
    assert len({wave.window for wave in job.waves}) == 2
    assert (job.there, job.here) == (
        ApHome("stage-1", "192.0.2.20"),
        ApHome("hq-1", "192.0.2.10"),
    )
    assert plan.charter.moment is None  # not this clock


def test_the_same_input_gives_the_same_plan_wherever_an_ap_restarts_at_the_moment():
    away = seen(aps=(sighting(state=ApState.NOT_JOINED), sighting(OTHER)), homes=())
    one, two = planned(), planned(away)
    assert isinstance(one, Plan)
    assert isinstance(two, Plan)
    assert one.charter.digest == two.charter.digest


def test_what_an_ap_is_told_now_is_shown_as_what_undoes_it():
    plan = planned()
    assert isinstance(plan, Plan)
    (step,) = [step for step in plan.steps if step.name == "point-1"]
    assert [c.home for c in step.changes if isinstance(c, SetApHome)] == [
        plan.charter.staging.there
    ]
    assert [c.home for c in step.undo if isinstance(c, SetApHome)] == [TOLD]
    back = [line for line in plan.by_hand if "controller primary far-1 203.0.113.9" in line]
    assert back == ["ap name AP1 controller primary far-1 203.0.113.9   ! here, once it is back"]


def test_the_windows_own_steps_are_shown_as_those_of_the_staging_controller():
    plan = planned()
    assert isinstance(plan, Plan)
    shown = {step.name: step.on for step in plan.steps}
    assert shown["window-1/set-clock-back"] == "stage-1"
    assert shown["point-1"] == ""
    assert shown["return-1"] == "stage-1"


def test_another_ntp_server_next_door_is_another_plan():
    one, two = planned(), planned(there=next_door(ntp=replace(look(0).ntp, entries=())))
    assert isinstance(one, Plan)
    assert isinstance(two, NoPlan) or two.charter.digest != one.charter.digest


@given(st.integers(1, 200), st.integers(1, 50))
def test_every_ap_moves_once_and_no_wave_is_larger_than_the_room_for_it(count, room):
    aps = [BaseRadioMac.parse(f"{number:012x}") for number in range(count)]
    waves = waves_of(aps, room)
    assert [mac for wave in waves for mac in wave] == aps
    assert len(waves[0]) == 1
    assert all(1 <= len(wave) <= min(room, WAVE) for wave in waves)


HOMES = st.builds(ApHome, st.text(max_size=31), st.text(max_size=39))


@given(st.builds(ApHomes, st.just(MAC), st.text(), HOMES, HOMES, HOMES))
def test_what_an_ap_is_told_is_read_back_from_the_journal_as_it_was(homes):
    assert ApHomes(homes.mac, homes.ap).with_text(homes.text) == homes


@pytest.mark.parametrize("name", [None, "", " ", "Not Configured"])
@pytest.mark.parametrize("address", [None, "", "0.0.0.0"])  # noqa: S104
def test_every_way_to_say_none_is_none(name, address):
    assert ApHome.parse(name, address) == NO_HOME


# -- refused -----------------------------------------------------------------------------------

REFUSED = {
    "none named": ({"companion": None}, "say `staging: NAME`"),
    "unreachable": ({"trouble": "no route to host"}, "stage-1 cannot be read: no route to host"),
    "another platform": (
        {"there": next_door(platform=Platform.AIREOS)},
        "stage-1 is another platform",
    ),
    "another release": (
        {"there": next_door(release="17.9.2")},
        "stage-1 runs 17.9.2, not 17.9.1: APs would take another image; bring it to the same",
    ),
    "another patch": (
        {"there": next_door(install=InstallState("17.9.1", patches=("apsp1",)))},
        "stage-1 has other patches (apsp1; here none)",
    ),
    "another mobility group": (
        {"companion": replace(THERE, mobility_group="apac")},
        "stage-1 is in another mobility group (apac, not emea)",
    ),
    "another country": (
        {"view": seen(countries=("GB",)), "there": next_door(countries=("US", "CA"))},
        "stage-1 serves CA, US, and these APs are for GB",
    ),
    "full": (
        {
            "companion": replace(THERE, ap_limit=2),
            "there": next_door(ap_total=2),
        },
        "stage-1 is full",
    ),
    "no address": (
        {"companion": replace(THERE, host="stage-1.example.net")},
        "say `ap_address: ADDRESS`",
    ),
    "no name": (
        {"there": next_door(system_name=None)},
        "the name by which APs know stage-1 cannot be read",
    ),
    "one name for both": (
        {"there": next_door(system_name="hq-1")},
        "both controllers call themselves hq-1",
    ),
    "a window is refused there": (
        {"there": next_door(unsaved=True)},
        "no clock window on stage-1: running differs from startup",
    ),
    "an installation under way here": (
        {"view": seen(install=InstallState("17.9.1", uncommitted=("17.9.2",)))},
        "here: an installation is not committed",
    ),
    "settings that are not shown": (
        {"view": seen(homes=None)},
        "what APs are told to join cannot be read",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_it_impossible_is_refused_with_the_way_out(name):
    fields, reason = REFUSED[name]
    assert reason in refused(**fields)


def test_aps_that_do_not_join_at_all_are_sent_by_dhcp_or_dns():
    away = tuple(replace(ap, state=ApState.NOT_JOINED) for ap in (affected(), affected(OTHER)))
    view = seen(aps=tuple(sighting(ap.mac, ApState.NOT_JOINED) for ap in away))
    assert "DHCP option 43" in refused(view, issue="FN63942", aps=away)


def test_room_for_fewer_aps_than_there_are_makes_smaller_waves():
    aps = tuple(affected(BaseRadioMac.parse(f"{number:012x}")) for number in range(7))
    plan = planned(companion=replace(THERE, ap_limit=3), there=next_door(ap_total=1), aps=aps)
    assert isinstance(plan, Plan)
    assert plan.charter.staging is not None
    assert [len(wave.aps) for wave in plan.charter.staging.waves] == [1, 2, 2, 2]


def test_where_nothing_says_how_many_aps_it_takes_the_plan_says_so():
    plan = planned()
    assert isinstance(plan, Plan)
    assert any("ap_limit: NUMBER" in line for line in plan.impact)
    assert any("unverified" in line for line in plan.impact)
