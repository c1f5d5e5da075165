"""The auto-abort timer: what nobody commits in time is taken back."""

from collections.abc import Callable
from dataclasses import dataclass

from service.lab.agenda import Agenda, Entry

DEFAULT_MIN = 360  # unverified: Cisco's command line guide


@dataclass(slots=True)
class Countdown:
    """One run of the timer."""

    ends: float
    entry: Entry


class AutoAbort:
    """At most one countdown; a reload empties the agenda, and the countdown goes on afterwards."""

    def __init__(self, agenda: Agenda, minute_s: float, fire: Callable[[float], None]) -> None:
        self._agenda = agenda
        self._minute_s = minute_s
        self._fire = fire
        self.countdown: Countdown | None = None

    def start(self, now: float, minutes: int | None) -> None:
        """From now on so many minutes, or the default."""
        self.stop()
        self._arm(now + (minutes or DEFAULT_MIN) * self._minute_s)

    def stop(self) -> None:
        """Nothing is taken back by itself any more."""
        if self.countdown is not None:
            self.countdown.entry.cancelled = True
            self.countdown = None

    def go_on(self, now: float) -> None:
        """The agenda was emptied."""
        if self.countdown is not None:
            self._arm(max(now, self.countdown.ends))

    def _arm(self, at: float) -> None:
        self.countdown = Countdown(at, self._agenda.add(at, self._fire))
