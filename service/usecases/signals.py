"""What monitoring is told: one reading of the store, whose cost goes by the fleet's size alone."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from service.domain.instants import Instant
from service.domain.inventory import Controller
from service.domain.polling.turns import PollTurn
from service.domain.remediation import Run
from service.domain.signals import ControllerSignals, Signs, false_since
from service.errors import NotFound
from service.ports.signals import FleetSignals
from service.usecases.context import Context
from service.usecases.orphans import due
from service.usecases.truth import believed_now

MOST_CONTROLLERS = 5000
"""So many controllers have numbers of their own, the first by name; the others are counted."""


def fleet_signals(context: Context) -> FleetSignals:
    """Read it all. Raises StoreError."""
    store, now = context.store, context.clock.now()
    runs = _open_runs(context)
    fleet = sorted(context.inventory.controllers, key=lambda one: one.name)
    known = _Known(
        store.signs(),
        store.poll_turns(),
        frozenset(store.failings()),
        *_windows(context, runs, now),
    )
    return FleetSignals(
        now=believed_now(context),
        controllers=tuple(known.of(one) for one in fleet[:MOST_CONTROLLERS]),
        left_out=max(0, len(fleet) - MOST_CONTROLLERS),
        unfinished=len(runs),
        oldest_open_s=max((run.elapsed_s(run.opened_at, now) for run in runs), default=None),
        guardians=len({(one.host, one.boot_id) for one in store.guardians()}),
        is_halted=store.halted() is not None,
        backlog=store.backlog(),
        sums=store.sums(),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    signs: Mapping[str, Signs]
    turns: Mapping[str, PollTurn]
    failing: frozenset[str]
    false_s: Mapping[str, float]
    troubled: frozenset[str]

    def of(self, one: Controller) -> ControllerSignals:
        name, failing = one.name, one.name in self.failing
        polled = name in self.signs or name in self.turns
        return ControllerSignals(
            name,
            one.platform.value,
            not failing if failing or polled else None,
            self.signs.get(name),
            self.turns.get(name),
            self.false_s.get(name),
            name in self.troubled,
        )


def _open_runs(context: Context) -> tuple[Run, ...]:
    rows = context.store.remediations(unfinished=True)
    return tuple(run for run in (_run_of(context, row.id) for row in rows) if run is not None)


def _windows(
    context: Context, runs: tuple[Run, ...], now: Instant
) -> tuple[Mapping[str, float], frozenset[str]]:
    """For how long clocks have been false, and which controllers need a person."""
    left = {row.controller for row in due(context)}
    ends = [one for one in context.store.newest_ends() if one.state == "needs-attention"]
    closed = [_run_of(context, one.remediation) for one in ends]
    false: dict[str, float] = {}
    for run in (*runs, *closed):
        since = None if run is None else false_since(run)
        if run is not None and since is not None:
            false[run.charter.controller] = max(0.0, run.elapsed_s(since, now))
    return false, frozenset({*left, *(one.controller for one in ends)})


def _run_of(context: Context, remediation: str) -> Run | None:
    with suppress(NotFound):
        return Run(context.store.journal(remediation))
    return None
