"""Tables of webhooks, their deliveries, and what was told."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text
from sqlalchemy.schema import UniqueConstraint

from service.store.tables import metadata

NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself only in INTEGER

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("url", Text, nullable=False),
    Column("interest", Text, nullable=False),
    Column("key_id", String(32), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created", String(40), nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("busy_by", String(40), nullable=False),  # who sends to it, or let it rest
    Column("clock", String(64), nullable=False),  # which clock counts: see `times`
    Column("until_s", Float(53), nullable=False),
)

deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("webhook", String(40), nullable=False),
    Column("event", String(160), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("waited_s", Float(53), nullable=False),
    Column("clock", String(64), nullable=False),
    Column("due_s", Float(53), nullable=False),
    Column("status", Integer),
    Column("detail", Text, nullable=False),
    Column("ended", String(40), index=True),  # null while it is pending
    UniqueConstraint("webhook", "event", name="uq_webhook_deliveries_event"),
    Index("ix_webhook_deliveries_state", "webhook", "state", "subject", "number"),
)

told = Table(
    "told",
    metadata,
    Column("topic", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("version", String(64), nullable=False),
    Column("note", Text, nullable=False),
)
