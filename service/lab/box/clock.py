"""A box's clock: true time plus an offset that only `clock set` and NTP change."""

from datetime import datetime, timedelta

from service.lab.log import Log
from service.lab.time import Time

FALSE_BEYOND_S = 2.0  # a clock that is off by more is called false
SET_WITHIN_S = 5.0
"""A clock that was set, and that nothing keeps in step, may be off by so much (DESIGN.md, 6)."""


class BoxClock:
    """The offset, and how long it has been beyond what may be called true."""

    def __init__(self, time: Time, log: Log, offset_s: float = 0.0) -> None:
        self._time = time
        self._log = log
        self._false_since: float | None = None
        self._false_s = 0.0
        self.offset_s = 0.0
        self._take(time.monotonic(), offset_s)

    def utc(self, at: float) -> datetime:
        """What the box's clock shows, in UTC, at a moment."""
        return self._time.true_utc(at) + timedelta(seconds=self.offset_s)

    def set(self, at: float, utc: datetime, who: str) -> None:
        """Put the clock to a moment."""
        before = self.offset_s
        self._take(at, (utc - self._time.true_utc(at)).total_seconds())
        self._log.add(at, "clock", who, offset_s=self.offset_s, before_s=before)

    def seconds_of_false_time(self, now: float) -> float:
        """For how long the clock has been off by more than two seconds, all in all."""
        open_s = now - self._false_since if self._false_since is not None else 0.0
        return self._false_s + open_s

    def left_wrong(self, found_s: float, *, in_step: bool) -> list[str]:
        """What is wrong with where it was left, in words.

        Args:
            found_s: its offset in the beginning: one that nobody moved is nobody's fault.
            in_step: whether NTP keeps it.
        """
        allowed_s = FALSE_BEYOND_S if in_step else SET_WITHIN_S
        is_wrong = min(abs(self.offset_s), abs(self.offset_s - found_s)) > allowed_s
        return [f"clock is {self.offset_s:+.1f} s from true time"] if is_wrong else []

    def _take(self, at: float, offset_s: float) -> None:
        self.offset_s = offset_s
        is_false = abs(offset_s) > FALSE_BEYOND_S
        if is_false and self._false_since is None:
            self._false_since = at
        elif not is_false and self._false_since is not None:
            self._false_s += at - self._false_since
            self._false_since = None
