"""The table of the audit trail. Triggers, made by its migration, refuse every other change."""

from sqlalchemy import Column, Integer, String, Table, Text

from service.store.tables import metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("controller", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False, unique=True),  # so that nothing can fork
    Column("hash", String(64), nullable=False, unique=True),
)
