"""The store port in memory: fast, for tests that run hundreds of remediations.

It keeps the same contract as the SQL store: `tests/contract/store` runs over both.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from service.domain.box_note import BoxNote, note_of
from service.domain.contained import Contained
from service.domain.diagnosis.case import plainly_serves
from service.domain.guardians import SEEN_S, Guardian
from service.domain.history import ApHistory, extend_all
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.journal import Closed, Entry, Event, Opened
from service.domain.observation import ApPulse, ControllerView
from service.domain.polling.choosing import is_quiet
from service.domain.polling.composing import AsKept, remembered
from service.domain.polling.note import PollNote
from service.domain.polling.turns import PollTurn
from service.domain.signals import Signs
from service.errors import JournalConflict, LeaseHeld, LeaseLost, NotFound
from service.ports.clock import Clock
from service.ports.requests import AskedRemediation, Due, Kind, Recall
from service.ports.steering import Halt
from service.ports.store import Approval, ClockNote, Holder, Lease, RemediationRow
from service.store.codec import event_text, instant_text, line_of
from tests.support.memory_audit import MemoryAudit, MemoryEvidence


class InMemoryStore(MemoryAudit, MemoryEvidence):
    """Everything in dictionaries."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._leases: dict[str, Lease] = {}
        self._until: dict[str, float] = {}
        self._fencing: dict[str, int] = {}
        self._journals: dict[str, list[Entry]] = {}
        self._controllers: dict[str, str] = {}
        self._histories: dict[str, dict[BaseRadioMac, ApHistory]] = {}
        self._clocks: dict[tuple[str, str], ClockNote] = {}
        self._approvals: list[Approval] = []
        self._guardians: dict[str, tuple[str, str, float, float]] = {}
        self.sweeps: dict[str, tuple[datetime, Mapping[str, object]]] = {}
        self._dues: dict[tuple[Kind, str], tuple[float, str]] = {}
        self._nudged: dict[tuple[Kind, str], float] = {}
        self._halt: Halt | None = None
        self._containments: list[Contained] = []
        self._boxes: dict[str, BoxNote] = {}
        self._poll_notes: dict[str, PollNote] = {}
        self._poll_turns: dict[str, PollTurn] = {}
        self._signs: dict[str, Signs] = {}
        self._ticks: dict[str, float] = {}
        self._recalls: dict[str, Recall] = {}

    def close(self) -> None:
        """Nothing to let go of."""

    # -- leases ----------------------------------------------------------------------------

    def acquire(self, controller: str, holder: Holder, *, ttl_s: float) -> Lease:
        current = self.lease_of(controller)
        if current is not None and current.left_s > 0 and current.holder != holder:
            raise LeaseHeld(controller, current.holder.label, current.left_s)
        return self._grant(controller, holder, ttl_s)

    def take_over(self, controller: str, holder: Holder, *, dead: Lease, ttl_s: float) -> Lease:
        current = self.lease_of(controller)
        if current is not None and current.fencing != dead.fencing:
            raise LeaseHeld(controller, current.holder.label, current.left_s)
        return self._grant(controller, holder, ttl_s)

    def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        self._check(lease, may_have_run_out=True)
        self._until[lease.controller] = self._now() + ttl_s
        return replace(lease, left_s=ttl_s)

    def release(self, lease: Lease) -> None:
        current = self._leases.get(lease.controller)
        if current is not None and current.fencing == lease.fencing:
            del self._leases[lease.controller]

    def lease_of(self, controller: str) -> Lease | None:
        lease = self._leases.get(controller)
        return lease and replace(lease, left_s=self._until[controller] - self._now())

    def _grant(self, controller: str, holder: Holder, ttl_s: float) -> Lease:
        fencing = self._fencing.get(controller, 0) + 1
        self._fencing[controller] = fencing
        self._until[controller] = self._now() + ttl_s
        before = self._leases.get(controller)
        self._leases[controller] = Lease(controller, holder, fencing, ttl_s)
        return replace(self._leases[controller], was_left=before is not None)

    def _check(self, lease: Lease, *, may_have_run_out: bool = False) -> None:
        current = self.lease_of(lease.controller)
        if current is None or current.fencing != lease.fencing:
            raise LeaseLost(f"{lease.controller}: the lease passed to another process")
        if current.left_s <= 0 and not may_have_run_out:
            raise LeaseLost(f"{lease.controller}: the lease ran out")

    # -- journals --------------------------------------------------------------------------

    def open_remediation(
        self, remediation: str, event: Event, *, at: Instant, lease: Lease
    ) -> Entry:
        self._check(lease)
        if remediation in self._journals:
            raise JournalConflict(f"remediation {remediation} exists already")
        self._journals[remediation] = [Entry(1, at, event, lease.fencing)]
        self._controllers[remediation] = lease.controller
        return self._journals[remediation][0]

    def append(
        self, remediation: str, event: Event, *, after: int, at: Instant, lease: Lease
    ) -> Entry:
        self._check(lease)
        entries = self._journals.get(remediation, [])
        if not entries or entries[-1].seq != after:
            raise JournalConflict(f"remediation {remediation}: not after {after}")
        entries.append(Entry(after + 1, at, event, lease.fencing))
        return entries[-1]

    def journal(self, remediation: str) -> tuple[Entry, ...]:
        if remediation not in self._journals:
            raise NotFound("remediation", remediation)
        return tuple(self._journals[remediation])

    def journal_lines(self, remediation: str) -> tuple[Mapping[str, object], ...]:
        return tuple(
            line_of(one.seq, one.fencing, instant_text(one.at), event_text(one.event))
            for one in self.journal(remediation)
        )

    def journal_after(self, remediation: str, after: int) -> tuple[Entry, ...]:
        return tuple(one for one in self._journals.get(remediation, ()) if one.seq > after)

    def remediations(
        self, *, controller: str | None = None, unfinished: bool = False
    ) -> tuple[RemediationRow, ...]:
        rows = [self._row(remediation) for remediation in self._journals]
        wanted = [
            row
            for row in rows
            if controller in (None, row.controller) and not (unfinished and row.closed)
        ]
        wanted.sort(key=lambda row: row.opened, reverse=True)
        if controller is not None:
            wanted.sort(key=lambda row: self._journals[row.id][0].fencing, reverse=True)
        return tuple(wanted)

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
            lease=self.lease_of(controller),
        )

    # -- guardians ---------------------------------------------------------------------------

    def guard(self, who: str, *, host: str, boot_id: str) -> None:
        now = self._now()
        known = self._guardians.get(who)
        since = known[3] if known is not None and now - known[2] <= SEEN_S else now
        self._guardians[who] = (host, boot_id, now, since)

    def stand_down(self, who: str) -> None:
        self._guardians.pop(who, None)

    def guardians(self) -> tuple[Guardian, ...]:
        now = self._now()
        found = [
            Guardian(host, boot_id, now - seen, now - since)
            for host, boot_id, seen, since in self._guardians.values()
        ]
        return tuple(sorted(found, key=lambda one: one.host))

    # -- observations and approvals --------------------------------------------------------

    def histories(
        self, controller: str, *, of: Collection[BaseRadioMac] | None = None
    ) -> dict[BaseRadioMac, ApHistory]:
        known = self._histories.get(controller, {})
        return {mac: past for mac, past in known.items() if of is None or mac in of}

    def as_kept(self, controller: str, pulses: Sequence[ApPulse]) -> AsKept:
        known = self._histories.get(controller, {})
        ages = Counter(past.last.details_at or past.last_seen for past in known.values())
        usual = ages.most_common(1)[0][0] if ages else None
        same = (
            pulse.mac.value
            for pulse in pulses
            for past in (known.get(pulse.mac),)
            if past is not None and is_quiet(pulse, past) and plainly_serves(past.last)
            if past.last.raw_state == pulse.raw_state
            if (past.last.details_at or past.last_seen) == usual
        )
        return AsKept(dict.fromkeys(same, "="), usual)

    def add_poll(self, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
        known = self._histories.get(view.controller, {})
        aps = [
            remembered(ap, known.get(ap.mac)) if ap.mac.value in view.kept else ap
            for ap in view.aps or ()
        ]
        self._histories[view.controller] = extend_all(known, aps, view.read_at)
        if view.clock is not None and view.clock.instant is not None:
            at = view.clock.instant
            synchronised = view.ntp_state is not None and view.ntp_state.synchronised
            self._clocks[view.controller, at.boot_id] = ClockNote(
                view.controller,
                at,
                view.clock.offset_s,
                view.clock.uncertainty_s,
                synchronised,
            )
        self._boxes[view.controller] = note_of(view, self._boxes.get(view.controller))
        return self.histories(view.controller)

    def sightings(
        self, macs: Iterable[BaseRadioMac], *, on: Iterable[str]
    ) -> tuple[ApHistory, ...]:
        wanted, names = set(macs), set(on)
        found = (
            past
            for name in names
            for past in self._histories.get(name, {}).values()
            if past.mac in wanted
        )
        return tuple(sorted(found, key=lambda past: (past.mac, past.last_seen)))

    def keep_poll_note(self, note: PollNote) -> None:
        self._poll_notes[note.controller] = note

    def note_turns(self, turns: Iterable[PollTurn]) -> None:
        for turn in turns:
            self._poll_turns[turn.controller] = replace(turn, at_s=self._now())

    def poll_turns(self) -> dict[str, PollTurn]:
        now_s = self._now()
        return {name: replace(one, now_s=now_s) for name, one in self._poll_turns.items()}

    def keep_signs(self, signs: Iterable[Signs]) -> None:
        self._signs.update((one.controller, one) for one in signs)

    def signs(self) -> dict[str, Signs]:
        return dict(self._signs)

    def poll_note(self, controller: str) -> PollNote | None:
        return self._poll_notes.get(controller)

    def boxes(self) -> tuple[BoxNote, ...]:
        return tuple(self._boxes[name] for name in sorted(self._boxes))

    # -- containments ------------------------------------------------------------------------

    def keep_containment(self, one: Contained) -> None:
        self._containments.append(one)

    def containments(
        self, controller: str | None = None, *, standing: bool = False
    ) -> tuple[Contained, ...]:
        return tuple(
            one
            for one in reversed(self._containments)
            if controller in (None, one.controller) and (one.stands or not standing)
        )

    def lift_containment(self, item: str, *, by: str, at: datetime) -> bool:
        for number, one in enumerate(self._containments):
            if one.id == item and one.stands:
                self._containments[number] = replace(one, lifted_by=by, lifted=at)
                return True
        return False

    # -- clocks, sweeps and approvals --------------------------------------------------------

    def clocks(self) -> tuple[ClockNote, ...]:
        return tuple(self._clocks.values())

    def vouching_clocks(self, boot_id: str) -> tuple[ClockNote, ...]:
        notes = self._clocks.values()
        return tuple(one for one in notes if one.synchronised and one.at.boot_id == boot_id)

    def keep_sweep(self, sweep: str, document: Mapping[str, object], *, at: datetime) -> None:
        self.sweeps[sweep] = (at, document)

    def approve(self, approval: Approval) -> None:
        self._approvals.append(approval)

    def approvals(self, digest: str) -> tuple[Approval, ...]:
        found = [approval for approval in self._approvals if approval.digest == digest]
        return tuple(sorted(found, key=lambda approval: approval.at, reverse=True))

    def waiting_for(self, _digest: str) -> tuple[()]:
        return ()  # what was asked for is kept by SQL alone

    def remediation_asked(self, _remediation: str) -> None:
        return None

    # -- recalls ---------------------------------------------------------------------------

    def recall(self, recall: Recall) -> None:
        self._recalls[recall.remediation] = recall

    def recalled(self, remediation: str) -> Recall | None:
        return self._recalls.get(remediation)

    def forget_recall(self, remediation: str) -> None:
        self._recalls.pop(remediation, None)

    # -- dues ------------------------------------------------------------------------------

    def set_due(self, kind: Kind, item: str, *, in_s: float, why: str = "") -> None:
        self._dues[kind, item] = (self._now() + in_s, why)
        self._nudged.pop((kind, item), None)

    def due_of(self, kind: Kind, item: str) -> Due | None:
        if (kind, item) not in self._dues:
            return None
        at_s, why = self._dues[kind, item]
        return Due(kind, item, at_s - self._now(), why, said_at=("", at_s))

    def put_off(self, due: Due, *, in_s: float, why: str = "") -> bool:
        if self._dues.get((due.kind, due.id)) != (due.said_at[1], due.why):
            return False
        self.set_due(due.kind, due.id, in_s=in_s, why=why)
        return True

    def due_items(self, kind: Kind, *, begins: str) -> tuple[str, ...]:
        return tuple(sorted(i for k, i in self._dues if k == kind and i.startswith(begins)))

    def forget_due(self, kind: Kind, item: str) -> None:
        self._dues.pop((kind, item), None)

    def claim_due(self, kind: Kind, item: str, *, for_s: float) -> bool:
        due = self.due_of(kind, item)
        if due is None or not due.is_due:
            return False
        self.set_due(kind, item, in_s=for_s, why=due.why)
        self._nudged[kind, item] = self._now() + for_s
        return True

    def hurry_due(self, kind: Kind, item: str) -> None:
        due = self.due_of(kind, item)
        if due is not None and self._nudged.get((kind, item), self._now()) <= self._now():
            self.set_due(kind, item, in_s=0, why=due.why)

    def take_nudges(self, *, again_after_s: float) -> tuple[Due, ...]:
        found = [
            due
            for key in self._dues
            if (due := self.due_of(*key)) is not None
            and due.is_due
            and self._is_past(self._nudged.get(key), again_after_s)
        ]
        self._nudged.update({(due.kind, due.id): self._now() for due in found})
        return tuple(sorted(found, key=lambda due: due.in_s))

    def take_tick(self, name: str, *, apart_s: float) -> bool:
        if not self._is_past(self._ticks.get(name), apart_s):
            return False
        self._ticks[name] = self._now()
        return True

    # -- the stop switch -------------------------------------------------------------------

    def halt(self, halt: Halt) -> Halt:
        self._halt = self._halt or halt
        return self._halt

    def halted(self) -> Halt | None:
        return self._halt

    def resume(self, *, by: str, at: datetime) -> Halt | None:  # noqa: ARG002 - as the port
        lifted, self._halt = self._halt, None
        return lifted

    def waiting_to_begin(self, _controller: str | None = None) -> tuple[AskedRemediation, ...]:
        return ()

    def _is_past(self, last: float | None, apart_s: float) -> bool:
        return last is None or last <= self._now() - apart_s

    def _now(self) -> float:
        return self._clock.now().boottime_s
