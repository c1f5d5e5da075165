"""The life of a remediation, folded from its journal: where it stands and how it ended.

Two sequences of steps: forward, and the way home. The way home is one convergent sequence, not
mirrored undos: each of its steps looks at the controller, compares with what was captured and does
what is missing, so it starts from any state that a crash can leave (docs/decisions/0004).

A journal may have two parts, one after the other (docs/decisions/0021). Each is folded alone, as if
it were all: steps, guards and the way home never see into the other part.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Literal, TypeAlias

from service.domain.changes import ArmGuard, Change, RemoveTimers
from service.domain.finding import AffectedAp
from service.domain.instants import Instant
from service.domain.journal import (
    Charter,
    Closed,
    Continued,
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

NOT_SENT: frozenset[Outcome] = frozenset({"busy", "unsent"})
"""Outcomes that changed nothing and say nothing: try again."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One change that was intended, and what is known of it.

    Attributes:
        outcome: None: the process died between intent and outcome; read as unknown.
        on: the controller that it went to; empty: the remediation's own.
    """

    seq: int
    step: str
    change: Change
    at: Instant
    session: str
    outcome: Outcome | None
    detail: str = ""
    on: str = ""

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


class Run:
    """A journal, folded: its last part. Read-only; made anew from the journal for every decision.

    Attributes:
        entries: of the part.
        before: the part before it; None where this is the first.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        if not entries or not isinstance(entries[0].event, Opened):
            raise ValueError("a journal begins with its opening")
        begins = _last_part(entries)
        first = entries[begins].event
        self.entries = tuple(entries[begins:])
        self.before: Run | None = Run(entries[:begins]) if begins else None
        self.charter: Charter = (
            first.charter if isinstance(first, Continued) else entries[0].event.charter
        )
        self.opened_at: Instant = entries[0].at
        self.sent: tuple[Sent, ...] = tuple(_sent(self.entries))
        self._leg = _current_leg(self.entries)

    @property
    def journal(self) -> tuple[Entry, ...]:
        """Every entry, of all parts."""
        return (*(self.before.journal if self.before else ()), *self.entries)

    @property
    def finding(self) -> tuple[AffectedAp, ...]:
        """The APs of the finding: the first part's, for a later one brings nobody back."""
        return self.before.finding if self.before else self.charter.aps

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

    def sent_in(self, step: str, kind: type[object] = object) -> tuple[Sent, ...]:
        """What a step sent in the current leg, oldest first; a busy "no" counts as not sent.

        Args:
            step: the step's name.
            kind: only changes of this class: a guard is renewed in the name of any step.
        """
        start = self._leg[0].seq
        return tuple(
            sent
            for sent in self.sent
            if sent.step == step
            and sent.seq >= start
            and isinstance(sent.change, kind)
            and sent.outcome not in NOT_SENT
        )

    def busy_in(self, step: str) -> tuple[Sent, ...]:
        """What the controller had no time for, up to now and in a row, oldest first."""
        streak: list[Sent] = []
        for sent in reversed(self.sent):
            if sent.step != step or sent.outcome not in NOT_SENT:
                break
            streak.append(sent)
        return tuple(reversed(streak))

    def may_have_sent(self, kind: type[object]) -> bool:
        """Whether the controller may have taken a change of this class, in any leg."""
        return any(isinstance(s.change, kind) and s.may_have_happened for s in self.sent)

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
        return self.leg_began

    @property
    def leg_began(self) -> Instant:
        """When the current leg began: the opening, or the newest call home."""
        return self._leg[0].at

    def elapsed_s(self, earlier: Instant, now: Instant) -> float:
        """Seconds from an entry to now, never fewer than this boot has counted itself.

        Across a reboot or two hosts only wall clocks compare, and either may be wrong: an hour
        back would make every wait an hour longer.
        """
        if earlier.boot_id == now.boot_id:
            return now.seconds_since(earlier)
        later = dropwhile(lambda entry: entry.at != earlier, self.entries)
        own = (now.seconds_since(e.at) for e in later if e.at.boot_id == now.boot_id)
        return max(next(own, 0.0), now.seconds_since(earlier))

    def remaining_s(self, guard: ArmedGuard, now: Instant) -> float:
        """Seconds until a dead-man's switch fires, at the earliest."""
        return guard.countdown_s - self.elapsed_s(guard.armed_at, now)

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
        """The dead-man's switches that may be ticking, the one armed first in front."""
        ticking: dict[str, ArmedGuard] = {}
        for sent in self.sent:
            if isinstance(sent.change, ArmGuard) and sent.may_have_happened:
                name = sent.change.name
                ticking.pop(name, None)  # armed anew: it goes to the end of the row
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


def _last_part(entries: Sequence[Entry]) -> int:
    """Where the last part begins."""
    begun = (at for at, entry in enumerate(entries) if isinstance(entry.event, Continued))
    return max(begun, default=0)


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
        yield Sent(
            entry.seq,
            event.step,
            event.change,
            entry.at,
            event.session,
            outcome,
            detail,
            event.on,
        )
