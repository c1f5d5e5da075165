"""The port for what is kept of polls, so that the next one need not ask for everything."""

from collections.abc import Iterable
from typing import Protocol

from service.domain.polling.note import PollNote
from service.domain.polling.trail import PollSeen
from service.domain.polling.turns import PollTurn


class Polls(Protocol):
    """One note for each controller."""

    def keep_poll_note(self, note: PollNote) -> None:
        """Keep the newest."""

    def poll_note(self, controller: str) -> PollNote | None:
        """The newest; None: none, or one that another version wrote and this one cannot read."""

    def note_turns(self, turns: Iterable[PollTurn]) -> None:
        """Keep that these were polled now, by the store's time."""

    def poll_turns(self) -> dict[str, PollTurn]:
        """The newest poll of every controller that was polled, by name."""

    def poll_trail(self, controller: str, *, limit: int) -> tuple[PollSeen, ...]:
        """What sweeps saw of a controller, newest first; the store keeps the newest alone."""
