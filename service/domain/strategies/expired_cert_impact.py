"""What a plan of the override says besides its steps: what it means, and what is not known."""

from collections.abc import Iterator

from service.domain.finding import AffectedAp
from service.domain.join_policy import JoinPolicies, Rule, Switch
from service.domain.journal import Charter
from service.domain.observation import Certificate, ControllerView, Topic
from service.domain.strategies.expired_cert_dialects import DIALECTS, SSC

NAMED = 5
NO_GUARDS = (
    "no clock is set, so no timer and no guardian has to bring the controller home: if the service "
    "is lost meanwhile, the policy stays as it was turned, unsaved, until `aprejoin restore`"
)
NOT_SAVED = "nothing is saved, so the next reload forgets the override"


def left_out(suspected: int, unhelped: int) -> Iterator[str]:
    """Which APs of the finding nobody waits for; numbers of each kind."""
    if suspected:
        yield f"{suspected} APs are only suspected, and not waited for: they may come by it, too"
    if unhelped:
        yield f"{unhelped} APs of the finding are left out: it did not help them before"


def impact(view: ControllerView, charter: Charter, ended: Certificate | None) -> Iterator[str]:
    """What the override costs and what is not known.

    Args:
        view: the fresh look that it was planned on.
        charter: what is planned.
        ended: the controller's own certificate, where that has ended.
    """
    policies = view.policies or JoinPolicies()
    for override in charter.overrides:
        yield f"for every AP, not only for these: {override.rule.meaning}"
    for rule, what in policies.others:
        yield f"{what} stands for {rule} already, and is not ours: it stays as it is"
    yield from DIALECTS[view.platform].told
    yield NO_GUARDS
    yield from _own_certificate(view, ended)
    yield from _unknown_kinds(view, [ap for ap in charter.aps if ap.certificate_kind is None])
    yield from _switches(view, policies, charter)
    if view.unsaved is None:
        yield (
            "the controller can't tell whether its configuration is saved: "
            + ("it is saved at the end, as asked" if charter.save_pending else NOT_SAVED)
        )


def _own_certificate(view: ControllerView, ended: Certificate | None) -> Iterator[str]:
    if ended is not None and ended.not_after is not None:
        yield (
            f"the controller's own certificate {ended.label!r} ended {ended.not_after:%Y-%m-%d}: "
            "an AP that never learned to ignore that may not come by this alone; then all is put "
            "back, and a second remediation, clock-window, is what remains"
        )
    elif view.certificates is None:
        why = view.unknown.get(Topic.CERTIFICATES, "no answer")
        yield (
            f"whether the controller's own certificate has ended is not known: {why}; if it has, "
            "the APs may not come by this, and all is put back"
        )


def _switches(view: ControllerView, policies: JoinPolicies, charter: Charter) -> Iterator[str]:
    """What is not turned, and why."""
    if policies.of(Rule.VALIDATE_SSC_HASH) is not None or _unread(policies, Rule.VALIDATE_SSC_HASH):
        yield _hash_sentence(view, policies)
    wanted = {one.rule for one in charter.overrides}
    for rule, why in policies.unread:
        if rule not in wanted and rule is not Rule.VALIDATE_SSC_HASH:
            yield f"not touched, for it cannot be read: {rule} ({why})"


def _unknown_kinds(view: ControllerView, unknown: list[AffectedAp]) -> Iterator[str]:
    if not unknown:
        return
    rules = DIALECTS[view.platform].needed.get(SSC, ())
    lines = " and ".join(view.by_hand.policy_line(Switch(rule, True)) for rule in rules)  # noqa: FBT003
    yield (
        f"what kind of certificate {_named(unknown)} has is not known: taken for a "
        "manufacturer-installed one; a self-signed one "
        + (f"takes {lines}" if lines else "is not helped by this")
    )


def _unread(policies: JoinPolicies, rule: Rule) -> bool:
    return any(one is rule for one, _ in policies.unread)


def _hash_sentence(view: ControllerView, policies: JoinPolicies) -> str:
    rule = Rule.VALIDATE_SSC_HASH
    now = policies.of(rule)
    state = "not known" if now is None else "on" if now else "off"
    lines = " or ".join(view.by_hand.policy_line(Switch(rule, on)) for on in (True, False))
    return (
        f"never turned by itself: {rule} (now {state}); sources contradict each other on which way "
        f"helps, and it matters for APs of virtual controllers only; a person may try {lines}"
    )


def _named(aps: list[AffectedAp]) -> str:
    names = ", ".join(ap.name or str(ap.mac) for ap in aps[:NAMED])
    more = f" and {len(aps) - NAMED} more" if len(aps) > NAMED else ""
    return f"{names}{more}"
