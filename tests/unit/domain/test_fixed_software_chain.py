"""New software on AireOS while APs are stuck: a clock window first, then the image, as one plan."""

from dataclasses import replace

import pytest

from service.domain.documents import plan_document
from service.domain.images import Stage, Transfer
from service.domain.ntp import NtpState
from service.domain.observation import ApState, Topic
from service.domain.plan import Asked, NoPlan, Plan
from service.domain.planning import make_plan
from service.domain.policy import Policy
from service.domain.strategies.fixed_software_aireos_chain import FIRST, plan_sequel
from tests.support.builders import MAC, affected
from tests.support.image_plans import (
    ACCEPTED,
    APS,
    NEW,
    OLD,
    image,
    planned,
    reason,
    seen,
    shelf,
    situation,
)

STUCK = (affected(),)
NTP_OFF = NtpState(synchronised=False)
LOOPING = (replace(APS[0], state=ApState.DOWNLOADING), APS[1])


def chain(view=None, **fields) -> Plan:
    made = planned(view or seen(aps=LOOPING), aps=STUCK, **fields)
    assert isinstance(made, Plan), made
    return made


def sequel(view=None, *, asked=ACCEPTED, **fields):
    """The second part when it is its turn: the finding names nobody any more."""
    return plan_sequel(situation(view or seen(), **fields), STUCK, asked)


def test_the_window_for_the_stuck_aps_comes_first_and_names_what_follows():
    charter = chain().charter
    assert (charter.strategy, charter.purpose) == ("clock-window", "fixed-software")
    assert [ap.mac for ap in charter.aps] == [MAC]
    assert charter.moment is not None
    assert charter.guardians == 2
    assert charter.then.image.release == NEW
    assert charter.accepted_reload


def test_every_line_of_the_window_stands_before_every_line_of_the_image():
    names = [step.name for step in chain().steps]
    of_the_window = [name.startswith(FIRST) for name in names]
    assert of_the_window == sorted(of_the_window, reverse=True)
    assert names.index("window/verify") < names.index("note-transfer")
    assert names.index("window/set-true-time") < names.index("window/ntp-in-sync")


def test_the_plan_tells_of_one_approval_of_false_time_and_of_the_restart():
    told = chain()
    begins = {line[:38] for line in told.impact}
    assert plan_document(told, {})["strategy"] == "fixed-software"
    assert "two parts, one approval" in told.impact[0]
    assert "clock window: the controller shows 202" in begins
    assert "installation: the controller restarts " in begins
    (way,) = [one for one in told.alternatives if one.name == "fixed-software"]
    assert way.applicable
    assert way.estimate.reloads == 1
    assert way.estimate.false_time_s > 0
    assert way.estimate.minutes_at_most > way.estimate.minutes


def test_both_ways_home_are_handed_out():
    lines = chain().by_hand
    assert any("has to be in sync" in line for line in lines)
    assert any(f"only if {NEW} runs" in line for line in lines)


def test_the_second_part_is_the_one_that_was_approved_once_the_aps_serve():
    assert sequel().charter.digest == chain().charter.then.digest


def test_pending_changes_that_are_accepted_are_saved_by_the_window_and_change_nothing_after_it():
    asked = Asked(accept_reload=True, save_pending=True)
    made = chain(seen(aps=LOOPING, unsaved=True), asked=asked)
    assert sequel(seen(), asked=asked).charter.digest == made.charter.then.digest


def test_another_file_is_another_second_part_and_another_plan():
    other = shelf(image(sha512="6" * 128))
    assert chain(files=other).charter.digest != chain().charter.digest
    assert sequel(files=other).charter.digest != chain().charter.then.digest


def test_an_ap_that_reboots_just_now_is_mended_first_too():
    assert chain(seen(aps=APS[1:])).charter.aps == STUCK


def test_an_ap_of_which_a_look_shows_no_model_is_remembered_by_the_finding():
    """As a row of the join statistics does while it reboots."""
    away = replace(APS[0], state=ApState.NOT_JOINED, model=None, serial=None)
    made = chain(seen(aps=(away, APS[1])))
    assert made.charter.then.digest == chain().charter.then.digest


def test_a_stuck_ap_that_the_new_release_would_leave_behind_bars_the_way():
    orphan = affected(model="AIR-CAP1142N-E-K9")
    made = planned(seen(aps=APS[1:]), aps=(orphan,))
    assert isinstance(made, NoPlan)
    assert "no supported path" in made.reason


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"asked": Asked()}, "--accept-reload; 1 stuck APs are mended first then, by a clock"),
        ({"files": shelf(image(vouched=False))}, "no published checksum"),
        ({"view": {"standby": "STANDBY HOT"}}, "reset system both"),
        ({"view": {"unsaved": True}}, "--save-pending"),
        ({"view": {"hazards": None, "ntp": None}}, "clock-window cannot mend them now"),
        ({"view": {"ntp_state": NTP_OFF}}, "NTP is not in sync"),
        ({"true_time": None}, "true time is not known"),
    ],
)
def test_it_is_refused_where_either_part_would_be(fields, words):
    view = seen(**{"aps": LOOPING, **fields.pop("view", {})})
    made = planned(view, aps=STUCK, **fields)
    assert isinstance(made, NoPlan), made
    assert words in made.reason


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ({"aps": LOOPING}, "1 APs that the window mended are not registered"),
        ({"aps": (APS[0], replace(APS[1], state=ApState.DOWNLOADING))}, "1 APs are downloading"),
        ({"aps": None, "unknown": {Topic.AP_JOIN: "no answer"}}, "not registered"),
        ({"ntp_state": NTP_OFF}, "NTP is not in sync"),
        ({"ntp_state": None}, "NTP is not in sync"),
        ({"transfer": Transfer(Stage.UNDER_WAY)}, "a download is under way"),
        ({"unsaved": True}, "--save-pending"),
    ],
)
def test_what_does_not_hold_when_it_is_its_turn_keeps_it_from_being_begun(view, words):
    made = sequel(seen(**view))
    assert isinstance(made, NoPlan), made
    assert words in made.reason


def test_a_clock_that_is_not_true_again_keeps_it_from_being_begun():
    wrong = seen()
    clock = replace(wrong.clock, device_time=wrong.clock.device_time.replace(year=2022))
    assert "clock-repair" in sequel(replace(wrong, clock=clock)).reason


def test_without_a_word_for_the_reload_the_window_alone_is_proposed():
    made = make_plan(situation(seen(aps=LOOPING), aps=STUCK), Asked())
    assert isinstance(made, Plan)
    assert made.charter.purpose == "clock-window"
    assert made.charter.then is None


def test_a_policy_without_clock_windows_opens_none_on_the_way_to_new_software():
    told = reason(seen(aps=LOOPING), aps=STUCK, policy=Policy(strategies=("fixed-software",)))
    assert "mend the stuck APs first" in told
    assert OLD not in told
