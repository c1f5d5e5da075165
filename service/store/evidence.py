"""Evidence of remediations: pieces by number."""

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Engine, Integer, String, Table, Text, func, insert, select

from service.domain.evidence.looks import Piece
from service.store.codec import document_text, moment_of, moment_text
from service.store.tables import metadata
from service.store.transactions import reading, transaction

evidence = Table(
    "evidence",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("remediation", String(40), nullable=False, index=True),
    Column("at", String(40), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("document", Text, nullable=False),
)


class EvidenceTable:
    """What was seen and sent."""

    _engine: Engine

    def keep_piece(
        self, remediation: str, kind: str, document: Mapping[str, object], *, at: datetime
    ) -> None:
        """Add one."""
        row = {
            "remediation": remediation,
            "at": moment_text(at),
            "kind": kind,
            "document": document_text(document),
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(evidence).values(**row))

    def pieces(self, remediation: str) -> tuple[Piece, ...]:
        """All of a remediation."""
        query = select(evidence).where(evidence.c.remediation == remediation)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(evidence.c.number)).all()
        return tuple(
            Piece(row.number, moment_of(row.at), row.kind, json.loads(row.document)) for row in rows
        )

    def newest_piece(self, remediation: str) -> int:
        """The number of its newest one."""
        query = select(func.max(evidence.c.number)).where(evidence.c.remediation == remediation)
        with reading(self._engine) as connection:
            return connection.scalar(query) or 0
