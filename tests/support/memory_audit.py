"""The audit port in memory, with the rules of the one in the database."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from service.domain.audit import Deed, Head, Record, begin, record_of
from service.domain.evidence.looks import Piece
from service.ports.audit import EVERYTHING, Wanted
from service.ports.clock import Clock
from service.store.codec import document_text


class MemoryAudit:
    """A chain in a list."""

    _clock: Clock

    def _trail(self) -> list[Record]:
        if "_records" not in self.__dict__:
            self._records = [begin(self._clock.now().wall, "the chain begins: a new store")]
        return self._records

    @contextmanager
    def together(self) -> Iterator[None]:
        """Nothing here is ever half done, but nothing is taken back either."""
        yield

    def hold_end(self) -> None:
        """Nobody else is here."""

    def record(self, deed: Deed, *, at: datetime) -> Record:
        made = record_of(deed, at=at, after=self.head())
        self._trail().append(made)
        return made

    def records(
        self, wanted: Wanted = EVERYTHING, *, limit: int, before: int | None = None
    ) -> tuple[Record, ...]:
        found = [
            one
            for one in reversed(self._trail())
            if (before is None or one.seq < before) and _is_meant(one, wanted)
        ]
        return tuple(found[:limit])

    def chain(self, *, after: int, limit: int) -> tuple[Record, ...]:
        return tuple(self._trail()[after : after + limit])

    def head(self) -> Head:
        last = self._trail()[-1]
        return Head(last.seq, last.hash)


class MemoryEvidence:
    """Pieces in a list."""

    def keep_piece(
        self, remediation: str, kind: str, document: Mapping[str, object], *, at: datetime
    ) -> None:
        kept = self.__dict__.setdefault("_pieces", [])
        text = document_text(document)
        kept.append((remediation, Piece(len(kept) + 1, at, kind, json.loads(text))))

    def pieces(self, remediation: str) -> tuple[Piece, ...]:
        kept = self.__dict__.get("_pieces", ())
        return tuple(piece for whose, piece in kept if whose == remediation)

    def newest_piece(self, remediation: str) -> int:
        return max((piece.number for piece in self.pieces(remediation)), default=0)


def _is_meant(record: Record, wanted: Wanted) -> bool:
    deed = record.deed
    pairs = (
        (wanted.act, deed.act),
        (wanted.who, deed.who),
        (wanted.controller, deed.controller),
        (wanted.digest, deed.digest),
        (wanted.about, deed.about),
        (wanted.outcome, deed.outcome),
    )
    if not all(meant in (None, found) for meant, found in pairs):
        return False
    since = wanted.since is None or record.at >= wanted.since
    return since and (wanted.until is None or record.at < wanted.until)
