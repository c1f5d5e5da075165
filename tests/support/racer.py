"""One of two workers, a process of its own, that races the other one for one controller.

A round: both want the lease, by asking for it or by taking it from a dead holder; then both open
the round's journal and write an intent into it, each under the newest number that it has, and who
could write sends to the device. In every third round the loser takes over while the winner writes.
"""

from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path

from service.config.clock import SystemClock
from service.domain.changes import RemoveNtp
from service.domain.journal import Event, Intended, Opened
from service.errors import JournalConflict, LeaseHeld, LeaseLost
from service.ports.store import Holder, Lease
from service.store.sql import SqlStore
from tests.support.builders import NTP, charter, instant
from tests.support.patience import PATIENCE_S

CONTROLLER, TTL_S = "hq-1", 600.0
PASSED_ON = 1  # of four rounds: in these an old number tries everything
INTENT = Intended("remove-ntp", RemoveNtp(NTP), "remove", "21")


@dataclass
class Racer:
    """What one worker knows.

    Attributes:
        lease: the newest that it was given, perhaps long passed on.
        told: how often what happened.
    """

    store: SqlStore
    holder: Holder
    barrier: Barrier
    device: Path
    lease: Lease | None = None
    told: Counter[str] = field(default_factory=Counter)

    def together(self) -> None:
        self.barrier.wait(PATIENCE_S)

    def round(self, number: int) -> None:
        """One race."""
        item, overtaken = f"r{number}", number % 3 == 0
        self.together()
        dead = self.store.lease_of(CONTROLLER)
        self.together()
        won = self.take(dead)
        self.open(item, holds=won)
        self.together()
        if overtaken and not won:
            self.take(self.store.lease_of(CONTROLLER))
            self.write(item, 1) or self.write(item, 2)
        else:
            self.write(item, 1, holds=won and not overtaken)
        self.together()
        holds = won is not overtaken
        if holds and number % 2:
            self.store.release(self.lease)
        elif not holds and number % 4 < PASSED_ON:
            self.stale(item)

    def take(self, dead: Lease | None) -> bool:
        """The lease, from a dead holder where there is one; whether it was given to us."""
        try:
            if dead is None:
                self.lease = self.store.acquire(CONTROLLER, self.holder, ttl_s=TTL_S)
            else:
                self.lease = self.store.take_over(CONTROLLER, self.holder, dead=dead, ttl_s=TTL_S)
        except LeaseHeld:
            self.told["came second"] += 1
            return False
        self.told["was given the lease"] += 1
        return True

    def open(self, item: str, *, holds: bool) -> None:
        if self.lease is None:
            return
        try:
            self.store.open_remediation(item, Opened(charter()), at=instant(), lease=self.lease)
        except LeaseLost:
            assert not holds, "the holder was refused"
            self.told["stale refused"] += 1
            return
        assert holds, "a stale number opened a journal"

    def write(self, item: str, after: int, *, holds: bool = False) -> bool:
        """Write an intent down, and send where that worked."""
        if self.lease is None:
            return False
        try:
            entry = self.store.append(item, INTENT, after=after, at=instant(), lease=self.lease)
        except LeaseLost:
            assert not holds, "the holder was refused"
            self.told["stale refused"] += 1
            return False
        except JournalConflict:
            self.told["conflicts"] += 1
            return False
        with self.device.open("a") as lines:
            lines.write(f"{item} {entry.seq} {entry.fencing}\n")
        self.told["writes"] += 1
        return True

    def stale(self, item: str) -> None:
        """Everything that an old number might still try."""
        if self.lease is None:
            return
        event: Event = INTENT
        newest = self.store.journal(item)[-1].seq
        tries = (
            lambda lease: self.store.append(item, event, after=newest, at=instant(), lease=lease),
            lambda lease: self.store.renew(lease, ttl_s=TTL_S),
            lambda lease: self.store.open_remediation(f"{item}x", event, at=instant(), lease=lease),
        )
        for attempt in tries:
            self.told["stale tried"] += 1
            try:
                attempt(self.lease)
            except LeaseLost:
                self.told["stale tried and refused"] += 1


def race(url: str, rounds: int, number: int, barrier: Barrier, folder: Path) -> None:
    """What the process does; its counts go to a file of its own."""
    store = SqlStore(url, SystemClock())
    holder = Holder(f"host-{number}", f"boot-{number}", number, str(number))
    racer = Racer(store, holder, barrier, folder / "device")
    try:
        for one in range(rounds):
            racer.round(one)
        lines = [f"{what}={many}" for what, many in racer.told.items()]
        (folder / f"told-{number}").write_text("\n".join(lines))
    except BaseException:
        barrier.abort()
        raise
    finally:
        store.close()
