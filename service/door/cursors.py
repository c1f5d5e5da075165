"""Cursors: opaque texts that say where a page of a list ended, and of which list it was."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from service.errors import CursorRefused

LIST_BYTES = 6


def list_of(path: str, filters: Mapping[str, object]) -> str:
    """A list with its filters and its order, as a short hash: a cursor is of one list alone."""
    told = json.dumps([path, filters], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[: 2 * LIST_BYTES]


def cursor_of(this: str, key: tuple[str, ...]) -> str:
    """Where a page ends, as a cursor of this list."""
    return base64.urlsafe_b64encode(json.dumps([this, *key]).encode()).decode().rstrip("=")


def key_of(cursor: str, this: str) -> tuple[str, ...]:
    """What a cursor of this list says. Raises CursorRefused."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, RecursionError, binascii.Error):
        raise CursorRefused from None
    if not (isinstance(parts, list) and parts and all(isinstance(one, str) for one in parts)):
        raise CursorRefused
    if parts[0] != this:
        raise CursorRefused
    return tuple(parts[1:])
