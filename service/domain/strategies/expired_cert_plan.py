"""Working out the override for one controller: which switches its APs need, and what that costs.

Which switch is told by the kind of certificate that an AP has. Where nobody told, it is taken for a
manufacturer-installed one, which is what the notice is about; self-signed ones are never assumed.
The validation of their hash is contested between the sources: a person may try it, we never do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from service.domain.changes import SaveConfig, SetJoinPolicy
from service.domain.finding import AffectedAp, Confidence
from service.domain.instants import TrueTime
from service.domain.join_policy import JoinPolicies, Rule, Switch, with_holder
from service.domain.journal import Charter
from service.domain.ntp import NtpConfig
from service.domain.observation import Certificate, ControllerView, Platform, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, PlanStep, Situation
from service.domain.steps.mending import policy_way_home
from service.domain.strategies import expired_cert_override
from service.domain.strategies.drafting import (
    APPROVAL_LASTS,
    Shown,
    drafted,
    sealed,
    steps_as_shown,
)
from service.domain.strategies.expired_cert_dialects import DIALECTS, MIC
from service.domain.strategies.expired_cert_impact import impact, left_out
from service.domain.strategies.refusals import CLOCK_TRUE_S, REPAIR_FIRST, UNSAVED
from service.domain.strategies.unhelped import unhelped, why_not_again


def plan_override(situation: Situation, asked: Asked) -> Planned:
    """The override for one finding, or why there is none."""
    view, finding, true_time = situation.view, situation.finding, situation.true_time
    reasons = list(_refusals(view, true_time, asked))
    if reasons or true_time is None or view.policies is None:
        return NoPlan("; ".join(reasons))
    before = unhelped(situation, true_time, expired_cert_override.NAME)
    sure = _sure(finding.aps, asked)
    aps = tuple(ap for ap in sure if ap.mac not in before)
    if not aps:
        return NoPlan(why_not_again(before.values()))
    needed = needed_rules(aps, view.platform)
    if not needed:
        return NoPlan("no switch concerns certificates of the kind that these APs have")
    policies = view.policies
    blind = [rule for rule in needed if policies.of(rule) is None]
    if blind:
        return NoPlan("; ".join(_cannot_read(view, policies, rule) for rule in blind))
    overrides = tuple(Switch(r, True) for r in needed if not _is_there(policies, r))  # noqa: FBT003
    if not overrides:
        named = ", ".join(_there(policies, rule) for rule in needed)
        return NoPlan(f"{named} already: it is not what keeps these APs off")
    charter = _charter(situation, asked, true_time, aps, overrides)
    return Plan(
        charter=charter,
        window=None,
        steps=tuple(_steps(charter)),
        impact=(
            *impact(view, charter, own_certificate_ended(view, true_time)),
            *left_out(len(finding.aps) - len(sure), len(sure) - len(aps)),
        ),
        alternatives=(),
        expires=true_time.at + APPROVAL_LASTS,
        by_hand=policy_way_home(charter),
    )


def _sure(aps: tuple[AffectedAp, ...], asked: Asked) -> tuple[AffectedAp, ...]:
    """The APs to wait for: one that is only suspected, and stays off, would end it for all."""
    if asked.accept_suspected:
        return aps
    return tuple(ap for ap in aps if ap.confidence is not Confidence.SUSPECTED) or aps


def needed_rules(aps: Iterable[AffectedAp], platform: Platform) -> tuple[Rule, ...]:
    """The switches that these APs need on, in the order in which they are turned."""
    kinds = {ap.certificate_kind or MIC for ap in aps}
    wanted = {rule for kind in kinds for rule in DIALECTS[platform].needed.get(kind, ())}
    return tuple(rule for rule in Rule if rule in wanted)


def _is_there(policies: JoinPolicies, rule: Rule) -> bool:
    """Whether a rule is in force already, by a switch or by somebody else's entry."""
    return policies.of(rule) is True or policies.by_others(rule) is not None


def _there(policies: JoinPolicies, rule: Rule) -> str:
    named, others = Switch(rule, True).label, policies.by_others(rule)  # noqa: FBT003
    return named if policies.of(rule) or others is None else f"{named} by {others}"


def own_certificate_ended(view: ControllerView, true_time: TrueTime | None) -> Certificate | None:
    """A certificate of the controller itself, which APs may be shown and which has ended."""
    if true_time is None:
        return None
    for one in view.certificates or ():
        shown = not one.is_ca and one.for_join is not False
        if shown and one.not_after is not None and one.not_after <= true_time.at:
            return one
    return None


def _refusals(view: ControllerView, true_time: TrueTime | None, asked: Asked) -> Iterator[str]:
    if view.policies is None:
        why = view.unknown.get(Topic.JOIN_POLICY, "no answer")
        yield f"the certificate policy cannot be read: {why}"
    if view.aps is None:
        yield f"{Topic.AP_JOIN} cannot be read: {view.unknown.get(Topic.AP_JOIN, 'no answer')}"
    if true_time is None:
        yield "true time is not known: no two sources agree, so nothing is known to have ended"
    elif view.clock is None:
        yield f"{Topic.CLOCK} cannot be read: {view.unknown.get(Topic.CLOCK, 'no answer')}"
    else:
        off_s = (view.clock.shown_at(true_time.instant) - true_time.at).total_seconds()
        if abs(off_s) > CLOCK_TRUE_S:
            yield f"the clock is {off_s:+.0f} s from true time: {REPAIR_FIRST}"
    yield from _own_certificate(view, true_time)
    if view.unsaved and not asked.save_pending:
        yield UNSAVED


def _own_certificate(view: ControllerView, true_time: TrueTime | None) -> Iterator[str]:
    """Why nothing that the controller accepts would help; nothing where it may."""
    ended, why = own_certificate_ended(view, true_time), DIALECTS[view.platform].own_ended
    if ended is not None and ended.not_after is not None and why is not None:
        yield (
            f"the controller's own certificate {ended.label!r} ended "
            f"{ended.not_after:%Y-%m-%d}: {why}"
        )


def _cannot_read(view: ControllerView, policies: JoinPolicies, rule: Rule) -> str:
    """Why a switch is not known, and what a person could type instead of us."""
    line = view.by_hand.policy_line(Switch(rule, True))  # noqa: FBT003
    return f"{rule} cannot be read: {policies.why_unread(rule)}; by hand, once you know: {line}"


def _charter(
    situation: Situation,
    asked: Asked,
    true_time: TrueTime,
    aps: tuple[AffectedAp, ...],
    overrides: tuple[Switch, ...],
) -> Charter:
    policies = situation.view.policies
    charter = drafted(situation, asked, expired_cert_override.NAME, true_time)
    return sealed(
        replace(
            charter,
            aps=aps,
            ntp=NtpConfig(),  # it is nothing to this strategy, and may change meanwhile
            switches=policies.switches if policies else (),
            overrides=overrides,
        )
    )


def _steps(charter: Charter) -> Iterator[PlanStep]:
    """Every step with its changes."""
    forward = tuple(SetJoinPolicy(one.rule, before=False, after=True) for one in charter.overrides)
    turned = {one.rule for one in charter.overrides}
    came = with_holder(turned) - turned
    back = (
        *(one.rule for one in reversed(charter.overrides)),
        *(one.rule for one in charter.switches if one.rule in came and not one.enabled),
    )
    undo = tuple(SetJoinPolicy(rule, before=True, after=False) for rule in back)
    changes: Shown = {"set-policy": (forward, undo), "save": ((SaveConfig(),), ())}
    return steps_as_shown(
        charter,
        "the certificate policy and what is saved",
        changes,
        forward=expired_cert_override.forward,
        home=expired_cert_override.home,
    )
