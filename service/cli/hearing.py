"""The ear of a process: takes lines from the intake, batch by batch, and hands them to `hear`.

A database that is away holds the batch back until it is there again; meanwhile the intake fills,
streams wait, and datagrams that find no room are counted.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from service.bootstrap import open_context, open_push_sessions
from service.cli.edge import people
from service.cli.trap_reader import DISCOVERY, Heard, TrapReader
from service.config.latest_inventory import LatestInventory
from service.config.messages import load_messages
from service.config.secrets import SecretResolver
from service.domain.events.reading import Said, said_in
from service.errors import StoreError
from service.listeners.intake import Intake, Line
from service.listeners.names import Names
from service.listeners.senders import Senders
from service.listeners.server import SNMP, Listeners
from service.listeners.subscriptions import Subscriptions
from service.ports.signals import EVENT_LINES, Added
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.usecases.hear import Hearing, hear

MOST_AT_ONCE = 5000
TICK_S = 0.2
AGAIN_S = 1.0
TOLD_EVERY_S = 60.0
LEARN_EVERY_S = 5.0
UNREMARKABLE = ("other", f"snmp 3: {DISCOVERY}")
SAMPLES, SAMPLE_CHARS = 3, 120
OUTCOMES = {one: one for one in ("kept", "other", "untied", "unparsable", "lost")} | {
    "from strangers": "stranger",
    UNREMARKABLE[1]: "other",
}
"""What monitoring is told of each thing that is counted; of traps there are many reasons more."""

log = structlog.get_logger(__name__)


@contextmanager
def hearing(
    settings: Settings,
    broker_url: str,
    listeners: Listeners | None,
    intake: Intake,
) -> Iterator[Callable[[], bool]]:
    """Hear beside what a process does otherwise; gives whether it still hears.

    Beside the sockets that is what controllers tell by subscription, as the inventory says.

    Raises:
        InvalidInput, StoreError: it cannot begin.
    """
    if listeners is None:
        yield lambda: True
        return
    stop = threading.Event()
    with Ear(settings, broker_url, intake) as ear:
        beside = threading.Thread(target=ear.listen, args=(stop,), name="ear", daemon=True)
        subscriptions = ear.subscriptions()
        ear.learn(listeners.senders)
        listeners.start()
        beside.start()
        subscriptions.start()
        parts = (beside, listeners, subscriptions)
        try:
            yield lambda: all(one.is_alive() for one in parts)
        finally:
            listeners.close()
            subscriptions.close()
            stop.set()
            beside.join()
            ear.drain()
            ear.add_up()
            people.print(f"heard: {ear.told()}", markup=False)


class Ear:
    """One process's ear."""

    def __init__(self, settings: Settings, broker_url: str, intake: Intake) -> None:
        self._settings, self._broker_url, self._intake = settings, broker_url, intake
        self._counts: Counter[str] = Counter()
        self._added: Counter[str] = Counter()
        self._senders = Senders()
        self._learnt_s = 0.0
        self._samples: dict[str, list[str]] = {}
        self._stack = ExitStack()
        self._told_s = time.monotonic()

    def __enter__(self) -> Self:
        """Open store, broker and messages. Raises InvalidInput, StoreError."""
        with self._stack as stack:
            self._messages = load_messages(self._settings.catalogue)
            self._inventory = LatestInventory(self._settings.inventory)
            fleet = self._inventory()
            opened = open_context(self._settings, self._settings.inventory, fleet=fleet)
            self._context = stack.enter_context(opened)
            self._queue = CeleryQueue.at(
                self._broker_url, visibility_timeout_s=self._settings.visibility_timeout_s
            )
            stack.callback(self._queue.close)
            self._names = Names()
            folder = (self._settings.inventory or Path("inventory")).parent
            self._traps = TrapReader(self._settings.state_dir, SecretResolver(folder))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them."""
        self._stack.close()

    def subscriptions(self) -> Subscriptions:
        """What controllers tell by themselves, into the same intake; not begun yet."""
        path, context = self._settings.inventory, self._context
        sessions = open_push_sessions(path, context.store, context.clock)
        return Subscriptions(self._inventory, sessions, self._intake)

    def learn(self, senders: Senders | None = None) -> None:
        """Who may send, by the newest inventory; `senders`: whom to tell it from now on."""
        self._senders = senders or self._senders
        self._learnt_s = time.monotonic()
        inventory = self._inventory()
        self._senders.learn(inventory, self._names.places(inventory))
        self._traps.learn(inventory)

    def listen(self, stop: threading.Event) -> None:
        """Take what comes until told to stop."""
        while not stop.is_set():
            if time.monotonic() - self._learnt_s >= LEARN_EVERY_S:
                self.learn()
            self._batch(self._intake.take(most=MOST_AT_ONCE, within_s=TICK_S), stop)

    def drain(self) -> None:
        """Keep what was taken before the end; what the database does not take now is told."""
        while lines := self._intake.take(most=MOST_AT_ONCE, within_s=0.0):
            try:
                self._keep(self._read(lines))
            except StoreError as err:
                self._counts["lost"] += len(lines)
                log.error("events.lost", lines=len(lines), reason=str(err))  # noqa: TRY400

    def told(self) -> str:
        """What was heard so far, in words."""
        self._count_lost()
        shown = [f"{count} {what}" for what, count in sorted(self._counts.items())]
        return ", ".join(shown) or "nothing"

    def _batch(self, lines: Sequence[Line], stop: threading.Event) -> None:
        heard = self._read(lines)
        while heard:
            try:
                self._keep(heard)
                break
            except StoreError as err:
                log.error("events.wait", lines=len(lines), reason=str(err))  # noqa: TRY400
                if stop.wait(AGAIN_S):
                    self._counts["lost"] += len(lines)
                    log.error("events.lost", lines=len(lines), reason=str(err))  # noqa: TRY400
                    return
        if time.monotonic() - self._told_s >= TOLD_EVERY_S:
            self._tell()

    def _read(self, lines: Sequence[Line]) -> list[Heard]:
        """What lines say; once, for what proves that it is fresh is so only at first."""
        return [self._said(line) for line in lines]

    def _keep(self, heard: Sequence[Heard]) -> None:
        """Tie and keep a batch. Raises StoreError: nothing of it was kept."""
        said = [one.said for one in heard if isinstance(one.said, Said)]
        inventory = self._inventory()
        context = replace(self._context, inventory=inventory)
        hearing = hear(context, self._queue, self._names.places(inventory), said)
        self._note(heard, hearing)
        for one in heard:
            if one.reply and one.line.answer is not None:  # what an inform says is durable now
                one.line.answer(one.reply)

    def _said(self, line: Line) -> Heard:
        """What a line or a trap says, or why it counts for nothing."""
        if line.said is not None:
            return Heard(line, line.said)
        known, via, source = self._messages, line.via, line.source
        if via == SNMP:
            return self._traps.read(line, known.traps, self._senders)
        return Heard(line, said_in(line.data, known.messages, via=via, source=source))

    def _note(self, heard: Iterable[Heard], hearing: Hearing) -> None:
        for one in heard:
            self._counts["lines"] += 1
            if isinstance(one.said, str):
                self._counts[one.said] += 1
                if one.said not in UNREMARKABLE:
                    self._sample(one.said, f"{one.line.source}: {one.line.data[:SAMPLE_CHARS]!r}")
        for source, count in hearing.untied.items():
            self._counts["untied"] += count
            self._sample("untied", source)
        self._counts["kept"] += sum(event.count for event in hearing.events)
        for look in hearing.looks:
            log.info("event.look", sweep=look, correlation=hearing.correlations[look])

    def _sample(self, what: str, text: str) -> None:
        kept = self._samples.setdefault(what, [])
        if len(kept) < SAMPLES and text not in kept:
            kept.append(text)

    def _count_lost(self) -> None:
        for via, lost in self._intake.take_lost().items():
            self._counts["lost"] += lost
            log.error("events.lost", via=via, lines=lost, reason="the queue is full")
        for source, times in self._senders.take_strangers().items():
            self._counts["from strangers"] += times
            self._sample("from strangers", source)

    def _tell(self) -> None:
        """One line a minute: counts so far, and samples of what was not understood since."""
        self._told_s = time.monotonic()
        told = self.told()
        log.info("events.heard", told=told, samples=self._samples)
        self._samples = {}
        self.add_up()

    def add_up(self) -> None:
        """Add what was heard since the last time to the sums that monitoring reads."""
        self._count_lost()
        counted: Counter[str] = Counter()
        for what, count in self._counts.items():
            if what != "lines":
                counted[OUTCOMES.get(what, "refused")] += count
        new = counted - self._added
        try:
            self._context.store.add_up(Added(EVENT_LINES, (one,), new[one]) for one in new)
        except StoreError as err:  # it is counted the next time
            log.warning("events.uncounted", reason=str(err))
            return
        self._added = counted
