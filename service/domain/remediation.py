"""The life of a remediation, folded from its journal: where it stands and how it ended.

Two sequences of steps: forward, and the way home. The way home is one convergent sequence, not
mirrored undos: each of its steps looks at the controller, compares with what was captured and does
what is missing, so it starts from any state that a crash can leave (docs/decisions/0004).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from service.domain.changes import ArmGuard, Change, RemoveTimers
from service.domain.instants import Instant
from service.domain.journal import (
    Charter,
    Closed,
    Entry,
    HomeCalled,
    Intended,
    Observed,
    Opened,
    Outcome,
    Settled,
    StepDone,
    StepFailed,
)

Phase: TypeAlias = Literal["forward", "home", "closed"]
StepState: TypeAlias = Literal["pending", "running", "done", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One change that was intended, and what is known of it.

    Attributes:
        outcome: None: the process died between intent and outcome; read as unknown.
    """

    seq: int
    step: str
    change: Change
    at: Instant
    session: str
    outcome: Outcome | None
    detail: str = ""

    @property
    def may_have_happened(self) -> bool:
        """Whether the controller may have taken it."""
        return self.outcome in ("applied", "unknown", None)


@dataclass(frozen=True, slots=True)
class ArmedGuard:
    """A dead-man's switch that may be ticking."""

    name: str
    armed_at: Instant
    countdown_s: int

    def remaining_s(self, now: Instant) -> float:
        """Seconds until it fires, at the earliest."""
        return self.countdown_s - now.seconds_since(self.armed_at)


class Run:
    """A journal, folded. Read-only; made anew from the journal for every decision."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        if not entries or not isinstance(entries[0].event, Opened):
            raise ValueError("a journal begins with its opening")
        self.entries = tuple(entries)
        self.charter: Charter = entries[0].event.charter
        self.opened_at: Instant = entries[0].at
        self.sent: tuple[Sent, ...] = tuple(_sent(self.entries))
        self._leg = _current_leg(self.entries)

    @property
    def seq(self) -> int:
        """The journal's version."""
        return self.entries[-1].seq

    @property
    def phase(self) -> Phase:
        """Where the remediation stands."""
        if self.closed is not None:
            return "closed"
        return "home" if self.home is not None else "forward"

    @property
    def closed(self) -> Closed | None:
        """How it ended; None while it has not, or since it was taken up again."""
        last = self.entries[-1].event
        return last if isinstance(last, Closed) else None

    @property
    def home(self) -> HomeCalled | None:
        """The call home that counts, the newest; None while going forward."""
        first = self._leg[0].event
        return first if isinstance(first, HomeCalled) else None

    @property
    def calls_home(self) -> int:
        """How often the way home was begun."""
        return sum(isinstance(entry.event, HomeCalled) for entry in self.entries)

    def finished(self) -> dict[str, StepDone | StepFailed]:
        """The steps of the current leg that ended, by name."""
        return {
            entry.event.step: entry.event
            for entry in self._leg
            if isinstance(entry.event, StepDone | StepFailed)
        }

    def next_step(self, names: Iterable[str]) -> str | None:
        """The first step of a sequence that has not ended in this leg; None after the last."""
        finished = self.finished()
        return next((name for name in names if name not in finished), None)

    def sent_in(self, step: str) -> tuple[Sent, ...]:
        """What a step sent in the current leg, oldest first; a busy "no" counts as not sent."""
        start = self._leg[0].seq
        return tuple(
            sent
            for sent in self.sent
            if sent.step == step and sent.seq >= start and sent.outcome not in ("busy", "unsent")
        )

    def busy_in(self, step: str) -> int:
        """How often in a row, up to now, the controller had no time for a step."""
        count = 0
        for sent in reversed(self.sent):
            if sent.step != step or sent.outcome not in ("busy", "unsent"):
                break
            count += 1
        return count

    def facts(self, step: str) -> dict[str, str]:
        """What a step remembered, newest value of each name, over all legs."""
        found: dict[str, str] = {}
        for entry in self.entries:
            if isinstance(entry.event, Observed) and entry.event.step == step:
                found.update(entry.event.facts)
        return found

    def when(self, step: str, fact: str) -> Instant | None:
        """When a step last remembered this fact with its present value."""
        moment, value = None, None
        for entry in self.entries:
            event = entry.event
            if isinstance(event, Observed) and event.step == step and fact in event.facts:
                if event.facts[fact] != value:
                    moment = entry.at
                value = event.facts[fact]
        return moment

    def since(self, step: str) -> Instant:
        """When the step before this one ended, or the leg began: a step's own start."""
        for entry in reversed(self._leg):
            if isinstance(entry.event, StepDone | StepFailed) and entry.event.step != step:
                return entry.at
        return self._leg[0].at

    def ended_at(self, step: str) -> Instant | None:
        """When a step was last done, over all legs."""
        moments = [
            entry.at
            for entry in self.entries
            if isinstance(entry.event, StepDone) and entry.event.step == step
        ]
        return moments[-1] if moments else None

    @property
    def wrote(self) -> bool:
        """Whether anything may have been changed on the controller."""
        return any(sent.may_have_happened for sent in self.sent)

    def guards(self) -> tuple[ArmedGuard, ...]:
        """The dead-man's switches that may be ticking, oldest first."""
        ticking: dict[str, ArmedGuard] = {}
        for sent in self.sent:
            if isinstance(sent.change, ArmGuard) and sent.may_have_happened:
                name = sent.change.name
                ticking[name] = ArmedGuard(name, sent.at, sent.change.countdown_s)
            if isinstance(sent.change, RemoveTimers) and sent.outcome == "applied":
                for name in sent.change.names:
                    ticking.pop(name, None)
        return tuple(ticking.values())

    @property
    def troubles(self) -> tuple[StepFailed, ...]:
        """What went wrong on the current way home."""
        if self.home is None:
            return ()
        return tuple(e.event for e in self._leg if isinstance(e.event, StepFailed))


def _current_leg(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries since the newest call home, or all of them."""
    for index in range(len(entries) - 1, -1, -1):
        if isinstance(entries[index].event, HomeCalled):
            return tuple(entries[index:])
    return tuple(entries)


def _sent(entries: Sequence[Entry]) -> Iterator[Sent]:
    for index, entry in enumerate(entries):
        event = entry.event
        if not isinstance(event, Intended):
            continue
        settled = next(
            (
                later.event
                for later in entries[index + 1 :]
                if isinstance(later.event, Settled | Intended)
            ),
            None,
        )
        outcome, detail = None, ""
        if isinstance(settled, Settled):
            outcome, detail = settled.outcome, settled.detail
        yield Sent(entry.seq, event.step, event.change, entry.at, event.session, outcome, detail)
