"""expired-cert-override as planned: which switches, for whom, and when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.changes import SaveConfig, SetJoinPolicy
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.join_policy import GRANTS, HOLDER, JoinPolicies, Rule
from service.domain.observation import ApState, Certificate, CertificateKind, Platform, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, Situation, Tried
from service.domain.planning import make_plan
from service.domain.ways import ORDER, strategies_for
from tests.support.builders import (
    CONTROLLER,
    MAC,
    OPENED,
    OTHER,
    POLICY,
    affected,
    charter,
    look,
    sighting,
)
from tests.support.cases import catalogue
from tests.support.fake_driver import COMMANDS
from tests.support.policy_stage import NO_GRANTS, OFF, policies

AIREOS = replace(CONTROLLER, platform=Platform.AIREOS)
AWAY = affected(state=ApState.NOT_JOINED)
MIC, SSC, LSC = CertificateKind.MIC, CertificateKind.SSC, CertificateKind.LSC
NAME = "expired-cert-override"
ENDED = datetime(2026, 3, 1, tzinfo=UTC)
OWN = Certificate(
    "Cisco SHA1 device cert", not_before=ENDED - timedelta(days=3650), not_after=ENDED
)


def seen(**fields):
    given = {
        "platform": Platform.AIREOS,
        "aps": (sighting(state=ApState.NOT_JOINED),),
        "unsaved": False,
        "policies": policies(),
        "certificates": (),
        "release": "8.10.151.0",
        "by_hand": COMMANDS,
        "restores_itself": False,
        "hazards": (),
        **fields,
    }
    return look(0, **given)


def planned(
    *aps: AffectedAp,
    issue: str = "FN63942",
    asked: Asked | None = None,
    strategy: str | None = None,
    tried: tuple[Tried, ...] = (),
    true: bool = True,
    **fields,
) -> Planned:
    found = catalogue().get(issue)
    assert found is not None
    finding = Finding("hq-1", issue, Confidence.CONFIRMED, aps or (AWAY,))
    truth = charter().true_time if true else None
    situation = Situation(finding, found, AIREOS, seen(**fields), truth, tried)
    return make_plan(situation, asked or Asked(), strategy=strategy)


def plan(*aps: AffectedAp, **fields) -> Plan:
    made = planned(*aps, **fields)
    assert isinstance(made, Plan), made
    assert made.charter.strategy == NAME
    return made


def why_not(*aps: AffectedAp, **fields) -> str:
    made = planned(*aps, **fields)
    (way,) = [one for one in made.alternatives if one.name == NAME]
    assert not way.applicable
    return way.reason


def of_kind(kind: CertificateKind | None, **fields) -> AffectedAp:
    return replace(AWAY, certificate_kind=kind, **fields)


@pytest.mark.parametrize(
    ("kinds", "rules"),
    [
        ((MIC,), (Rule.IGNORE_MIC_EXPIRY,)),
        ((None,), (Rule.IGNORE_MIC_EXPIRY,)),
        ((SSC,), (Rule.IGNORE_SSC_EXPIRY, Rule.ALLOW_SSC)),
        ((SSC, MIC), (Rule.IGNORE_MIC_EXPIRY, Rule.IGNORE_SSC_EXPIRY, Rule.ALLOW_SSC)),
        ((LSC, MIC), (Rule.IGNORE_MIC_EXPIRY,)),
    ],
)
def test_the_switches_follow_from_the_kinds_of_the_aps_certificates(kinds, rules):
    made = plan(*(of_kind(kind) for kind in kinds))
    assert tuple(one.rule for one in made.charter.overrides) == rules
    sent = {step.name: step for step in made.steps}["set-policy"]
    assert sent.changes == tuple(SetJoinPolicy(rule, before=False, after=True) for rule in rules)
    assert sent.undo == tuple(
        SetJoinPolicy(rule, before=True, after=False) for rule in reversed(rules)
    )


def test_nothing_is_worked_out_for_certificates_that_no_switch_concerns():
    assert "no switch" in why_not(of_kind(LSC))


def test_what_is_on_already_is_captured_and_not_turned():
    values = {**OFF, Rule.ALLOW_SSC: True}
    made = plan(of_kind(SSC), policies=policies(values))
    assert [one.rule for one in made.charter.overrides] == [Rule.IGNORE_SSC_EXPIRY]
    assert made.charter.switches == policies(values).switches
    on = {**OFF, Rule.IGNORE_MIC_EXPIRY: True}
    assert "on already" in why_not(policies=policies(on))


def test_hash_validation_is_never_turned_only_named():
    for kind in (MIC, SSC):
        made = plan(of_kind(kind))
        assert Rule.VALIDATE_SSC_HASH not in {one.rule for one in made.charter.overrides}
        assert any("never turned by itself: validate-ssc-hash (now on)" in i for i in made.impact)
    unread = plan(policies=policies(unread=[Rule.VALIDATE_SSC_HASH]))
    assert any("validate-ssc-hash (now not known)" in line for line in unread.impact)


def test_a_needed_switch_that_cannot_be_read_is_refused_with_the_line_for_a_person():
    reason = why_not(policies=policies(unread=[Rule.IGNORE_MIC_EXPIRY]))
    assert "no line of it" in reason
    assert "config ignore-mic-expiry enable" in reason


def test_an_unneeded_switch_that_cannot_be_read_is_only_said():
    made = plan(policies=policies(unread=[Rule.ALLOW_SSC]))
    assert any("not touched, for it cannot be read: allow-ssc" in line for line in made.impact)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"policies": None, "unknown": {Topic.JOIN_POLICY: "shut"}}, "policy cannot be read: shut"),
        ({"aps": None, "unknown": {Topic.AP_JOIN: "cut"}}, "ap-join cannot be read: cut"),
        ({"clock": None}, "clock cannot be read"),
        ({"true": False}, "true time is not known"),
        ({"unsaved": True}, "--save-pending"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_said(fields, words):
    assert words in why_not(**fields)


def test_a_clock_that_is_wrong_is_repaired_first():
    off = look(0, off_s=90).clock
    assert "repair it first" in why_not(clock=off)


def test_pending_changes_are_saved_along_where_somebody_accepts_that():
    assert plan(unsaved=True, asked=Asked(save_pending=True)).charter.save_pending
    told = " ".join(plan(unsaved=None).impact)
    assert "nothing is saved, so the next reload forgets" in told


def test_what_it_means_is_said():
    told = " ".join(plan().impact)
    for words in ("for every AP, not only", "at every rejoin", "CSCvb93909", "CSCvs22835",
                  "no timer and no guardian", "is not known: taken for"):  # fmt: skip
        assert words in told, words
    assert "own certificate" not in told.replace("whose own certificate", "")


def test_an_ended_certificate_of_the_controller_names_the_clock_window_as_second():
    made = plan(certificates=(OWN,))
    assert any("second remediation, clock-window" in line for line in made.impact)
    (way,) = [one for one in made.alternatives if one.name == "clock-window"]
    assert way.applicable
    assert "comes second" in way.reason


def test_the_least_invasive_comes_first_and_every_way_is_listed():
    made = plan(certificates=(OWN,))
    assert tuple(way.name for way in made.alternatives) == ORDER
    other = planned(certificates=(OWN,), strategy="clock-window")
    assert isinstance(other, Plan)
    assert other.charter.strategy == "clock-window"
    assert any("turn it on by hand before" in line for line in other.impact)


def test_no_clock_is_set_and_nothing_has_to_guard_it():
    made = plan()
    assert (made.window, made.charter.moment, made.charter.guardians) == (None, None, 0)
    assert [step.name for step in made.steps] == [
        "capture",
        "set-policy",
        "wait-for-joins",
        "restore-policy",
        "save",
        "verify",
    ]
    assert made.steps[4].changes == (SaveConfig(),)
    assert made.by_hand == (  # the way home, should the service be lost
        "show auth-list",
        "config ignore-mic-expiry disable   ! as captured",
        "save config",
    )
    with pytest.raises(ValueError, match="sets no clock"):
        _ = made.charter.false_moment


def test_an_image_certificate_is_out_of_its_reach():
    assert "no controller policy reaches it" in why_not(issue="FN72524")


def test_before_a_controller_is_looked_at_it_is_listed():
    issue = catalogue().get("FN63942")
    assert issue is not None
    ways = {w.name: w for w in strategies_for(issue, POLICY)}
    assert ways[NAME].applicable


def test_an_ap_that_is_only_suspected_is_not_waited_for_beside_a_sure_one():
    maybe = replace(AWAY, mac=OTHER, confidence=Confidence.SUSPECTED)
    made = plan(AWAY, maybe)
    assert [ap.mac for ap in made.charter.aps] == [MAC]
    assert any("1 APs are only suspected" in line for line in made.impact)
    both = plan(AWAY, maybe, asked=Asked(accept_suspected=True))
    assert [ap.mac for ap in both.charter.aps] == [MAC, OTHER]
    assert [ap.mac for ap in plan(maybe).charter.aps] == [OTHER]


# -- Catalyst 9800 -----------------------------------------------------------------------------


CATALYST = {
    "platform": Platform.IOSXE,
    "policies": policies(NO_GRANTS),
    "release": "17.9.1",
    "restores_itself": True,
}


@pytest.mark.parametrize("kind", [MIC, None])
def test_a_catalyst_is_told_both_issuers_since_nothing_tells_which_one_it_is(kind):
    made = plan(of_kind(kind), **CATALYST)
    assert tuple(one.rule for one in made.charter.overrides) == GRANTS
    told = " ".join(made.impact)
    for words in ("'Cisco Manufacturing CA'", "'ACT2 SUDI CA'", "at every join", "unverified"):
        assert words in told, words
    for words in ("CSCvb93909", "hash", "APs learn it"):
        assert words not in told, words
    assert ("is not helped by this" in told) is (kind is None)


def test_a_policy_that_comes_with_the_entries_goes_with_them():
    made = plan(**CATALYST)
    step = {step.name: step for step in made.steps}["set-policy"]
    assert [one.rule for one in step.changes] == [*GRANTS]
    assert [one.rule for one in step.undo] == [*reversed(GRANTS), HOLDER]
    assert made.by_hand[-2] == "config trustpool-policy disable   ! as captured"
    there = policies({**NO_GRANTS, HOLDER: True})
    made = plan(**CATALYST | {"policies": there})
    step = {step.name: step for step in made.steps}["set-policy"]
    assert [one.rule for one in step.undo] == [*reversed(GRANTS)]


def test_a_catalyst_has_nothing_for_self_signed_certificates():
    assert "no switch" in why_not(of_kind(SSC), **CATALYST)


def test_on_a_catalyst_its_own_ended_certificate_refuses_and_unknown_dates_are_said():
    reason = why_not(**CATALYST, certificates=(OWN,))
    assert "'Cisco SHA1 device cert' ended 2026-03-01" in reason
    assert "APs turn the controller down" in reason
    unknown = {Topic.CERTIFICATES: "release 17.3.6 shows no certificate dates in any model"}
    told = " ".join(plan(**CATALYST, certificates=None, unknown=unknown).impact)
    assert "own certificate has ended is not known: release 17.3.6 shows no" in told


def test_what_somebody_else_allows_already_is_not_made_again():
    theirs = tuple((rule, "the match of certificate map OLD") for rule in GRANTS)
    one = replace(policies(NO_GRANTS), others=theirs[:1])
    made = plan(**CATALYST | {"policies": one})
    assert [switch.rule for switch in made.charter.overrides] == [Rule.ALLOW_EXPIRED_ACT2]
    assert any("certificate map OLD stands for" in line for line in made.impact)
    both = replace(one, others=theirs)
    reason = why_not(**CATALYST | {"policies": both})
    assert "by the match of certificate map OLD" in reason
    assert "already: it is not what keeps these APs off" in reason


def test_what_stands_under_our_name_and_is_not_ours_refuses():
    blind = policies(NO_GRANTS, unread=GRANTS[:1])
    assert "cannot be read: no line of it" in why_not(**CATALYST | {"policies": blind})


# -- what did not help before ------------------------------------------------------------------


def tried(*macs, days: float = 1, release: str = "8.10.151.0", strategy: str = NAME) -> Tried:
    at = OPENED - timedelta(days=days)
    return Tried(strategy, "abc", at, release, frozenset(macs))


def test_aps_that_it_did_not_help_are_left_out_and_said():
    other = replace(AWAY, mac=OTHER)
    made = plan(AWAY, other, tried=(tried(MAC),))
    assert [ap.mac for ap in made.charter.aps] == [OTHER]
    assert any("1 APs of the finding are left out" in line for line in made.impact)


def test_where_it_helped_none_of_them_it_is_not_proposed_and_the_reason_names_when():
    reason = why_not(tried=(tried(MAC),))
    assert "remediation abc" in reason
    assert "8.10.151.0" in reason
    assert isinstance(planned(tried=(tried(MAC),)), NoPlan)


@pytest.mark.parametrize(
    "past",
    [
        tried(OTHER),
        tried(MAC, days=31),
        tried(MAC, release="8.5.161.0"),
        tried(MAC, strategy="clock-window"),
    ],
    ids=["another AP", "long ago", "another release", "another way"],
)
def test_other_failures_do_not_count(past):
    assert [ap.mac for ap in plan(tried=(past,)).charter.aps] == [MAC]


# -- the digest --------------------------------------------------------------------------------


def test_an_approval_holds_while_the_same_is_done_to_the_same():
    made = plan().charter.digest
    assert plan().charter.digest == made
    foreign = policies({**OFF, Rule.VALIDATE_SSC_HASH: False})
    assert plan(policies=foreign).charter.digest == made  # not what is turned
    assert plan(of_kind(SSC)).charter.digest != made
    assert plan(replace(AWAY, mac=OTHER)).charter.digest != made


def test_policies_know_what_they_do_not_know():
    known = JoinPolicies(unread=((Rule.ALLOW_SSC, "no page"),))
    assert known.of(Rule.ALLOW_SSC) is None
    assert known.why_unread(Rule.ALLOW_SSC) == "no page"
    assert known.why_unread(Rule.IGNORE_MIC_EXPIRY) == "no answer"
