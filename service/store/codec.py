"""Domain values to JSON text and back, by their types.

A value that cannot be read back is a fault of the store, never silently another value: unions are
told apart by their `type` and `kind` fields.
"""

import json
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from service.domain.box_note import BoxNote
from service.domain.history import ApHistory
from service.domain.instants import Instant
from service.domain.journal import Event
from service.domain.polling.note import PollNote
from service.domain.signals import Signs
from service.domain.tickets import ChangeReading
from service.errors import StoreError
from service.ports.store import Holder

TOLD_APART = Annotated[Event, Field(discriminator="type")]
"""One object, so that its adapter is built once: building one takes a quarter of a second."""

READ_BEFORE = 1024
"""So many texts of journals are remembered: every move reads the whole journal again."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - a type or a union of types
    return TypeAdapter(kind)


def _read(kind: Any, text: str) -> Any:  # noqa: ANN401 - as above
    try:
        return _adapter(kind).validate_json(text)
    except ValidationError as err:
        raise StoreError(f"what was kept cannot be read back: {err.errors()[0]['msg']}") from err


def event_text(event: Event) -> str:
    """A journal event as JSON."""
    return _adapter(TOLD_APART).dump_json(event).decode()


@lru_cache(maxsize=READ_BEFORE)
def event_of(text: str) -> Event:
    """A journal event from JSON; the same value for the same text, so nobody may change it."""
    event: Event = _read(TOLD_APART, text)
    return event


def line_of(seq: int, fencing: int, at: str, event: str) -> dict[str, object]:
    """An entry as plain values: its texts read as JSON, and nothing made of them."""
    return {"seq": seq, "fencing": fencing, "at": _plain(at), "event": _plain(event)}


def _plain(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as err:
        raise StoreError(f"what was kept is no JSON: {err}") from err


def instant_text(instant: Instant) -> str:
    """An instant as JSON."""
    return _adapter(Instant).dump_json(instant).decode()


@lru_cache(maxsize=READ_BEFORE)
def instant_of(text: str) -> Instant:
    """An instant from JSON."""
    instant: Instant = _read(Instant, text)
    return instant


def history_text(history: ApHistory) -> str:
    """An AP's history as JSON."""
    return _adapter(ApHistory).dump_json(history).decode()


def history_of(text: str) -> ApHistory:
    """An AP's history from JSON."""
    history: ApHistory = _read(ApHistory, text)
    return history


def box_text(note: BoxNote) -> str:
    """A note on a controller as JSON."""
    return _adapter(BoxNote).dump_json(note).decode()


def box_of(text: str) -> BoxNote:
    """A note on a controller from JSON."""
    note: BoxNote = _read(BoxNote, text)
    return note


def poll_note_text(note: PollNote) -> str:
    """What is kept of a controller's polls, as JSON."""
    return _adapter(PollNote).dump_json(note).decode()


def poll_note_of(text: str) -> PollNote:
    """What is kept of a controller's polls, from JSON."""
    note: PollNote = _read(PollNote, text)
    return note


def signs_text(signs: Signs) -> str:
    """A poll in numbers, as JSON."""
    return _adapter(Signs).dump_json(signs).decode()


def signs_of(text: str) -> Signs:
    """A poll in numbers, from JSON."""
    signs: Signs = _read(Signs, text)
    return signs


def reading_text(reading: ChangeReading) -> str:
    """What a change said, as JSON."""
    return _adapter(ChangeReading).dump_json(reading).decode()


def reading_of(text: str) -> ChangeReading:
    """What a change said, from JSON."""
    reading: ChangeReading = _read(ChangeReading, text)
    return reading


def holder_text(holder: Holder) -> str:
    """A holder as JSON."""
    return _adapter(Holder).dump_json(holder).decode()


def holder_of(text: str) -> Holder:
    """A holder from JSON."""
    holder: Holder = _read(Holder, text)
    return holder


def moment_text(moment: datetime) -> str:
    """A moment as RFC 3339 that sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_of(text: str) -> datetime:
    """A moment from text."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as err:
        raise StoreError(f"what was kept is no moment: {text[:40]!r}") from err


def document_text(document: object) -> str:
    """A plain document as JSON."""
    return json.dumps(document, default=str, separators=(",", ":"))
