"""One process's work on one remediation: the lease, and a session kept open between moves."""

from dataclasses import dataclass, field
from datetime import datetime

from service.domain.guardians import Guardian
from service.domain.instants import Instant, TrueTime, agree
from service.domain.journal import Entry, Event
from service.domain.remediation import Run
from service.domain.steps.protocol import Moment
from service.ports.driver import ControllerDriver
from service.ports.store import Lease
from service.usecases.context import Context
from service.usecases.guard import guardians_with
from service.usecases.truth import opinions

LEASE_TTL_S = 120.0
"""Longer than the longest RPC deadline: a successor never meets a request still in flight."""


@dataclass(slots=True)
class Work:
    """What a process holds while it works.

    Attributes:
        connected: whether this process ever had a session; before it did, a request at fault (an
            unknown controller, a missing secret) is the caller's to mend.
        truth: true time as agreed by this process, where the charter's says nothing any more.
        lost: why the outcome of what was sent last was not seen; empty: it was, or others sent it.
        noted: what was journaled and not told of yet.
        guards_since: since when this process guards the controller; None: it does not.
    """

    context: Context
    remediation: str
    lease: Lease
    driver: ControllerDriver | None = None
    connected: bool = False
    truth: TrueTime | None = None
    lost: str = ""
    noted: list[Entry] = field(default_factory=list)
    guards_since: Instant | None = None

    def run(self) -> Run:
        """The journal, folded afresh."""
        return Run(self.context.store.journal(self.remediation))

    def note(self, event: Event, after: int) -> int:
        """Append one entry; returns its number."""
        entry = self.context.store.append(
            self.remediation, event, after=after, at=self.context.clock.now(), lease=self.lease
        )
        self.noted.append(entry)
        return entry.seq

    def told(self) -> tuple[Entry, ...]:
        """What was journaled since this was asked last, for logs that tell the same."""
        entries = tuple(self.noted)
        self.noted.clear()
        return entries

    def renew(self) -> None:
        """Hold on to the lease."""
        self.lease = self.context.store.renew(self.lease, ttl_s=LEASE_TTL_S)

    def connect(self, run: Run) -> ControllerDriver:
        """The open session, or a new one."""
        if self.driver is None:
            self.driver = self.context.drivers.open(self.context.controller(run.charter.controller))
            self.connected = True
        return self.driver

    def disconnect(self) -> None:
        """End the session."""
        if self.driver is not None:
            self.driver.close()
            self.driver = None

    def moment(self, run: Run, looked: Instant) -> Moment:
        """What time it is, and who guards where that counts.

        Args:
            run: the journal.
            looked: when the look began that is decided on.
        """
        now, true_now = self._time(run)
        return Moment(now, true_now, looked, self._guardians(run))

    def _guardians(self, run: Run) -> tuple[Guardian, ...]:
        """A restore needs none, and a box that restores itself has its own."""
        if not run.charter.guardians or run.phase != "forward":
            return ()
        now = self.context.clock.now()
        self.guards_since = self.guards_since or now
        return guardians_with(self.context, steady_s=now.seconds_since(self.guards_since))

    def _time(self, run: Run) -> tuple[Instant, datetime | None]:
        """Now by this host's clocks, and true time.

        The charter's true time is carried on by this boot's own count; after a reboot of the host,
        or on another one, two sources are asked anew. Asking takes time: the answer's instant is
        the moment, not the one before the question.
        """
        now = self.context.clock.now()
        for known in (run.charter.true_time, self.truth):
            true_now = None if known is None else known.now(now)
            if true_now is not None:
                return now, true_now
        asked = tuple(opinions(self.context, run.charter.controller, run.charter.time_servers))
        now = self.context.clock.now()
        self.truth = agree(asked, now)
        return now, None if self.truth is None else self.truth.at
