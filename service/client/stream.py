"""Server-sent events (HTML standard, section 9.2.6), as far as the API sends them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One event of a stream.

    Attributes:
        name: `entry`, `state` or `end`.
        id: its number; empty where it has none.
    """

    name: str
    id: str
    data: Any


def events_of(lines: Iterable[str]) -> Iterator[StreamEvent]:
    """The events of a stream's lines; comments and fields that nobody knows are passed over."""
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in fields:
                told = json.loads(fields["data"])
                yield StreamEvent(fields.get("event", "message"), fields.get("id", ""), told)
            fields = {}
            continue
        name, _, value = line.partition(":")
        if name:
            value = value.removeprefix(" ")
            is_more = name == "data" and "data" in fields
            fields[name] = f"{fields['data']}\n{value}" if is_more else value
