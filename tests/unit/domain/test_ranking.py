"""The ways of a plan, mildest first, and what each would cost in numbers."""

from dataclasses import replace

import pytest

from service.domain.diagnosis.verdict import Explained, Explanation
from service.domain.documents import alternatives_document
from service.domain.estimates import estimate
from service.domain.finding import Confidence, Finding
from service.domain.join_policy import GRANTS, HOLDER, JoinPolicies, Switch
from service.domain.ntp import NtpState
from service.domain.observation import ApState
from service.domain.plan import Alternative, Asked, NoPlan, Plan, Planned, PlanStep, Situation
from service.domain.planning import make_plan, no_finding
from service.domain.policy import ALL_STRATEGIES
from service.domain.strategies.nothing import is_nothing_needed
from service.domain.ways import NOTHING, ORDER, WAYS
from tests.support.builders import (
    CONTROLLER,
    NO_NTP,
    OTHER,
    POLICY,
    affected,
    charter,
    look,
    sighting,
)
from tests.support.cases import catalogue

SERVING = sighting(OTHER, ApState.REGISTERED, model="C9120AXI-E", serial="FJC2201X0AB")


def planned(
    *explained: Explanation,
    confidence: Confidence = Confidence.PROBABLE,
    accept: bool = False,
    issue: str = "FN72524",
    **fields,
) -> Planned:
    known = catalogue().get(issue)
    assert known is not None
    controller = replace(CONTROLLER, policy=replace(POLICY, **fields.pop("policy", {})))
    view = look(0, aps=(sighting(), SERVING), unsaved=False, hazards=(), certificates=(), **fields)
    finding = Finding("hq-1", issue, confidence, (affected(),))
    truth = charter().true_time
    situation = Situation(finding, known, controller, view, truth, explained=explained)
    return make_plan(situation, Asked(accept_suspected=accept))


def way(made: Planned, name: str) -> Alternative:
    (found,) = [one for one in made.alternatives if one.name == name]
    return found


def other(cause: str) -> Explanation:
    return Explanation(OTHER, cause)


# -- the order ---------------------------------------------------------------------------------


def test_nothing_comes_first_and_the_clock_last():
    assert ORDER[0] == NOTHING
    assert ORDER[-1] == "clock-window"
    assert set(ORDER) == {NOTHING, *ALL_STRATEGIES} == set(WAYS)


def test_every_way_says_its_cost_its_risk_and_its_undo():
    for one in planned().alternatives:
        assert one.cost
        assert one.risk
        assert one.undo


def test_nothing_is_a_way_where_it_is_only_suspected_and_the_others_wait_for_a_word():
    made = planned(confidence=Confidence.SUSPECTED)
    assert isinstance(made, NoPlan)
    assert way(made, NOTHING).applicable
    assert "sweep again" in way(made, NOTHING).reason
    assert "--accept-suspected" in way(made, "clock-window").reason
    accepted = planned(confidence=Confidence.SUSPECTED, accept=True)
    assert isinstance(accepted, Plan)


def test_nothing_is_a_way_where_no_ap_is_stuck_yet():
    ahead = Finding("hq-1", "FN72524", Confidence.CONFIRMED, (), ("3 registered APs would be hit",))
    issue = catalogue().get("FN72524")
    assert issue is not None
    situation = Situation(ahead, issue, CONTROLLER, look(0), charter().true_time)
    assert is_nothing_needed(situation) == (
        True,
        "no AP is stuck now; 3 registered APs would be hit",
    )
    made = make_plan(situation, Asked(), strategy="fixed-software")
    assert [one.name for one in made.alternatives if one.applicable] == [NOTHING]
    assert "nobody to wait for" in way(made, "clock-window").reason


def test_nothing_does_not_bring_stuck_aps_back():
    nothing = way(planned(), NOTHING)
    assert not nothing.applicable
    assert "1 APs do not come by themselves: FN72524 is probable" in nothing.reason


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Explained.PROGRESSING, "1 APs need nothing: merely downloading"),
        (Explained.ELSEWHERE, "1 APs need nothing: joined to another controller"),
        (Explained.RELEASE_FIXED, "1 APs need nothing: downloading from a release that carries"),
        (Explained.LSC_EXPIRED, "another cause, which none of the ways mends: lsc-expired"),
        ("a-look-alike", "another cause, which none of the ways mends: a-look-alike"),
    ],
)
def test_nothing_names_what_else_the_other_aps_have(cause, words):
    assert words in way(planned(other(cause)), NOTHING).reason
    (only,) = no_finding((other(cause),)).alternatives
    assert only.applicable
    assert words in only.reason


def test_that_nothing_was_found_says_what_could_not_be_judged():
    assert no_finding(()).reason == "nothing to do: no finding on this controller"
    told = no_finding((), ("FN72524: AP7 is away", "ap-join not read")).reason
    assert told.endswith("; unknown: FN72524: AP7 is away; unknown: ap-join not read")


def test_a_clock_that_is_wrong_does_not_mend_itself():
    made = planned(issue="CLOCK-SKEW")
    assert not way(made, NOTHING).applicable
    assert "stays wrong" in way(made, NOTHING).reason


# -- the numbers -------------------------------------------------------------------------------


def numbers(**fields):
    made = way(planned(**fields), "clock-window").estimate
    assert made is not None
    return made


def test_a_clock_window_costs_false_time_up_to_the_longest_window_and_no_reload():
    cost = numbers()
    assert cost.reloads == 0
    assert 0 < cost.false_time_s < cost.false_time_at_most_s == 1200 + 600 + 600
    assert cost.aps_touched == 1
    assert cost.clients_touched == 0


def test_the_policys_waits_are_in_the_minutes():
    longer = numbers(policy={"wait_for_aps_s": 1200 + 600})
    assert longer.minutes_at_most == numbers().minutes_at_most + 10
    assert longer.minutes == numbers().minutes
    staying = numbers(policy={"stay_registered_s": 60 + 120})
    assert staying.minutes == numbers().minutes + 2


def test_without_ntp_there_is_no_sync_to_wait_for():
    alone = numbers(ntp=NO_NTP, ntp_state=NtpState(synchronised=False))
    assert alone.minutes_at_most < numbers().minutes_at_most


def test_a_window_next_door_counts_for_each_wave():
    made = planned()
    issue = catalogue().get("FN72524")
    assert isinstance(made, Plan)
    assert issue is not None
    names = ("point-1", "arrive-1", "window-1", "return-1")
    waves = [
        tuple(
            PlanStep(name.replace("-1", f"-{n}"), "") for n in range(1, count + 1) for name in names
        )
        for count in (1, 2)
    ]
    one, two = (estimate(replace(made, steps=steps), issue, look(0)) for steps in waves)
    assert one.false_time_at_most_s == 1200 + 600 + 600
    assert two.false_time_at_most_s == 2 * one.false_time_at_most_s
    assert two.false_time_s == 2 * one.false_time_s > 0
    assert two.minutes_at_most > one.minutes_at_most


@pytest.mark.parametrize("clients", [None, 40])
def test_software_touches_every_ap_that_is_there_and_all_clients(clients):
    made = planned()
    issue = catalogue().get("FN72524")
    assert isinstance(made, Plan)
    assert issue is not None
    steps = (PlanStep("activate-base", ""),)
    install = replace(made, steps=steps, charter=replace(made.charter, strategy="fixed-software"))
    cost = estimate(install, issue, look(0, aps=(sighting(), SERVING), clients=clients))
    assert (cost.reloads, cost.aps_touched, cost.clients_touched) == (1, 2, clients)


def test_a_way_that_was_not_planned_has_no_numbers():
    refused = way(planned(), "staging-controller")
    assert refused.estimate is None
    (told,) = alternatives_document([refused])
    assert told["estimated"] is False
    assert told["minutes"] is told["aps_touched"] is None


def test_a_planned_way_tells_its_numbers_as_estimates():
    (told,) = alternatives_document([way(planned(), "clock-window")])
    assert told["estimated"] is True
    assert told["false_time_at_most_s"] == 2400
    assert isinstance(told["cost"], str)


def test_the_override_touches_its_aps_and_no_clock():
    switches = tuple(Switch(rule, enabled=False) for rule in (*GRANTS, HOLDER))
    made = planned(issue="FN63942", policies=JoinPolicies(switches))
    cost = way(made, "expired-cert-override").estimate
    assert cost is not None
    assert cost.false_time_at_most_s == 0
    assert cost.aps_touched == 1
