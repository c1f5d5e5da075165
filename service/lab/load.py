"""How busy a box's processor is: hardly, but for what somebody makes of it for a while."""

IDLE = 3
"""Percent; what real walks of idle boxes show is of that order."""


class Load:
    """The processor of one box."""

    def __init__(self) -> None:
        self._percent, self._until = IDLE, 0.0

    def be(self, percent: int, *, until: float) -> None:
        """So busy up to a moment of the box's time."""
        self._percent, self._until = percent, until

    def percent(self, now: float) -> int:
        """How busy it is."""
        return self._percent if now < self._until else IDLE
