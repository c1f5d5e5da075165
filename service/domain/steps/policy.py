"""What a remediation of the certificate policy did, and what a look shows of it; three-way.

A switch has two values, so what somebody else did is seen only where it is not what we left.
"""

from collections.abc import Iterator
from typing import TypeAlias

from service.domain.changes import SetJoinPolicy
from service.domain.join_policy import Rule, Switch, value_of, with_holder
from service.domain.observation import ControllerView
from service.domain.remediation import Run, Sent

SET, WAIT, RESTORE = "set-policy", "wait-for-joins", "restore-policy"

Difference: TypeAlias = tuple[str, str]
"""What is different, and the command that mends it."""


def is_kept(run: Run) -> bool:
    """Whether the APs joined and stayed, so that what we turned stays as it is."""
    return run.ended_at(WAIT) is not None


def sent_for(run: Run, rule: Rule) -> tuple[Sent, ...]:
    """Everything that may have been done to a switch by us, oldest first, over all legs."""
    return tuple(
        sent
        for sent in run.sent
        if isinstance(sent.change, SetJoinPolicy)
        and sent.change.rule is rule
        and sent.may_have_happened
    )


def turned(run: Run) -> tuple[Switch, ...]:
    """The switches that we may have turned, each as it was captured, the last one first.

    What came with them is at the end, where it was not there before.
    """
    found = []
    for override in reversed(run.charter.overrides):
        before = value_of(run.charter.switches, override.rule)
        if before is not None and sent_for(run, override.rule):
            found.append(Switch(override.rule, before))
    came = with_holder(one.rule for one in found) - {one.rule for one in found}
    return (*found, *(one for one in run.charter.switches if one.rule in came and not one.enabled))


def unread(run: Run, view: ControllerView) -> str | None:
    """Why the switches that count cannot be told, or None."""
    if view.policies is None:
        return "the certificate policy cannot be read"
    for override in run.charter.overrides:
        if view.policies.of(override.rule) is None:
            return f"{override.rule} cannot be read: {view.policies.why_unread(override.rule)}"
    return None


def taken_back(run: Run, view: ControllerView) -> tuple[Switch, ...]:
    """What we turned for certain, and is as captured again without us."""
    if view.policies is None:
        return ()
    return tuple(
        before
        for before in turned(run)
        if _stands(run, before) and view.policies.of(before.rule) is before.enabled
    )


def _stands(run: Run, before: Switch) -> bool:
    """Whether the last that we did to a switch was to turn it, and the controller took it."""
    sent = sent_for(run, before.rule)
    change = sent[-1].change if sent else None
    is_turn = isinstance(change, SetJoinPolicy) and change.after is not before.enabled
    return is_turn and sent[-1].outcome == "applied"


def changed_by_others(run: Run, view: ControllerView) -> tuple[Switch, ...]:
    """Switches that are not as captured and that we never touched; each as it is now."""
    if view.policies is None:
        return ()
    ours = {switch.rule for switch in turned(run)}
    now = {switch.rule: switch for switch in view.policies.switches}
    return tuple(
        now[before.rule]
        for before in run.charter.switches
        if before.rule in now and before.rule not in ours and now[before.rule] != before
    )


def differences(run: Run, view: ControllerView) -> Iterator[Difference]:
    """What is not as it has to be at the end, by this look."""
    yield from _of_ours(run, view)
    yield from _of_others(run, view)


def _of_ours(run: Run, view: ControllerView) -> Iterator[Difference]:
    if view.policies is None:
        return
    by_hand = run.charter.by_hand
    for before in turned(run):
        wanted = Switch(before.rule, before.enabled is not is_kept(run))
        now = view.policies.of(before.rule)
        if now is None:
            why = view.policies.why_unread(before.rule)
            yield f"not known: {before.rule} ({why})", by_hand.policy_line(wanted)
        elif now is not wanted.enabled:
            line = by_hand.policy_line(wanted)
            yield f"different: {Switch(before.rule, now).label}", f"{line}   ! compare first"


def _of_others(run: Run, view: ControllerView) -> Iterator[Difference]:
    by_hand = run.charter.by_hand
    if not is_kept(run) and run.calls_home == 1:  # called again, a person has looked
        for before in taken_back(run, view):
            line = by_hand.policy_line(before)
            yield (
                f"changed by others while it was ours: {before.label}, or the controller reloaded",
                f"{line}   ! as captured, and as it is; theirs to set otherwise",
            )
    for theirs in changed_by_others(run, view):
        if is_kept(run) and theirs in run.charter.overrides:
            continue  # somebody else turned what we were about to
        line = by_hand.policy_line(Switch(theirs.rule, not theirs.enabled))
        yield f"changed by others: {theirs.label}", f"{line}   ! as captured; theirs to keep"
