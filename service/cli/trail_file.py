"""Files of `aprejoin audit export`, read line by line: an audit trail without its database."""

import json
from collections.abc import Iterator
from pathlib import Path

from service.domain.audit import Record, number_of, record_from
from service.errors import InvalidInput, RecordUnreadable

LONGEST_LINE = 100_000


def trail_of(source: Path) -> Iterator[Record]:
    """The records of an exported file. Raises InvalidInput with the line."""
    try:
        with source.open("rb") as lines:
            for number, line in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b""), 1):
                yield _record(line, f"{source} line {number}")
    except OSError as err:
        raise InvalidInput(str(err), where=str(source), expected="an exported file") from err


def _record(line: bytes, where: str) -> Record:
    """One record. Raises InvalidInput: no record at all; RecordUnreadable: never written so."""
    seq = None
    try:
        document = json.loads(line, object_pairs_hook=_each_once)
        seq = number_of(document)
        return record_from(document)
    except (ValueError, RecursionError) as err:
        if seq is not None:
            raise RecordUnreadable(seq, str(err)) from err
        raise InvalidInput(
            f"no record: {err}", where=where, expected="a line of `aprejoin audit export`"
        ) from err


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of a key that is there twice, one is read by nobody but people."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is there twice")
    return found
