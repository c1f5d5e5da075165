"""Readiness: asked often and by anybody, found out seldom."""

from collections.abc import Callable, Mapping
from threading import Lock

from service.ports.clock import Clock

CHECKED_FOR_S = 5.0


class Readiness:
    """What keeps a process from its work; found out at most every few seconds, whoever asks."""

    def __init__(self, find_out: Callable[[], Mapping[str, str]], clock: Clock) -> None:
        """`find_out`: by the name of each check why it failed; empty: it did not."""
        self._find_out, self._clock = find_out, clock
        self._lock = Lock()
        self._found: Mapping[str, str] = {}
        self._at_s = float("-inf")

    def __call__(self) -> Mapping[str, str]:
        """Each check by name, with why it failed.

        While one caller finds out, the others get what was found before: nobody can tie up the API
        by asking often. Only the very first time is waited for.
        """
        if not self._lock.acquire(blocking=not self._found):
            return self._found
        try:
            now_s = self._clock.now().boottime_s
            if now_s - self._at_s >= CHECKED_FOR_S:
                self._found = self._find_out()
                self._at_s = self._clock.now().boottime_s
            return self._found
        finally:
            self._lock.release()
