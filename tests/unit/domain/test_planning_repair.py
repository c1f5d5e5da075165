"""clock-repair as planned: what is set, what is added, and when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.changes import AddNtp, ProveTimer, RemoveNtp, SetClock
from service.domain.finding import Confidence, Finding
from service.domain.hazards import Hazard
from service.domain.instants import TrueTime
from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.observation import InstallState, Platform, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation
from service.domain.planning import make_plan
from service.domain.policy import Policy
from service.domain.wallclock import US_RULE, ClockZone
from tests.support.builders import (
    CONTROLLER,
    NO_NTP,
    OPENED,
    POLICY,
    affected,
    instant,
    look,
    timers,
)
from tests.support.cases import catalogue
from tests.support.fake_driver import COMMANDS

DAY = 86_400.0
FREE = NtpState(synchronised=False, stratum=16)
DEAD = NtpEntry("server", "server-list", "192.0.2.66")
NEW = "198.51.100.1"
BY = ("host clock (disciplined)", "SNTP 198.51.100.1")
PROVEN = TrueTime(OPENED, instant(), BY)


def seen(off_s: float = -DAY, **fields):
    given = {
        "off_s": off_s,
        "ntp": NO_NTP,
        "ntp_state": FREE,
        "unsaved": False,
        "hazards": (),
        "install": InstallState("17.9.1"),
        **fields,
    }
    return look(0, **given)


def planned(
    *servers: str,
    issue: str = "CLOCK-SKEW",
    asked: Asked | None = None,
    truth: TrueTime | None = PROVEN,
    policy: Policy = POLICY,
    **fields,
) -> Planned:
    found = catalogue().get(issue)
    assert found is not None
    aps = () if issue == "CLOCK-SKEW" else (affected(),)
    controller = replace(CONTROLLER, policy=replace(policy, ntp_servers=servers))
    finding = Finding("hq-1", issue, Confidence.CONFIRMED, aps)
    situation = Situation(finding, found, controller, seen(**fields), truth)
    return make_plan(situation, asked or Asked())


def plan(*servers: str, **fields) -> Plan:
    made = planned(*servers, **fields)
    assert isinstance(made, Plan), made
    assert made.charter.strategy == "clock-repair"
    return made


def why_not(*servers: str, **fields) -> str:
    made = planned(*servers, **fields)
    assert isinstance(made, NoPlan), made
    return made.reason


def aireos(*servers: str, **fields) -> Plan:
    given = {"platform": Platform.AIREOS, "restores_itself": False, "by_hand": COMMANDS}
    return plan(*servers, **given, **fields)


def sent(made: Plan) -> dict[str, tuple]:
    return {step.name: (step.changes, step.undo) for step in made.steps}


def test_a_proven_wrong_clock_is_set_by_a_proven_timer_and_its_servers_are_added():
    steps = sent(plan(NEW))
    added = NtpConfig((NtpEntry("server", "server-list", NEW),))
    ((proof,), _) = steps["prove-timer"]
    ((clock,), undo) = steps["repair-clock"]
    assert isinstance(proof, ProveTimer)
    assert isinstance(clock, SetClock)
    assert clock.wall == (OPENED + timedelta(seconds=5)).replace(tzinfo=None)
    assert not clock.is_false
    assert undo == ()  # true time is never taken back
    assert steps["add-ntp"] == ((AddNtp(added),), (RemoveNtp(added),))
    assert list(steps) == [
        "capture", "prove-timer", "repair-clock", "add-ntp", "follow-ntp",
        "restore-ntp", "set-true-time", "disarm", "save", "verify",
    ]  # fmt: skip


def test_a_box_without_timers_is_set_by_a_command_and_needs_no_guardian():
    made = aireos(NEW)
    steps = sent(made)
    assert "prove-timer" not in steps
    assert "disarm" not in steps
    ((clock,), _) = steps["repair-clock"]
    assert clock.countdown_s == 0
    assert made.charter.guardians == 0
    assert made.charter.repair is not None
    assert made.charter.repair.at_once
    assert any("config time manual" in line for line in made.by_hand)


def test_the_plan_says_how_wrong_by_whom_and_that_true_time_stays():
    told = " ".join(plan(NEW).impact)
    assert "-86400.0 s from true time" in told
    assert "host clock (disciplined) and SNTP 198.51.100.1" in told
    assert "never sets a wrong time again" in told
    assert "a person approves it always" in told


def test_only_servers_that_are_missing_are_added_and_none_is_removed():
    there = NtpConfig((DEAD, NtpEntry("peer", "ip", "NTP.example", "Mgmt-intf")))
    made = plan(NEW, "ntp.example.", "192.0.2.66", ntp=there)
    ((change,), _) = sent(made)["add-ntp"]
    assert [entry.host for entry in change.entries.entries] == [NEW]
    removals = [c for step in made.steps for c in step.changes if isinstance(c, RemoveNtp)]
    assert removals == []
    assert any("not touched: server 192.0.2.66" in line for line in made.impact)


def test_numbered_places_are_filled_from_the_first_that_is_free_and_the_rest_is_named():
    there = NtpConfig((replace(DEAD, slot="2"),))
    made = aireos(NEW, "198.51.100.2", "198.51.100.3", ntp=there)
    assert made.charter.repair is not None
    added = made.charter.repair.servers.entries
    assert [(entry.slot, entry.host) for entry in added] == [("1", NEW), ("3", "198.51.100.2")]
    assert any("no place left: 198.51.100.3" in line for line in made.impact)


def test_without_any_server_the_time_is_set_and_the_plan_says_that_nothing_holds_it():
    made = plan()
    assert sent(made)["add-ntp"] == ((), ())
    assert any("nothing will hold it" in line for line in made.impact)


@pytest.mark.parametrize("truth", [None, TrueTime(OPENED, instant(), ("hq-1, synchronised",))])
def test_one_source_alone_proves_nothing(truth):
    assert "two sources beside the controller" in why_not(NEW, truth=truth)


@pytest.mark.parametrize("off_s", [-4.9, 0.0, 4.9])
def test_a_clock_that_is_true_already_is_left_alone(off_s):
    assert "true already" in why_not(NEW, off_s=off_s)


def test_a_clock_that_follows_a_wrong_server_would_follow_it_back():
    follows = NtpState(synchronised=True, stratum=3, system_peer="192.0.2.66")
    why = why_not(NEW, ntp=NtpConfig((DEAD,)), ntp_state=follows)
    assert "in sync with 192.0.2.66" in why


def test_a_master_that_follows_its_own_clock_can_be_set():
    itself = NtpState(synchronised=True, stratum=8, system_peer="127.127.1.1")
    master = Hazard("ntp-master", "the controller is an NTP master", "/ntp/master")
    made = plan(NEW, ntp_state=itself, hazards=(master,))
    assert any("sees the clock jump: the controller is an NTP master" in x for x in made.impact)


@pytest.mark.parametrize("kind", ["ntp-listener", "standby"])
def test_what_would_undo_it_is_refused(kind):
    assert "it is so [/there]" in why_not(NEW, hazards=(Hazard(kind, "it is so", "/there"),))


@pytest.mark.parametrize(
    ("now", "is_refused"),
    [
        (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), True),  # an hour is skipped at 07:00 UTC
        (datetime(2026, 3, 8, 7, 1, tzinfo=UTC), False),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), True),  # an hour is repeated from 06:00 UTC
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 1, 7, 1, tzinfo=UTC), False),
    ],
)
def test_an_hour_in_which_the_zone_changes_is_waited_out(now, is_refused):
    zone = ClockZone(-300, US_RULE, "EST")
    made = planned(NEW, truth=TrueTime(now, instant(), BY), zone=zone)
    assert isinstance(made, NoPlan) is is_refused
    assert not is_refused or "changes within the hour" in made.reason


@pytest.mark.parametrize("topic", ["clock", "zone", "ntp", "timers"])
def test_what_cannot_be_read_is_not_repaired(topic):
    assert "cannot be read" in why_not(NEW, **{topic: None})


def test_an_installation_or_another_window_of_ours_comes_first():
    counting = InstallState("17.9.1", abort_timer_active=True)
    assert "auto-abort timer" in why_not(NEW, install=counting)
    assert "another clock window" in why_not(NEW, timers=timers("aprejoin-guard-a"))


def test_unsaved_changes_of_others_are_only_saved_where_that_is_accepted():
    assert "--save-pending" in why_not(NEW, unsaved=True)
    assert plan(NEW, unsaved=True, asked=Asked(save_pending=True)).charter.save_pending


def test_a_box_that_cannot_tell_what_is_saved_may_forget_the_servers():
    assert any("forgets the added servers" in x for x in plan(NEW, unsaved=None).impact)
    held = plan(unsaved=None)
    assert not any("forgets" in line for line in held.impact)


def test_what_could_not_be_looked_at_is_said():
    made = plan(NEW, unknown={Topic.HAZARDS: "not shown"}, standby="standby, state not modelled")
    assert "hazards could not be read: not shown" in made.impact
    assert any("its clock is not looked at" in line for line in made.impact)


def test_the_policy_may_forbid_it():
    only = replace(POLICY, strategies=("clock-window",))
    assert "the policy does not allow it" in why_not(NEW, policy=only)


def test_equal_situations_have_one_digest_however_far_the_clock_is_off_and_servers_change_it():
    assert plan(NEW).charter.digest == plan(NEW, off_s=-DAY - 7).charter.digest
    assert plan(NEW).charter.digest != plan().charter.digest


@pytest.mark.parametrize("issue", ["FN72524", "FN63942"])
def test_other_findings_on_a_wrong_clock_point_to_its_repair(issue):
    made = planned(NEW, issue=issue)
    ways = {way.name: way for way in made.alternatives}
    assert not ways["clock-repair"].applicable
    assert "--issue CLOCK-SKEW comes first" in ways["clock-repair"].reason
    assert isinstance(made, NoPlan)
    assert "repair it first: clock-repair" in made.reason
    right = planned(NEW, issue=issue, off_s=0.5)
    (way,) = [way for way in right.alternatives if way.name == "clock-repair"]
    assert way.reason == f"does not mend {issue}"
