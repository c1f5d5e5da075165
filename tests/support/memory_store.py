"""The store port in memory: fast, for tests that run hundreds of remediations.

It keeps the same contract as the SQL store: `tests/contract/store` runs over both.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.history import ApHistory, extend_all
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.journal import Closed, Entry, Event, Opened
from service.domain.observation import ControllerView
from service.errors import JournalConflict, LeaseHeld, LeaseLost, NotFound
from service.ports.requests import CLOCKS_APART, Due, Kind
from service.ports.store import Approval, ClockNote, Holder, Lease, RemediationRow


class InMemoryStore:
    """Everything in dictionaries."""

    def __init__(self) -> None:
        self._leases: dict[str, Lease] = {}
        self._fencing: dict[str, int] = {}
        self._journals: dict[str, list[Entry]] = {}
        self._controllers: dict[str, str] = {}
        self._histories: dict[str, dict[BaseRadioMac, ApHistory]] = {}
        self._clocks: dict[str, ClockNote] = {}
        self._approvals: list[Approval] = []
        self.sweeps: dict[str, tuple[datetime, Mapping[str, object]]] = {}
        self._dues: dict[tuple[Kind, str], Due] = {}
        self._nudged: dict[tuple[Kind, str], datetime] = {}
        self._ticks: dict[str, datetime] = {}

    def close(self) -> None:
        """Nothing to let go of."""

    # -- leases ----------------------------------------------------------------------------

    def acquire(self, controller: str, holder: Holder, *, now: datetime, ttl_s: float) -> Lease:
        current = self._leases.get(controller)
        if current is not None and current.expires > now and current.holder != holder:
            raise LeaseHeld(controller, current.holder.label, current.expires.isoformat())
        return self._grant(controller, holder, now + timedelta(seconds=ttl_s))

    def take_over(
        self, controller: str, holder: Holder, *, dead: Lease, now: datetime, ttl_s: float
    ) -> Lease:
        current = self._leases.get(controller)
        if current is not None and current.fencing != dead.fencing:
            raise LeaseHeld(controller, current.holder.label, current.expires.isoformat())
        return self._grant(controller, holder, now + timedelta(seconds=ttl_s))

    def renew(self, lease: Lease, *, now: datetime, ttl_s: float) -> Lease:
        self._check(lease, None)
        renewed = replace(lease, expires=now + timedelta(seconds=ttl_s))
        self._leases[lease.controller] = renewed
        return renewed

    def release(self, lease: Lease) -> None:
        current = self._leases.get(lease.controller)
        if current is not None and current.fencing == lease.fencing:
            del self._leases[lease.controller]

    def lease_of(self, controller: str) -> Lease | None:
        return self._leases.get(controller)

    def _grant(self, controller: str, holder: Holder, expires: datetime) -> Lease:
        fencing = self._fencing.get(controller, 0) + 1
        self._fencing[controller] = fencing
        self._leases[controller] = Lease(controller, holder, fencing, expires)
        return self._leases[controller]

    def _check(self, lease: Lease, now: datetime | None) -> None:
        current = self._leases.get(lease.controller)
        if current is None or current.fencing != lease.fencing:
            raise LeaseLost(f"{lease.controller}: the lease passed to another process")
        if now is not None and current.expires <= now:
            raise LeaseLost(f"{lease.controller}: the lease ran out")

    # -- journals --------------------------------------------------------------------------

    def open_remediation(
        self, remediation: str, event: Event, *, at: Instant, lease: Lease
    ) -> Entry:
        self._check(lease, at.wall)
        if remediation in self._journals:
            raise JournalConflict(f"remediation {remediation} exists already")
        self._journals[remediation] = [Entry(1, at, event, lease.fencing)]
        self._controllers[remediation] = lease.controller
        return self._journals[remediation][0]

    def append(
        self, remediation: str, event: Event, *, after: int, at: Instant, lease: Lease
    ) -> Entry:
        self._check(lease, at.wall)
        entries = self._journals.get(remediation, [])
        if not entries or entries[-1].seq != after:
            raise JournalConflict(f"remediation {remediation}: not after {after}")
        entries.append(Entry(after + 1, at, event, lease.fencing))
        return entries[-1]

    def journal(self, remediation: str) -> tuple[Entry, ...]:
        if remediation not in self._journals:
            raise NotFound("remediation", remediation)
        return tuple(self._journals[remediation])

    def remediations(
        self, *, controller: str | None = None, unfinished: bool = False
    ) -> tuple[RemediationRow, ...]:
        rows = [self._row(remediation) for remediation in self._journals]
        wanted = [
            row
            for row in rows
            if controller in (None, row.controller) and not (unfinished and row.closed)
        ]
        return tuple(sorted(wanted, key=lambda row: row.opened, reverse=True))

    def _row(self, remediation: str) -> RemediationRow:
        entries = self._journals[remediation]
        first, last = entries[0].event, entries[-1].event
        assert isinstance(first, Opened)
        controller = self._controllers[remediation]
        return RemediationRow(
            id=remediation,
            controller=controller,
            opened=entries[0].at.wall,
            charter=first.charter,
            closed=last if isinstance(last, Closed) else None,
            lease=self._leases.get(controller),
        )

    # -- observations and approvals --------------------------------------------------------

    def histories(self, controller: str) -> dict[BaseRadioMac, ApHistory]:
        return dict(self._histories.get(controller, {}))

    def add_poll(self, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
        known = self._histories.get(view.controller, {})
        self._histories[view.controller] = extend_all(known, view.aps or (), view.read_at)
        if view.clock is not None:
            synchronised = view.ntp_state is not None and view.ntp_state.synchronised
            self._clocks[view.controller] = ClockNote(
                view.controller,
                view.clock.host_time,
                view.clock.offset_s,
                view.clock.uncertainty_s,
                synchronised,
            )
        return self.histories(view.controller)

    def clocks(self) -> tuple[ClockNote, ...]:
        return tuple(self._clocks.values())

    def keep_sweep(self, sweep: str, document: Mapping[str, object], *, at: datetime) -> None:
        self.sweeps[sweep] = (at, document)

    def approve(self, approval: Approval) -> None:
        self._approvals.append(approval)

    def approvals(self, digest: str) -> tuple[Approval, ...]:
        found = [approval for approval in self._approvals if approval.digest == digest]
        return tuple(sorted(found, key=lambda approval: approval.at, reverse=True))

    def waiting_for(self, _digest: str) -> tuple[()]:
        return ()  # what was asked for is kept by SQL alone

    # -- dues ------------------------------------------------------------------------------

    def set_due(self, due: Due) -> None:
        self._dues[due.kind, due.id] = due
        self._nudged.pop((due.kind, due.id), None)

    def due_of(self, kind: Kind, item: str) -> Due | None:
        return self._dues.get((kind, item))

    def forget_due(self, kind: Kind, item: str) -> None:
        self._dues.pop((kind, item), None)

    def claim_due(self, kind: Kind, item: str, *, now: datetime, until: datetime) -> bool:
        due = self.due_of(kind, item)
        if due is None or not due.is_due(now):
            return False
        self.set_due(replace(due, at=until, said=now))
        return True

    def take_nudges(self, *, now: datetime, again_after_s: float) -> tuple[Due, ...]:
        found = [
            due
            for key, due in self._dues.items()
            if due.is_due(now) and _apart(self._nudged.get(key), now, again_after_s)
        ]
        self._nudged.update({(due.kind, due.id): now for due in found})
        return tuple(sorted(found, key=lambda due: due.at))

    def take_tick(self, name: str, *, now: datetime, apart_s: float) -> bool:
        if not _apart(self._ticks.get(name), now, apart_s):
            return False
        self._ticks[name] = now
        return True


def _apart(last: datetime | None, now: datetime, apart_s: float) -> bool:
    if last is None or last > now + CLOCKS_APART:
        return True
    return last <= now - timedelta(seconds=apart_s)
