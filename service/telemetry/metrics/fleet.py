"""What the store tells, as samples of the metrics of the catalogue."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from service.domain.polling.turns import PollTurn
from service.domain.signals import ControllerSignals, Signs
from service.ports.jobs import Lane
from service.ports.requests import Kind
from service.ports.signals import (
    CANARIES,
    CHANGES,
    EVENT_LINES,
    FALSE_SECONDS,
    JOBS_FAILED,
    LEASES_LEFT,
    REMEDIATIONS,
    FleetSignals,
    Sum,
)
from service.telemetry.metrics.catalogue import PREFIX

DAY_S = 86_400.0
COUNTED = {
    FALSE_SECONDS: "false_time_seconds_total",
    REMEDIATIONS: "remediations_total",
    CHANGES: "changes_total",
    LEASES_LEFT: "leases_left_total",
    CANARIES: "canaries_total",
    JOBS_FAILED: "jobs_failed_total",
    EVENT_LINES: "event_lines_total",
}
"""The metric of each sum that is told as it is."""
ALWAYS = (FALSE_SECONDS, LEASES_LEFT)
"""Sums without labels: told as 0 before anything was added."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one metric; `labels` in the catalogue's order."""

    metric: str
    labels: tuple[str, ...]
    value: float


def samples_of(told: FleetSignals) -> Iterator[Sample]:
    """Every sample but the histogram of steps."""
    yield from _fleet(told)
    for one in told.controllers:
        yield from _controller(one, told.now)
    yield from _engine(told)
    yield from _waiting(told)
    yield from _canaries(told.sums)
    yield from _sums(told.sums)


def _sample(name: str, value: float, *labels: str) -> Sample:
    return Sample(f"{PREFIX}{name}", labels, float(value))


def _fleet(told: FleetSignals) -> Iterator[Sample]:
    states = {True: "reachable", False: "unreachable", None: "never-polled"}
    counted = Counter(states[one.reachable] for one in told.controllers)
    for state in states.values():
        yield _sample("controllers", counted[state], state)
    yield _sample("controllers_left_out", told.left_out)
    found = Counter(
        (stuck.issue, stuck.confidence)
        for one in told.controllers
        if one.signs is not None
        for stuck in one.signs.stuck
    )
    for (issue, confidence), number in found.items():
        yield _sample("findings", number, issue, confidence)


def _controller(one: ControllerSignals, now: datetime) -> Iterator[Sample]:
    name, signs = one.name, one.signs
    if one.reachable is not None:
        yield _sample("controller_reachable", one.reachable, name, one.platform)
    if one.turn is not None:
        yield _sample("poll_age_seconds", _age_s(one.turn), name, one.turn.grade.value)
        yield _sample("poll_pause_factor", 2**one.turn.strained, name)
    if one.false_s is not None:
        yield _sample("false_time_open_seconds", one.false_s, name)
    if one.attention:
        yield _sample("needs_attention", 1, name)
    if signs is not None:
        if signs.load_percent is not None:
            yield _sample("controller_load_percent", signs.load_percent, name)
        yield from _clock(signs)
        yield from _aps(signs)
        yield from _certificates(signs, now)


def _clock(signs: Signs) -> Iterator[Sample]:
    name = signs.controller
    if signs.offset_s is not None:
        yield _sample("controller_clock_offset_seconds", signs.offset_s, name)
        yield _sample("controller_clock_vouched", signs.vouched, name)
    if signs.synchronised is not None:
        yield _sample("controller_ntp_synchronised", signs.synchronised, name)


def _aps(signs: Signs) -> Iterator[Sample]:
    for state, number in signs.aps.items():
        yield _sample("controller_aps", number, signs.controller, state)
    for stuck in signs.stuck:
        if stuck.aps:
            yield _sample("stuck_aps", stuck.aps, signs.controller, stuck.issue, stuck.confidence)


def _certificates(signs: Signs, now: datetime) -> Iterator[Sample]:
    for whose, end in (("controller", signs.own_end), ("access-point", signs.ap_end)):
        if end is not None:
            days = (end - now).total_seconds() / DAY_S
            yield _sample("certificate_days_left", round(days, 3), signs.controller, whose)


def _age_s(turn: PollTurn) -> float:
    return math.inf if turn.at_s is None else max(0.0, turn.now_s - turn.at_s)


def _engine(told: FleetSignals) -> Iterator[Sample]:
    open_ = sum(one.false_s is not None for one in told.controllers)
    yield _sample("false_time_windows_open", open_)
    yield _sample("remediations_unfinished", told.unfinished)
    yield _sample("remediation_oldest_seconds", told.oldest_open_s or 0.0)
    yield _sample("guardian_hosts", told.guardians)
    yield _sample("halted", told.is_halted)


def _waiting(told: FleetSignals) -> Iterator[Sample]:
    backlog = told.backlog
    for kind in Kind:
        due = backlog.due.get(kind.value)
        yield _sample("work_due", due.number if due else 0, kind.value)
        yield _sample("work_due_oldest_seconds", due.oldest_s if due else 0.0, kind.value)
        yield _sample("work_planned", backlog.planned.get(kind.value, 0), kind.value)
    yield _sample("leases", backlog.leases_held, "held")
    yield _sample("leases", backlog.leases_run_out, "run-out")
    for (where, state), number in backlog.outbox.items():
        yield _sample("outbox_messages", number, where, state)


def _canaries(sums: Iterable[Sum]) -> Iterator[Sample]:
    heard = {one.labels[0]: one.ago_s for one in sums if one.name == CANARIES}
    for lane in Lane:
        if lane.value in heard:
            yield _sample("canary_age_seconds", max(0.0, heard[lane.value]), lane.value)


def _sums(sums: Iterable[Sum]) -> Iterator[Sample]:
    found: dict[str, list[Sum]] = defaultdict(list)
    for one in sums:
        found[one.name].append(one)
    for name, metric in COUNTED.items():
        if name in ALWAYS and not found[name]:
            yield _sample(metric, 0.0)
        for one in found[name]:
            yield _sample(metric, one.value, *one.labels)
