"""The store port: what outlives a process. The database is the truth; nothing else is.

Every method is one transaction of its own, unless it is called inside of `Answers.together`; none
stays open across a device call.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.journal import Charter, Closed, Entry, Event
from service.domain.observation import ApPulse, ControllerView
from service.domain.polling.composing import AsKept
from service.ports.audit import Audit
from service.ports.containments import Boxes, Containments
from service.ports.events import Events
from service.ports.evidence import Evidence
from service.ports.fleet_view import FleetView
from service.ports.guardians import Guardians
from service.ports.marks import Marks
from service.ports.notices import Notices
from service.ports.polls import Polls
from service.ports.requests import AskedRemediations, Dues, Plans, Sweeps
from service.ports.signals import Signals
from service.ports.spells import Spells
from service.ports.steering import Steering
from service.ports.stream import Stream
from service.ports.tickets import Tickets
from service.ports.tokens import Answers, Tokens
from service.ports.visits import Visits
from service.ports.webhooks import Telling, Webhooks


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that may hold leases.

    Attributes:
        host: which machine; boot_id: which boot of it; pid and started: which process of that.
        pid_namespace: whose process numbers `pid` is one of; empty: the system has one for all.
    """

    host: str
    boot_id: str
    pid: int
    started: str
    pid_namespace: str = ""

    @property
    def label(self) -> str:
        """The holder for people."""
        return f"process {self.pid} on {self.host}"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to change one controller.

    Attributes:
        fencing: rises with every holder; an append with an old number is refused.
        left_s: how much longer it holds, by the store's time as of the read; 0 or less: it ran out.
            Minus infinity: it is from before the store's host booted.
        was_left: whoever had it before did not give it back: it ran out, or they died. Told by
            `acquire` and `take_over` alone, as of the very moment of the grant.
    """

    controller: str
    holder: Holder
    fencing: int
    left_s: float = field(compare=False)
    was_left: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class RemediationRow:
    """One remediation as listed.

    Attributes:
        closed: how it ended; None while it has not.
        lease: who works on it now; None where nobody does.
    """

    id: str
    controller: str
    opened: datetime
    charter: Charter
    closed: Closed | None
    lease: Lease | None


@dataclass(frozen=True, slots=True)
class ClockNote:
    """What one host's last poll of one controller said of its clock.

    Attributes:
        at: that host's clocks when it was read: with which `offset_s` compares.
    """

    controller: str
    at: Instant
    offset_s: float
    uncertainty_s: float
    synchronised: bool


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's word for one plan."""

    digest: str
    controller: str
    approver: str
    at: datetime
    expires: datetime


class Leases(Protocol):
    """Who may change which controller, in the store's own time: no host's wall clock is asked."""

    def acquire(self, controller: str, holder: Holder, *, ttl_s: float) -> Lease:
        """Take the lease, if it is free, ran out or is the holder's own; always under a new number.

        Raises:
            LeaseHeld: somebody else has it.
        """

    def take_over(self, controller: str, holder: Holder, *, dead: Lease, ttl_s: float) -> Lease:
        """Take the lease of a holder that is proven dead, before it runs out.

        Raises:
            LeaseHeld: it passed on meanwhile: somebody else saw the dead one first.
        """

    def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Hold on to it. Raises LeaseLost where it passed on."""

    def release(self, lease: Lease) -> None:
        """Give it up; nothing happens where it passed on already."""

    def lease_of(self, controller: str) -> Lease | None:
        """The lease as it stands, run out or not."""


class Journals(Protocol):
    """Remediations and what they wrote down."""

    def open_remediation(
        self, remediation: str, event: Event, *, at: Instant, lease: Lease
    ) -> Entry:
        """Begin a journal. Raises LeaseLost, JournalConflict (the id is taken)."""

    def append(
        self, remediation: str, event: Event, *, after: int, at: Instant, lease: Lease
    ) -> Entry:
        """Add one entry after entry number `after`.

        Raises:
            JournalConflict: another entry is there already.
            LeaseLost: the lease passed on, or ran out.
        """

    def journal(self, remediation: str) -> tuple[Entry, ...]:
        """All entries, oldest first. Raises NotFound."""

    def journal_lines(self, remediation: str) -> tuple[Mapping[str, object], ...]:
        """All entries as they were kept, oldest first: seq, fencing, at, event. Raises NotFound.

        Plain values, the same for ever, whatever later versions make of an entry.
        """

    def journal_after(self, remediation: str, after: int) -> tuple[Entry, ...]:
        """The entries after entry number `after`, oldest first; none where there are none."""

    def remediations(
        self, *, controller: str | None = None, unfinished: bool = False
    ) -> tuple[RemediationRow, ...]:
        """Remediations, newest first."""


class Observations(Protocol):
    """What polls saw."""

    def histories(
        self, controller: str, *, of: Collection[BaseRadioMac] | None = None
    ) -> dict[BaseRadioMac, ApHistory]:
        """Every AP's history on one controller, or those of some."""

    def as_kept(self, controller: str, pulses: Sequence[ApPulse]) -> AsKept:
        """Who plainly serves as it is kept: nobody's history need be read back for that."""

    def add_poll(self, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
        """Extend the histories with one poll; who is as it is kept counts with all that is kept.

        Returns at least those that a diagnosis of this poll goes by: of access points that serve
        as they did before there may be none.
        """

    def history_page(
        self, controller: str, *, limit: int, after: str | None, backwards: bool
    ) -> tuple[ApHistory, ...]:
        """Some APs' histories on one controller, by MAC; `after`: beyond that one."""

    def sightings(
        self, macs: Iterable[BaseRadioMac], *, on: Iterable[str]
    ) -> tuple[ApHistory, ...]:
        """What polls of some controllers saw of some APs, ordered by MAC and last sight."""

    def clocks(self) -> tuple[ClockNote, ...]:
        """The newest word on each controller's clock, for each boot of each host that polled it."""

    def vouching_clocks(self, boot_id: str) -> tuple[ClockNote, ...]:
        """Of these notes those of clocks that NTP held, as one boot of a host read them."""

    def keep_looks(
        self, sweep: str, documents: Iterable[Mapping[str, object]], *, at: datetime
    ) -> None:
        """Keep what a part of a sweep says of its controllers: the newest word on each."""

    def keep_sweep(self, sweep: str, document: Mapping[str, object], *, at: datetime) -> None:
        """Keep a sweep's document: it is finished, and the newest word on its controllers."""


class Approvals(Protocol):
    """Who approved what."""

    def approve(self, approval: Approval) -> None:
        """Record an approval."""

    def approvals(self, digest: str) -> Iterable[Approval]:
        """Every approval of a digest, newest first."""


class Store(
    Leases,
    Journals,
    Observations,
    Approvals,
    Guardians,
    Containments,
    Marks,
    Boxes,
    Polls,
    Spells,
    Dues,
    Sweeps,
    Plans,
    AskedRemediations,
    Tokens,
    Answers,
    Steering,
    Events,
    Audit,
    Webhooks,
    Telling,
    Evidence,
    Tickets,
    Notices,
    Signals,
    FleetView,
    Visits,
    Stream,
    Protocol,
):
    """All of it."""

    def close(self) -> None:
        """Let go of connections."""
