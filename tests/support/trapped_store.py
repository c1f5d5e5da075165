"""A store in which a process can die: before and after everything that it writes."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.journal import Entry, Event
from service.domain.observation import ApPulse, ControllerView
from service.domain.polling.composing import AsKept
from service.ports.store import Approval, ClockNote, Holder, Lease, RemediationRow, Store
from tests.support.fake_driver import Trap

T = TypeVar("T")
TURNING = frozenset(
    {"set_due", "forget_due", "forget_recall", "recall", "refuse_remediation", "claim_due"}
)
"""Further writes over which a worker can die."""


class TrappedStore:
    """One process's view of the store.

    Attributes:
        fail: called before every write with its name; may raise what a store raises.
    """

    def __init__(self, store: Store, trap: Trap) -> None:
        self._store, self._trap = store, trap
        self.fail: Callable[[str], None] = lambda _: None

    def close(self) -> None:
        self._store.close()

    def _write(self, name: str, write: Callable[[], T]) -> T:
        self._trap.point(f"before {name}")
        self.fail(name)
        done = write()
        self._trap.point(f"after {name}")
        return done

    def _alive(self) -> None:
        if self._trap.dead:
            self._trap.point("dead")

    # -- writes that a process can die over --------------------------------------------------

    def acquire(self, controller: str, holder: Holder, *, ttl_s: float) -> Lease:
        return self._write("acquire", lambda: self._store.acquire(controller, holder, ttl_s=ttl_s))

    def take_over(self, controller: str, holder: Holder, *, dead: Lease, ttl_s: float) -> Lease:
        return self._write(
            "take over",
            lambda: self._store.take_over(controller, holder, dead=dead, ttl_s=ttl_s),
        )

    def open_remediation(
        self, remediation: str, event: Event, *, at: Instant, lease: Lease
    ) -> Entry:
        return self._write(
            "opened", lambda: self._store.open_remediation(remediation, event, at=at, lease=lease)
        )

    def append(
        self, remediation: str, event: Event, *, after: int, at: Instant, lease: Lease
    ) -> Entry:
        return self._write(
            event.type,
            lambda: self._store.append(remediation, event, after=after, at=at, lease=lease),
        )

    def release(self, lease: Lease) -> None:
        self._write("release", lambda: self._store.release(lease))

    # -- the rest ----------------------------------------------------------------------------

    def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        self._alive()
        self.fail("renew")
        return self._store.renew(lease, ttl_s=ttl_s)

    def lease_of(self, controller: str) -> Lease | None:
        self._alive()
        return self._store.lease_of(controller)

    def journal(self, remediation: str) -> tuple[Entry, ...]:
        self._alive()
        self.fail("journal")
        return self._store.journal(remediation)

    def remediations(
        self, *, controller: str | None = None, unfinished: bool = False
    ) -> tuple[RemediationRow, ...]:
        self._alive()
        return self._store.remediations(controller=controller, unfinished=unfinished)

    def histories(
        self, controller: str, *, of: Collection[BaseRadioMac] | None = None
    ) -> dict[BaseRadioMac, ApHistory]:
        return self._store.histories(controller, of=of)

    def as_kept(self, controller: str, pulses: Sequence[ApPulse]) -> AsKept:
        return self._store.as_kept(controller, pulses)

    def add_poll(self, view: ControllerView) -> dict[BaseRadioMac, ApHistory]:
        return self._store.add_poll(view)

    def clocks(self) -> tuple[ClockNote, ...]:
        return self._store.clocks()

    def vouching_clocks(self, boot_id: str) -> tuple[ClockNote, ...]:
        return self._store.vouching_clocks(boot_id)

    def keep_sweep(self, sweep: str, document: Mapping[str, object], *, at: datetime) -> None:
        self._store.keep_sweep(sweep, document, at=at)

    def approve(self, approval: Approval) -> None:
        self._store.approve(approval)

    def approvals(self, digest: str) -> Iterable[Approval]:
        return self._store.approvals(digest)

    def __getattr__(self, name: str) -> Any:
        """Whatever else a store keeps: what was asked for, due times, recalls."""
        method = getattr(self._store, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._alive()
            if name in TURNING:
                return self._write(name, lambda: method(*args, **kwargs))
            return method(*args, **kwargs)

        return call
