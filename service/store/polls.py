"""What is kept of polls: one note for each controller, a hint that is made anew where it is bad."""

from collections.abc import Iterable
from contextlib import suppress

from sqlalchemy import Engine, select

from service.domain.polling.note import PollNote
from service.domain.polling.turns import Grade, PollTurn
from service.errors import StoreError
from service.store.codec import poll_note_of, poll_note_text
from service.store.tables import poll_notes, poll_turns
from service.store.times import StoreTime
from service.store.transactions import put, reading, transaction


class PollTable:
    """Notes and turns by controller."""

    _engine: Engine
    _time: StoreTime

    def keep_poll_note(self, note: PollNote) -> None:
        """Keep the newest."""
        row = {"controller": note.controller, "document": poll_note_text(note)}
        with transaction(self._engine) as connection:
            put(connection, poll_notes, row)

    def poll_note(self, controller: str) -> PollNote | None:
        """The newest."""
        query = select(poll_notes.c.document).where(poll_notes.c.controller == controller)
        with reading(self._engine) as connection:
            text = connection.scalar(query)
        with suppress(StoreError):  # then everything is read once more
            return None if text is None else poll_note_of(text)
        return None

    def note_turns(self, turns: Iterable[PollTurn]) -> None:
        """Keep that these were polled now."""
        with transaction(self._engine) as connection:
            now = self._time.now(connection)
            for turn in sorted(turns, key=lambda one: one.controller):
                row = {
                    "controller": turn.controller,
                    "grade": turn.grade.value,
                    "busy_s": turn.busy_s,
                    "answer_s": turn.answer_s,
                    "usual_s": turn.usual_s,
                    "strained": turn.strained,
                    "clock": now.clock,
                    "at_s": now.at_s,
                }
                put(connection, poll_turns, row)

    def poll_turns(self) -> dict[str, PollTurn]:
        """The newest poll of every controller."""
        with reading(self._engine) as connection:
            now = self._time.now(connection)
            rows = connection.execute(select(poll_turns)).all()
        return {
            row.controller: PollTurn(
                row.controller,
                Grade(row.grade),
                row.busy_s,
                row.answer_s,
                row.usual_s,
                row.strained,
                row.at_s if row.clock == now.clock else None,
                now.at_s,
            )
            for row in rows
        }
