"""The same look gives the same plan, and a plan keeps every promise that planning makes."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.finding import Confidence, Finding
from service.domain.observation import ApState, InstallState
from service.domain.plan import Asked, NoPlan, Plan, Situation
from service.domain.planning import make_plan
from service.domain.wallclock import US_RULE, ClockZone
from service.domain.ways import ORDER
from tests.support.builders import (
    CONTROLLER,
    NO_NTP,
    NTP,
    OTHER,
    POLICY,
    affected,
    charter,
    look,
    sighting,
    timers,
)
from tests.support.cases import catalogue

ISSUE = catalogue().get("FN72524")
assert ISSUE is not None
BYSTANDERS = st.builds(
    lambda state, serial: sighting(OTHER, state, model="C9120AXI-E", serial=serial),
    st.sampled_from(list(ApState)),
    st.sampled_from([None, "FJC2201X0AB", "FJC2701X0AB", "??"]),
)
LOOKS = st.builds(
    lambda others, ntp, zone, unsaved, ours, abort: look(
        0,
        aps=(sighting(), *others),
        ntp=ntp,
        zone=zone,
        unsaved=unsaved,
        timers=ours,
        hazards=(),
        certificates=(),
        install=InstallState("17.9.1", abort_timer_active=abort),
    ),
    st.lists(BYSTANDERS, max_size=1),
    st.sampled_from([NTP, NO_NTP, None]),
    st.sampled_from([ClockZone(), ClockZone(-300, US_RULE), ClockZone(345), None]),
    st.sampled_from([True, False, None]),
    st.sampled_from([(), timers("aprejoin-guard-a"), None]),
    st.booleans(),
)
ASKED = st.builds(Asked, st.booleans(), st.booleans())
CONFIDENCES = st.sampled_from(list(Confidence))
AT_RISK = st.integers(0, 2)


def made(view, asked: Asked, confidence: Confidence, at_risk: int) -> Plan | NoPlan:
    controller = replace(CONTROLLER, policy=replace(POLICY, max_at_risk_aps=at_risk))
    finding = Finding("hq-1", "FN72524", confidence, (affected(),))
    truth = charter().true_time
    assert ISSUE is not None
    return make_plan(Situation(finding, ISSUE, controller, view, truth), asked)


@given(LOOKS, ASKED, CONFIDENCES, AT_RISK)
def test_the_same_look_gives_the_same_plan(view, asked, confidence, at_risk):
    assert made(view, asked, confidence, at_risk) == made(view, asked, confidence, at_risk)


@given(LOOKS, ASKED, CONFIDENCES, AT_RISK)
def test_a_refusal_has_a_reason_and_a_plan_has_none_to_be_refused(view, asked, confidence, at_risk):
    answer = made(view, asked, confidence, at_risk)
    if isinstance(answer, NoPlan):
        assert answer.reason
        return
    assert view.ntp is not None
    assert view.zone is not None
    assert view.timers == ()
    assert not view.install.abort_timer_active
    assert not view.unsaved or asked.save_pending
    assert confidence is not Confidence.SUSPECTED or asked.accept_suspected
    assert answer.charter.ntp == view.ntp
    assert view.zone.is_plain(answer.charter.moment)


@given(LOOKS, ASKED, AT_RISK)
def test_every_way_is_listed_and_one_at_most_can_be_used(view, asked, at_risk):
    answer = made(view, asked, Confidence.PROBABLE, at_risk)
    assert tuple(way.name for way in answer.alternatives) == ORDER
    usable = [way.name for way in answer.alternatives if way.applicable]
    assert usable == (["clock-window"] if isinstance(answer, Plan) else [])


@given(LOOKS, ASKED, CONFIDENCES, AT_RISK)
def test_what_can_be_used_has_numbers_and_no_number_is_more_than_its_most(
    view, asked, confidence, at_risk
):
    for way in made(view, asked, confidence, at_risk).alternatives:
        cost = way.estimate
        assert (cost is not None) == (way.applicable and way.name != "nothing")
        if cost is not None:
            assert 0 < cost.minutes <= cost.minutes_at_most
            assert 0 <= cost.false_time_s <= cost.false_time_at_most_s
            assert cost.false_time_at_most_s <= 60 * cost.minutes_at_most
            assert cost.aps_touched >= 0


@given(LOOKS, ASKED, AT_RISK, st.timedeltas(timedelta(), timedelta(days=2)))
def test_a_plan_made_later_from_the_same_facts_has_the_same_digest(view, asked, at_risk, later):
    one = made(view, asked, Confidence.PROBABLE, at_risk)
    if not isinstance(one, Plan):
        return
    moved = replace(one.charter.true_time, at=one.charter.true_time.at + later)
    assert replace(one.charter, true_time=moved).digest == one.charter.digest
    again = made(replace(view, read_at=view.read_at + later), asked, Confidence.PROBABLE, at_risk)
    assert isinstance(again, Plan)
    assert again.charter.digest == one.charter.digest
