"""Capture, turn, put back gives the same policy, whatever it was and whatever goes wrong."""

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import GRANTS, HOLDER, SWITCHES, JoinPolicies, Rule, with_holder
from service.domain.observation import CertificateKind
from service.domain.plan import NoPlan
from service.domain.strategies.expired_cert_dialects import AIREOS, IOSXE, Dialect
from service.errors import DeviceBusy, DeviceUnreachable, ReplyMalformed
from service.usecases.orphans import due
from tests.support.fake_driver import Killed, Trap
from tests.support.policy_stage import GrantStage, PolicyStage, broken_policy, kept_off

NEVER = 10_000
OFF = (False,) * 4


@dataclass(frozen=True)
class Kind:
    """One platform: what APs need there, and what there is to turn."""

    dialect: Dialect
    stage: type[PolicyStage]
    rules: tuple[Rule, ...]


BOXES = st.sampled_from(
    [Kind(AIREOS, PolicyStage, SWITCHES), Kind(IOSXE, GrantStage, (*GRANTS, HOLDER))]
)
BOOLEANS = st.lists(st.booleans(), min_size=4, max_size=4)
UNREAD = st.sets(st.integers(0, 3), max_size=2)
APS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.sampled_from([5.0, 45.0, 300.0])),
    min_size=1,
    max_size=3,
)
FATES = st.sampled_from(["busy", "refused", "unsent", "lost-before", "lost-after", "late"])
CHANGES = st.dictionaries(st.integers(0, 10), FATES, max_size=4)
READS = st.dictionaries(
    st.integers(1, 40),
    st.sampled_from([DeviceBusy, DeviceUnreachable, ReplyMalformed]),
    max_size=4,
)
FOREIGN = st.tuples(st.integers(0, 3), st.booleans(), st.integers(3, 30))
"""Which rule, how, and at which look."""
KILLS = st.lists(
    st.tuples(st.integers(0, 80), st.booleans(), st.sampled_from([0.0, 5.0, 200.0])), max_size=2
)


def stage_of(kind: Kind, values, unread, aps) -> PolicyStage:
    kinds = [CertificateKind.SSC if is_ssc else CertificateKind.MIC for is_ssc, _, _ in aps]
    kinds = [one if one in kind.dialect.needed else CertificateKind.MIC for one in kinds]
    fakes = [
        kept_off(n, kind=one, needs=kind.dialect.needed[one], hopeless=hopeless, boot_s=boot_s)
        for n, (one, (_, hopeless, boot_s)) in enumerate(zip(kinds, aps, strict=True))
    ]
    given = dict(zip(kind.rules, values, strict=False))
    if any(given.get(rule) for rule in GRANTS):
        given[HOLDER] = True
    stage = kind.stage(*fakes, values=given)
    shown = stage.box.policies
    assert shown is not None
    known = tuple(one for one in shown.switches if one.rule not in unread)
    stage.box.policies = JoinPolicies(known, tuple((rule, "no line") for rule in sorted(unread)))
    stage.box.startup = stage.box.began_with = stage.box.config
    return stage


def carried_out(stage: PolicyStage, kills, *, alone: bool = True) -> None:
    """Remediate, and restore as often as somebody kills; `alone`: nobody else turns anything."""
    for number, (at, in_flight, after_s) in enumerate([*kills, (NEVER, False, 0.0)]):
        process = stage.process(trap=Trap(at, in_flight))
        try:
            closed = stage.restore(process) if number else stage.remediate(process)
        except Killed:
            stage.kill(process)
            stage.settle(after_s)
            continue
        stage.settle(120)
        if closed is not None and closed.state == "needs-attention":
            assert closed.left
            assert closed.mend
            assert not due(stage.process().context)
        elif alone:
            assert broken_policy(stage, closed) == []
        return


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOXES, BOOLEANS, UNREAD, APS)
def test_without_trouble_it_ends_mended_or_exactly_as_it_was(kind, values, places, aps):
    unread = {kind.rules[place] for place in places if place < len(kind.rules)} - {HOLDER}
    stage = stage_of(kind, values, unread, aps)
    planned = stage.propose(stage.process()).planned
    if isinstance(planned, NoPlan) or planned.charter.strategy != "expired-cert-override":
        assert stage.line.sent == []
        return
    before = stage.box.config
    closed = stage.remediate()
    wanted = {one.rule for one in planned.charter.overrides}
    turned = [one for one in stage.line.sent if isinstance(one, SetJoinPolicy)]
    assert {one.rule for one in turned} - {HOLDER} == wanted
    assert not wanted & (unread | {Rule.VALIDATE_SSC_HASH})
    assert closed.state == (
        "rolled-back" if any(hopeless for _, hopeless, _ in aps) else "succeeded"
    )
    if closed.state == "rolled-back":
        assert stage.box.config == before
    else:
        changed = set(stage.box.config.switches) - set(before.switches)
        assert {one.rule for one in changed} - {HOLDER} == wanted
        assert all(one.enabled for one in changed)
    assert broken_policy(stage, closed) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOXES, APS, CHANGES, READS, KILLS)
def test_faults_and_kills_together_leave_it_kept_by_a_success_or_as_it_was(
    kind, aps, changes, reads, kills
):
    stage = stage_of(kind, OFF, set(), aps)
    stage.line.changes.update(changes)
    stage.line.reads.update(reads)
    stage.line.reads.pop(0, None)
    carried_out(stage, kills)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOXES, APS, FOREIGN, KILLS)
def test_what_somebody_else_turns_meanwhile_is_never_fought_over(kind, aps, foreign, kills):
    stage, (place, on, at) = stage_of(kind, OFF, set(), aps), foreign
    rule = kind.rules[place % len(kind.rules)]
    seen: list[bool] = []

    def on_read(number: int) -> None:
        if number == at and not seen:
            assert stage.box.policies is not None
            seen.append(stage.box.policies.of(rule) is not on)
            stage.box.turn(rule, on=on)

    stage.line.on_read = on_read
    planned = stage.propose(stage.process()).planned
    assert not isinstance(planned, NoPlan)
    ours = {one.rule for one in planned.charter.overrides}
    carried_out(stage, kills, alone=False)
    stage.line.on_read = lambda _: None
    is_theirs = seen and (seen[0] or rule is not HOLDER)  # ours came with it, theirs is no change
    if is_theirs and rule not in ours:
        assert stage.box.policies is not None
        assert stage.box.policies.of(rule) is on
    turned = [one for one in stage.line.sent if isinstance(one, SetJoinPolicy)]
    assert {one.rule for one in turned} <= with_holder(ours)
    for one in ours:
        assert sum(change.after for change in turned if change.rule is one) <= 1 + len(kills)
