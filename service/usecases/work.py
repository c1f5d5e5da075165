"""One process's work on one remediation: the lease, and a session kept open between moves."""

from dataclasses import dataclass, field
from datetime import datetime

from service.domain.guardians import Guardian
from service.domain.instants import Instant, TrueTime, agree
from service.domain.journal import Closed, Entry, Event
from service.domain.remediation import Run
from service.domain.steps.protocol import Beside, Moment
from service.ports.driver import ControllerDriver
from service.ports.store import Lease
from service.usecases.audit import tell_end
from service.usecases.context import Context
from service.usecases.gather import Gathered
from service.usecases.guard import guardians_with
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.truth import opinions


@dataclass(slots=True)
class Work:
    """What a process holds while it works.

    Attributes:
        beside: sessions to other controllers, by name.
        connected: whether this process ever had a session; before it did, a request at fault (an
            unknown controller, a missing secret) is the caller's to mend.
        truth: true time as agreed by this process, where the charter's says nothing any more.
        lost: why the outcome of what was sent last was not seen; empty: it was, or others sent it.
        noted: what was journaled and not told of yet.
        gathered: what this process knows to be kept as evidence.
        guards_since: since when this process guards the controller; None: it does not.
    """

    context: Context
    remediation: str
    lease: Lease
    driver: ControllerDriver | None = None
    beside: dict[str, ControllerDriver] = field(default_factory=dict)
    connected: bool = False
    truth: TrueTime | None = None
    lost: str = ""
    noted: list[Entry] = field(default_factory=list)
    guards_since: Instant | None = None
    gathered: Gathered = field(default_factory=Gathered)

    def run(self) -> Run:
        """The journal, folded afresh."""
        return Run(self.context.store.journal(self.remediation))

    def note(self, event: Event, after: int) -> int:
        """Append one entry; returns its number."""
        if isinstance(event, Closed):
            with self.context.store.together():
                self.context.store.hold_end()
                entry = self._append(event, after)
                self._tell_end(event)
        else:
            entry = self._append(event, after)
        self.noted.append(entry)
        return entry.seq

    def _append(self, event: Event, after: int) -> Entry:
        return self.context.store.append(
            self.remediation, event, after=after, at=self.context.clock.now(), lease=self.lease
        )

    def _tell_end(self, closed: Closed) -> None:
        """The audit trail vouches for the journal as it is now."""
        tell_end(self.context, self.remediation, self.lease.controller, closed)

    def told(self) -> tuple[Entry, ...]:
        """What was journaled since this was asked last, for logs that tell the same."""
        entries = tuple(self.noted)
        self.noted.clear()
        return entries

    def renew(self) -> None:
        """Hold on to the lease."""
        self.lease = self.context.store.renew(self.lease, ttl_s=LEASE_TTL_S)

    def connect(self, run: Run, on: str = "") -> ControllerDriver:
        """The open session, or a new one; `on`: to another controller than the remediation's."""
        if on and on != run.charter.controller:
            if on not in self.beside:
                self.beside[on] = self.context.drivers.open(self.context.controller(on))
            return self.beside[on]
        if self.driver is None:
            self.driver = self.context.drivers.open(self.context.controller(run.charter.controller))
            self.connected = True
        return self.driver

    def disconnect(self) -> None:
        """End every session."""
        if self.driver is not None:
            self.driver.close()
            self.driver = None
        for name in tuple(self.beside):
            self.disconnect_from(name)

    def disconnect_from(self, name: str) -> None:
        """End the session to another controller."""
        driver = self.beside.pop(name, None)
        if driver is not None:
            driver.close()

    def moment(self, run: Run, looked: Instant, beside: Beside | None = None) -> Moment:
        """What time it is, and who guards where that counts.

        Args:
            run: the journal.
            looked: when the look began that is decided on.
            beside: what was seen at the controller next door.
        """
        now, true_now = self._time(run)
        return Moment(now, true_now, looked, self._guardians(run), beside)

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
