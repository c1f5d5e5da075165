"""How many rows one request asks for: few at first, fewer at the first trouble, more only slowly.

Source: field reports of AireOS agents that time out under large or many requests; the size that no
agent was seen to mind is 10 (FACTS, section 3).
"""

from dataclasses import dataclass

GROWS_AFTER = 4
LONGEST_SILENCE = 5


@dataclass(slots=True)
class Pace:
    """The size of the next request.

    Attributes:
        size: rows to ask for.
        ceiling: never more; comes down for good where the agent says "too big".
    """

    size: int = 15
    ceiling: int = 40
    _good: int = 0
    _silent: int = 0

    def answered(self) -> None:
        """A request was answered: after several of them, ask for a little more."""
        self._silent = 0
        self._good += 1
        if self._good >= GROWS_AFTER:
            self._good = 0
            self.size = min(self.ceiling, self.size + 1)

    def too_big(self) -> None:
        """The agent said so: half of it, and never that much again."""
        self.ceiling = max(1, self.size - 1)
        self._halve()

    def lost(self) -> bool:
        """A request or its answer was lost; whether to try again, with half."""
        self._silent += 1
        self._halve()
        return self._silent < LONGEST_SILENCE

    def _halve(self) -> None:
        self._good = 0
        self.size = max(1, self.size // 2)
