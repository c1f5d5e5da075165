"""Is a worker deaf, or only busy, or is it the broker or the machine? Reckoned, without any I/O.

A worker that does not answer canaries is deaf only where nothing else explains it. So what counts
is time in which somebody looked and the broker answered: while a machine stands still nobody looks,
and one look counts a few seconds at most, however late it comes on a machine that is busy.
"""

from dataclasses import dataclass
from enum import Enum, auto

LOOK_S = 2.0
"""What one look counts at most: they come every second."""
DEAF_AFTER_S = 60.0
"""Longer than a worker needs to find a broker again that was away (30 s between its tries)."""
STARTING_S = 60.0
"""What a worker that was just started has beyond that."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a worker says every few seconds, out of the loop that takes messages.

    Attributes:
        under_way: how many jobs its pool carries out now.
        at_once: how many it can; it takes no message while all of them are at work.
    """

    under_way: int
    at_once: int

    @property
    def is_full(self) -> bool:
        """Whether it need not hear anything now."""
        return self.under_way >= self.at_once


@dataclass(frozen=True, slots=True)
class Heard:
    """What one look at the broker found.

    Attributes:
        sang: a canary came back since the last look.
        waiting: canaries that nobody took yet.
        word: the worker's newest; None: it said nothing for a while.
    """

    sang: bool
    waiting: int = 0
    word: Word | None = None


class Hears(Enum):
    """What a look says of a worker."""

    YES = auto()
    PERHAPS = auto()
    NO = auto()


class Silence:
    """For how long one worker has been silent, and whether that is too long. Of one thread.

    Attributes:
        idle_s: silent though it had room, or said nothing at all of itself.
        full_s: silent, whatever it said.
        word: the last that it said.
    """

    def __init__(self, *, deaf_after_s: float, longest_job_s: float) -> None:
        self._deaf_after_s = deaf_after_s
        self._longest_s = longest_job_s + deaf_after_s
        self._looked_s: float | None = None
        self.word: Word | None = None
        self.idle_s = self.full_s = 0.0

    def begin(self, *, starting_s: float = STARTING_S) -> None:
        """A worker was started; what was before says nothing about it."""
        self._looked_s = self.word = None
        self.idle_s = self.full_s = -starting_s

    def note(self, heard: Heard | None, now_s: float) -> Hears:
        """Take one look into account.

        Args:
            heard: None: the broker did not answer, which is not the worker's fault.
            now_s: of a clock that nobody sets.
        """
        since_s = 0.0 if self._looked_s is None else min(now_s - self._looked_s, LOOK_S)
        self._looked_s = now_s
        if heard is None:
            self.idle_s, self.full_s = min(self.idle_s, 0.0), min(self.full_s, 0.0)
            return Hears.PERHAPS
        self.word = heard.word or self.word
        if heard.sang:
            self.idle_s = self.full_s = 0.0
            return Hears.YES
        is_full = heard.word is not None and heard.word.is_full
        self.idle_s = min(self.idle_s, 0.0) if is_full else self.idle_s + since_s
        self.full_s += since_s
        is_deaf = self.idle_s > self._deaf_after_s or self.full_s > self._longest_s
        return Hears.NO if is_deaf else Hears.PERHAPS

    @property
    def has_work(self) -> bool:
        """Whether jobs were under way when it last said something."""
        return self.word is not None and self.word.under_way > 0
