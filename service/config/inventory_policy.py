"""Policies in layers: built in, the file's, its tags' in the file's order, the controller's own.

A layer changes only the keys it states; a list is replaced whole. There are no floors: what is
refused is what makes no sense (a wait of no seconds, no guardian at all).
"""

from collections.abc import Iterable
from typing import TypeVar

from service.config.inventory_values import (
    choice,
    clock_window,
    host,
    seconds,
    seconds_or_none,
    share,
    whole,
)
from service.config.yaml_places import Reader, Section, YamlValue, each
from service.domain.policy import (
    ALL_STRATEGIES,
    AfterBase,
    ApprovalRule,
    OnFinding,
    Policy,
    TicketRule,
)

T = TypeVar("T")

_ON_FINDING: tuple[OnFinding, ...] = ("report", "plan", "remediate")
_APPROVAL: tuple[ApprovalRule, ...] = ("required", "four-eyes", "none")
_AFTER_BASE: tuple[AfterBase, ...] = ("return", "stay")
_TICKET: tuple[TicketRule, ...] = ("none", "required")
_GROUPINGS = ("mobility_group", "ha_peer")
KEYS = tuple(Policy.__dataclass_fields__)


def policy_over(base: Policy) -> Reader[Policy]:
    """A reader of a layer: the base with the keys changed that the layer states."""

    def read_policy(value: YamlValue) -> Policy:
        section = Section(value, KEYS)
        get = section.get
        policy = Policy(
            on_finding=get("on_finding", choice(_ON_FINDING), base.on_finding),
            approval=get("approval", choice(_APPROVAL), base.approval),
            strategies=get("strategies", _distinct(choice(ALL_STRATEGIES)), base.strategies),
            clock_windows=get("clock_windows", each(clock_window), base.clock_windows),
            max_parallel_remediations=get(
                "max_parallel_remediations", whole(1), base.max_parallel_remediations
            ),
            one_at_a_time=get("one_at_a_time", _distinct(choice(_GROUPINGS)), base.one_at_a_time),
            max_at_risk_aps=get("max_at_risk_aps", whole(0), base.max_at_risk_aps),
            aireos_guardians=get("aireos_guardians", whole(1), base.aireos_guardians),
            loop_after_s=get("loop_after_s", seconds_or_none, base.loop_after_s),
            poll_every_s=get("poll_every_s", seconds, base.poll_every_s),
            reboot_stragglers_after_s=get(
                "reboot_stragglers_after_s", seconds_or_none, base.reboot_stragglers_after_s
            ),
            no_progress_s=get("no_progress_s", seconds, base.no_progress_s),
            wait_for_aps_s=get("wait_for_aps_s", seconds, base.wait_for_aps_s),
            dead_man_after_s=get("dead_man_after_s", seconds, base.dead_man_after_s),
            ntp_sync_s=get("ntp_sync_s", seconds, base.ntp_sync_s),
            stay_registered_s=get("stay_registered_s", seconds_or_none, base.stay_registered_s),
            waves=get("waves", _filled(whole(1)), base.waves),
            stop_wave_at=get("stop_wave_at", share, base.stop_wave_at),
            retry_after_s=get("retry_after_s", seconds_or_none, base.retry_after_s),
            longest_backoff_s=get("longest_backoff_s", seconds, base.longest_backoff_s),
            max_sessions=get("max_sessions", whole(2), base.max_sessions),
            ntp_servers=get("ntp_servers", _distinct(host), base.ntp_servers),
            after_base=get("after_base", choice(_AFTER_BASE), base.after_base),
            ticket=get("ticket", choice(_TICKET), base.ticket),
            troubled_every=get("troubled_every", whole(1), base.troubled_every),
            watched_every=get("watched_every", whole(1), base.watched_every),
            healthy_every=get("healthy_every", whole(1), base.healthy_every),
            poll_share=get("poll_share", share, base.poll_share),
            busy_at=get("busy_at", share, base.busy_at),
            reconcile_s=get("reconcile_s", seconds_or_none, base.reconcile_s),
        )
        section.settle()
        return policy

    return read_policy


def layered(base: Policy, layers: Iterable[YamlValue]) -> Policy:
    """The base with every layer applied, the last one winning."""
    for layer in layers:
        base = policy_over(base)(layer)
    return base


def _filled(read: Reader[T]) -> Reader[tuple[T, ...]]:
    read_all = each(read)

    def read_filled(value: YamlValue) -> tuple[T, ...]:
        found = read_all(value)
        if not found:
            raise value.refuse("at least one number", found="an empty list")
        return found

    return read_filled


def _distinct(read: Reader[T]) -> Reader[tuple[T, ...]]:
    read_all = each(read)
    return lambda value: tuple(dict.fromkeys(read_all(value)))
