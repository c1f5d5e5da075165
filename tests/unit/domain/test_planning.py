from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.changes import AddNtp, ArmGuard, RemoveNtp, SetClock
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.hazards import Hazard
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.ntp import NtpConfig, NtpState
from service.domain.observation import (
    ApSighting,
    ApState,
    Certificate,
    CertificateKind,
    ControllerView,
    InstallState,
    Topic,
)
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation, digest_of
from service.domain.planning import make_plan
from service.domain.policy import Policy
from service.domain.wallclock import US_RULE, ClockZone
from service.domain.ways import COSTS, ORDER, strategies_for
from tests.support.builders import (
    CONTROLLER,
    MAC,
    NO_NTP,
    NTP,
    OPENED,
    OTHER,
    POLICY,
    affected,
    charter,
    instant,
    look,
    sighting,
    timers,
)
from tests.support.cases import catalogue

SIGNING_END = datetime(2022, 12, 4, 21, 37, 36, tzinfo=UTC)
LONGEST = timedelta(seconds=1200 + 600 + 600)
HEALTHY = sighting(
    OTHER, ApState.REGISTERED, name="AP9120", model="C9120AXI-E", serial="FJC2201X0AB"
)
THIRD = BaseRadioMac("00:00:00:00:00:03")


def situation(
    issue: str = "FN72524",
    *,
    view: ControllerView | None = None,
    controller: Controller = CONTROLLER,
    aps: tuple[AffectedAp, ...] = (affected(),),
    confidence: Confidence = Confidence.PROBABLE,
    true: bool = True,
) -> Situation:
    found = catalogue().get(issue)
    assert found is not None
    truth = charter().true_time if true else None
    finding = Finding("hq-1", issue, confidence, aps)
    return Situation(finding, found, controller, view or seen(), truth)


def seen(*aps: ApSighting, **fields) -> ControllerView:
    given = {
        "aps": (sighting(), *aps),
        "unsaved": False,
        "hazards": (),
        "install": InstallState("17.9.1"),
        "certificates": (),
        **fields,
    }
    return look(0, **given)


def planned(asked: Asked | None = None, **fields) -> Planned:
    strategy = fields.pop("strategy", None)
    return make_plan(situation(**fields), asked or Asked(), strategy=strategy)


def plan(asked: Asked | None = None, **fields) -> Plan:
    made = planned(asked, **fields)
    assert isinstance(made, Plan), made
    return made


def refusal(asked: Asked | None = None, **fields) -> str:
    made = planned(asked, **fields)
    assert isinstance(made, NoPlan)
    return made.reason


def with_policy(**fields) -> Controller:
    return replace(CONTROLLER, policy=replace(POLICY, **fields))


# -- the moment --------------------------------------------------------------------------------


def test_the_moment_is_the_newest_that_leaves_room_for_the_longest_window_and_an_hour():
    moment = plan().charter.moment
    latest = SIGNING_END - LONGEST - timedelta(hours=1)
    assert latest - timedelta(minutes=1) < moment <= latest


def test_both_signing_certificates_are_named_as_bounds_on_both_sides():
    owners = [bound.owner for bound in plan().window.bounds]
    assert sum("SHA-1" in owner for owner in owners) == 2
    assert sum("SHA-2" in owner for owner in owners) == 2


def test_a_controller_certificate_that_is_too_young_leaves_no_window_and_both_are_named():
    made = datetime(2023, 5, 1, tzinfo=UTC)
    young = Certificate("TP", "CN=wlc", not_before=made, for_join=True)
    why = refusal(view=seen(certificates=(young,)))
    assert "CN=wlc" in why
    assert "SHA-1" in why
    assert "2023-05-01" in why


def test_the_lower_bound_is_a_day_after_the_youngest_certificate():
    made = SIGNING_END - timedelta(days=1, hours=1) - LONGEST - timedelta(minutes=2)
    own = Certificate("TP", "CN=wlc", not_before=made, for_join=True)
    assert plan(view=seen(certificates=(own,))).window.earliest == made + timedelta(days=1)
    too_young = replace(own, not_before=made + timedelta(minutes=3))
    assert "no moment suits both" in refusal(view=seen(certificates=(too_young,)))


def test_only_the_certificate_that_aps_are_shown_counts_where_the_box_tells_which():
    young = Certificate("other", not_before=datetime(2025, 1, 1, tzinfo=UTC), for_join=False)
    shown = Certificate("TP", not_before=datetime(2019, 1, 1, tzinfo=UTC), for_join=True)
    plan(view=seen(certificates=(young, shown)))
    unknown = replace(young, for_join=None)
    plan(view=seen(certificates=(unknown, shown)))
    assert "no moment" in refusal(view=seen(certificates=(unknown,)))


def test_a_certificate_authority_is_not_what_aps_are_shown():
    root = Certificate("CA", not_before=datetime(2025, 1, 1, tzinfo=UTC), is_ca=True)
    plan(view=seen(certificates=(root,)))


def test_an_unknown_start_of_the_controllers_certificate_is_said():
    impact = " ".join(plan(view=seen(certificates=None)).impact)
    assert "start of the controller's own certificate is not known" in impact


def test_a_stuck_ap_made_later_by_its_serial_number_bounds_the_window_too():
    young = affected(serial="FGL2720X0AB")  # week 20 of 2023
    assert "by serial number FGL2720X0AB" in refusal(aps=(young,))


def test_nothing_that_ran_out_is_nothing_to_go_back_for():
    """FN63942 of an AP whose certificate nobody could read: the clock must not go anywhere."""
    assert "run out" in refusal(issue="FN63942", view=seen(certificates=()))
    valid = Certificate(
        "TP",
        not_before=datetime(2020, 1, 1, tzinfo=UTC),
        not_after=datetime(2030, 1, 1, tzinfo=UTC),
        for_join=True,
    )
    assert "run out" in refusal(issue="FN63942", view=seen(certificates=(valid,)))


def test_an_expired_certificate_of_the_controller_is_what_fn63942_goes_back_for():
    ended = datetime(2026, 3, 1, tzinfo=UTC)
    own = Certificate("TP", not_before=ended - timedelta(days=3650), not_after=ended, for_join=True)
    old_ap = sighting(serial="FGL1830X0AB")
    made = plan(issue="FN63942", view=seen(certificates=(own,), aps=(old_ap,)))
    assert made.charter.moment < ended


def test_the_moment_never_lies_in_a_repeated_hour():
    """A certificate that ends in the hour after the American autumn change."""
    zone = ClockZone(-300, US_RULE, "EST")
    ended = datetime(2026, 11, 1, 6, 30, tzinfo=UTC) + LONGEST + timedelta(hours=1)
    own = Certificate("TP", not_before=ended - timedelta(days=3650), not_after=ended, for_join=True)
    view = seen(certificates=(own,), zone=zone, aps=(sighting(serial="FGL1830X0AB"),))
    moment = plan(issue="FN63942", view=view).charter.moment
    assert zone.is_plain(moment)
    assert moment < datetime(2026, 11, 1, 5, 0, tzinfo=UTC)  # before 01:00 local is repeated


def test_the_false_time_ends_in_the_year_in_which_it_begins():
    """The dead-man's switch tells the false time by its year."""
    ended = datetime(2026, 1, 1, 1, 20, tzinfo=UTC)
    own = Certificate("TP", not_before=ended - timedelta(days=3650), not_after=ended, for_join=True)
    view = seen(certificates=(own,), aps=(sighting(serial="FGL1830X0AB"),))
    moment = plan(issue="FN63942", view=view).charter.moment
    assert (moment + LONGEST).year == moment.year == 2025


def test_where_that_leaves_nothing_the_window_is_empty():
    ended = datetime(2026, 1, 1, 1, 20, tzinfo=UTC)
    starts = ended - timedelta(days=1) - LONGEST - timedelta(hours=1, minutes=10)
    own = Certificate("TP", not_before=starts, not_after=ended, for_join=True)
    view = seen(certificates=(own,), aps=(sighting(serial="FGL1830X0AB"),))
    assert "no usable moment" in refusal(issue="FN63942", view=view)


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"ntp": None}, "ntp-config cannot be read"),
        ({"clock": None}, "clock cannot be read"),
        ({"zone": None}, "clock-zone cannot be read"),
        ({"timers": None}, "timers cannot be read"),
        ({"hazards": (Hazard("ntp-master", "it is a time source", "/ntp/master"),)}, "time source"),
        ({"install": InstallState("17.9.1", uncommitted=("x.bin",))}, "not committed: x.bin"),
        ({"install": InstallState("17.9.1", abort_timer_active=True)}, "auto-abort timer"),
        ({"install": InstallState("17.9.1", activity="install")}, "under way (install)"),
        ({"timers": timers("aprejoin-guard-b", about="x")}, "another clock window is open"),
        ({"unsaved": True}, "running differs from startup"),
        ({"off_s": 6.0}, "+6 s from true time"),
        ({"ntp": NO_NTP}, "NTP is in sync with 192.0.2.1 and no server"),
    ],
)
def test_a_controller_is_refused_with_the_reason(fields, why):
    off_s = fields.pop("off_s", 0.0)
    view = seen(**fields)
    view = replace(view, clock=look(0, off_s=off_s).clock) if off_s else view
    assert why in refusal(view=view)


def test_every_reason_is_told_at_once():
    why = refusal(view=seen(unsaved=True, install=InstallState(abort_timer_active=True)))
    assert "auto-abort" in why
    assert "running differs" in why


def test_unread_tables_say_why_they_were_not_read():
    view = replace(seen(timers=None), unknown={Topic.TIMERS: "access-denied"})
    assert "access-denied" in refusal(view=view)


def test_aps_that_predownload_refuse():
    loading = replace(HEALTHY, predownload="pre-dwnld-in-progress")
    assert "predownloading" in refusal(view=seen(loading))
    plan(view=seen(replace(HEALTHY, predownload="pre-dwnld-complete")))


def test_pending_changes_are_accepted_on_request():
    made = plan(Asked(save_pending=True), view=seen(unsaved=True))
    assert made.charter.save_pending


def test_a_box_that_cannot_tell_what_is_saved_is_planned_for_with_a_word():
    assert "nothing is saved" in " ".join(plan(view=seen(unsaved=None)).impact)
    asked = plan(Asked(save_pending=True), view=seen(unsaved=None))
    assert "as asked" in " ".join(asked.impact)


def test_without_true_time_there_is_no_plan():
    assert "true time is not known" in refusal(true=False)


def test_ntp_that_is_not_in_sync_is_no_hindrance_where_true_time_is_known_otherwise():
    free_running = NtpState(synchronised=False, stratum=16)
    assert not plan(view=seen(ntp_state=free_running)).charter.ntp_was_synchronised
    plan(view=seen(ntp=NO_NTP, ntp_state=free_running))


def test_a_change_of_summer_time_before_the_end_refuses():
    zone = ClockZone(-300, US_RULE, "EST")
    begins = datetime(2026, 11, 1, 5, 45, tzinfo=UTC)
    made = situation(view=seen(zone=zone))
    assert made.true_time is not None
    late = replace(made.true_time, at=begins, instant=replace(instant(), wall=begins))
    view = replace(made.view, clock=replace(look(0).clock, device_time=begins, host_time=begins))
    answer = make_plan(replace(made, true_time=late, view=view), Asked())
    assert isinstance(answer, NoPlan)
    assert "summer time of zone EST" in answer.reason


def test_what_no_model_shows_is_said_in_every_plan():
    assert "RadSec" in " ".join(plan().impact)


def test_a_standby_and_unread_hazards_are_said():
    view = replace(seen(standby="standby"), unknown={Topic.HAZARDS: "radsec: unknown-element"})
    impact = " ".join(plan(view=view).impact)
    assert "switchover must not happen" in impact
    assert "radsec: unknown-element" in impact


# -- devices at risk ---------------------------------------------------------------------------


def test_an_ap_made_before_the_moment_is_not_at_risk():
    plan(view=seen(HEALTHY))


def test_an_ap_made_after_the_moment_is():
    young = replace(HEALTHY, serial="FJC2701X0AB")
    assert "AP9120" in refusal(view=seen(young))


def test_an_ap_of_unknown_age_counts():
    for serial in (None, "", "9ABCDEF", "XXX9960XXXX"):
        assert "age unknown" in refusal(view=seen(replace(HEALTHY, serial=serial)))


def test_the_end_of_a_manufacturers_certificate_bounds_its_beginning():
    old = replace(
        HEALTHY,
        serial=None,
        certificate_kind=CertificateKind.MIC,
        certificate_end=datetime(2031, 1, 1, tzinfo=UTC),
    )
    plan(view=seen(old))
    local = replace(old, certificate_kind=CertificateKind.LSC)
    assert "age unknown" in refusal(view=seen(local))
    young = replace(old, certificate_end=datetime(2035, 1, 1, tzinfo=UTC))
    assert "may be as young" in refusal(view=seen(young))


def test_an_ap_whose_own_certificate_ended_before_the_window_cannot_rejoin_either():
    ended = replace(HEALTHY, certificate_end=datetime(2022, 12, 1, tzinfo=UTC))
    assert "certificate ends before" in refusal(view=seen(ended))


def test_models_of_the_notice_were_sold_out_before_and_are_not_at_risk():
    ios = replace(HEALTHY, model="AIR-CAP3702I-E-K9", serial=None)
    plan(view=seen(ios))


def test_an_ap_that_is_not_there_cannot_drop():
    plan(view=seen(replace(HEALTHY, serial=None, state=ApState.NOT_JOINED)))


def test_the_policy_says_how_many_may_be_at_risk_and_the_plan_names_them():
    young = tuple(
        replace(HEALTHY, mac=mac, name=f"AP-{mac.value[-1]}", serial="FJC2701X0AB")
        for mac in (OTHER, THIRD)
    )
    assert "allows 1" in refusal(controller=with_policy(max_at_risk_aps=1), view=seen(*young))
    made = plan(controller=with_policy(max_at_risk_aps=2), view=seen(*young))
    assert sum("cannot rejoin" in line for line in made.impact) == 2


# -- what is planned ---------------------------------------------------------------------------


def test_a_suspicion_has_to_be_accepted_and_the_acceptance_is_kept():
    assert "only suspected" in refusal(confidence=Confidence.SUSPECTED)
    accepted = plan(Asked(accept_suspected=True), confidence=Confidence.SUSPECTED)
    assert accepted.charter.accepted_suspected
    plan(confidence=Confidence.CONFIRMED)


def test_a_finding_without_aps_leaves_nobody_to_wait_for():
    assert "nobody to wait for" in refusal(aps=())


def test_a_strategy_that_the_policy_does_not_allow_is_passed_over_with_that_reason():
    made = planned(controller=with_policy(strategies=("expired-cert-override",)))
    assert isinstance(made, NoPlan)
    assert made.reason == "the policy does not allow it"
    ways = {way.name: way for way in made.alternatives}
    assert not ways["clock-window"].applicable


def test_a_strategy_that_is_asked_for_and_cannot_be_used_says_why():
    assert "no supported path" in refusal(strategy="fixed-software")
    assert "no such strategy" in refusal(strategy="prayer")
    assert "controller policy reaches" in refusal(strategy="expired-cert-override")
    plan(strategy="clock-window")


def test_clock_skew_is_never_mended_by_a_clock_window():
    made = planned(issue="CLOCK-SKEW", strategy="clock-window")
    assert isinstance(made, NoPlan)
    assert "does not mend CLOCK-SKEW" in made.reason


def test_every_way_is_listed_in_order_with_its_reason_and_its_cost():
    for made in (plan(), planned(view=seen(unsaved=True))):
        ways = made.alternatives
        assert tuple(way.name for way in ways) == ORDER
        assert all(way.reason and way.cost == COSTS[way.name] for way in ways)
        assert [way.name for way in ways if way.applicable] in (["clock-window"], [])


def test_a_sweep_lists_the_ways_of_an_issue_before_a_controller_is_looked_at():
    issue = catalogue().get("FN72524")
    assert issue is not None
    ways = {way.name: way for way in strategies_for(issue, POLICY)}
    assert ways["clock-window"].applicable
    assert not ways["clock-repair"].applicable


def test_the_steps_come_in_the_order_in_which_they_are_done_with_what_they_send():
    made = plan()
    assert [step.name for step in made.steps] == [
        "capture",
        "prove-timer",
        "arm-dead-man",
        "remove-ntp",
        "set-clock-back",
        "wait-for-aps",
        "set-true-time",
        "restore-ntp",
        "ntp-in-sync",
        "disarm",
        "save",
        "verify",
    ]
    steps = {step.name: step for step in made.steps}
    assert steps["remove-ntp"].changes == (RemoveNtp(NTP),)
    assert steps["remove-ntp"].undo == (AddNtp(NTP),)
    (armed,) = steps["arm-dead-man"].changes
    assert isinstance(armed, ArmGuard)
    assert armed.home_wall == (OPENED + timedelta(seconds=600)).replace(tzinfo=None)
    (back,) = steps["set-clock-back"].changes
    assert isinstance(back, SetClock)
    assert back.wall == made.charter.moment.replace(tzinfo=None)


def test_nothing_is_removed_where_nothing_is_configured():
    free_running = NtpState(synchronised=False, stratum=16)
    made = plan(view=seen(ntp=NO_NTP, ntp_state=free_running))
    assert {step.name: step.changes for step in made.steps}["remove-ntp"] == ()


def test_the_plan_ends_after_a_day():
    assert plan().expires == OPENED + timedelta(hours=24)


# -- the digest --------------------------------------------------------------------------------


def test_the_same_look_gives_the_same_plan():
    assert plan() == plan()


def test_the_digest_does_not_depend_on_when_it_was_asked_for_or_by_whom():
    first = plan()
    later = situation()
    assert later.true_time is not None
    moved = replace(later.true_time, at=OPENED + timedelta(minutes=5), instant=instant(300))
    view = replace(later.view, clock=look(300).clock, read_at=OPENED + timedelta(minutes=5))
    second = make_plan(replace(later, true_time=moved, view=view), Asked(approved_by="bob"))
    assert isinstance(second, Plan)
    assert second.charter.digest == first.charter.digest


def test_the_digest_does_not_depend_on_the_order_or_the_state_of_aps():
    two = (affected(), affected(OTHER))
    other = (affected(OTHER, state=ApState.NOT_JOINED), affected(name="renamed"))
    assert plan(aps=two).charter.digest == plan(aps=other).charter.digest


CHANGES: list[tuple[str, Callable[[], Plan]]] = [
    ("an NTP entry", lambda: plan(view=seen(ntp=NtpConfig(NTP.entries[:1])))),
    ("an AP", lambda: plan(aps=(affected(), affected(OTHER)))),
    ("the policy", lambda: plan(controller=with_policy(wait_for_aps_s=600))),
    ("the release", lambda: plan(view=seen(release="17.9.2"))),
    ("the zone", lambda: plan(view=seen(zone=ClockZone(60)))),
    ("what is saved", lambda: plan(view=seen(unsaved=None))),
    ("what is accepted", lambda: plan(Asked(save_pending=True))),
]


@pytest.mark.parametrize(("what", "other"), CHANGES)
def test_the_digest_changes_with(what, other):
    assert other().charter.digest != plan().charter.digest, what


def test_the_digest_is_of_everything_but_what_passes():
    one = charter()
    assert digest_of(one) == digest_of(replace(one, digest="x", approved_by="y"))
    assert digest_of(one) != digest_of(replace(one, controller="hq-2"))
    assert digest_of(one) != digest_of(replace(one, moment=one.moment + timedelta(minutes=1)))
    assert digest_of(one) != digest_of(replace(one, policy=Policy()))


def test_the_order_in_which_a_box_lists_its_ntp_entries_is_no_change_of_plan():
    shuffled = NtpConfig(tuple(reversed(NTP.entries)))
    assert plan(view=seen(ntp=shuffled)).charter.digest == plan().charter.digest


def test_the_stuck_ap_itself_is_never_at_risk():
    assert MAC in {ap.mac for ap in plan().charter.aps}
    plan(view=seen(aps=(sighting(serial=None),)))
