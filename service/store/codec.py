"""Domain values to JSON text and back, by their types.

A value that cannot be read back is a fault of the store, never silently another value: unions are
told apart by their `type` and `kind` fields.
"""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from service.domain.history import ApHistory
from service.domain.instants import Instant
from service.domain.journal import Event
from service.errors import StoreError
from service.ports.store import Holder

TOLD_APART = Annotated[Event, Field(discriminator="type")]
"""One object, so that its adapter is built once: building one takes a quarter of a second."""


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


def event_of(text: str) -> Event:
    """A journal event from JSON."""
    event: Event = _read(TOLD_APART, text)
    return event


def instant_text(instant: Instant) -> str:
    """An instant as JSON."""
    return _adapter(Instant).dump_json(instant).decode()


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
