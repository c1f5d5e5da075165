"""Webhooks, their deliveries, and what was told.

A version that knows none of them goes on beside it: it tells nobody, and loses nothing for that.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, String, Text, UniqueConstraint

revision = "0010"
down_revision = "0009"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "webhooks",
        Column("id", String(40), primary_key=True),
        Column("name", String(128), nullable=False),
        Column("url", Text, nullable=False),
        Column("interest", Text, nullable=False),
        Column("key_id", String(32), nullable=False),
        Column("sealed", Text, nullable=False),
        Column("created", String(40), nullable=False),
        Column("created_by", String(128), nullable=False),
        Column("busy_by", String(40), nullable=False),
        Column("clock", String(64), nullable=False),
        Column("until_s", Float(53), nullable=False),
    )
    _add_deliveries()
    op.create_table(
        "told",
        Column("topic", String(16), primary_key=True),
        Column("subject", String(64), primary_key=True),
        Column("version", String(64), nullable=False),
        Column("note", Text, nullable=False),
    )


def _add_deliveries() -> None:
    number = BigInteger().with_variant(Integer, "sqlite")
    op.create_table(
        "webhook_deliveries",
        Column("number", number, primary_key=True, autoincrement=True),
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
        Column("ended", String(40)),
        UniqueConstraint("webhook", "event", name="uq_webhook_deliveries_event"),
    )
    op.create_index("ix_webhook_deliveries_ended", "webhook_deliveries", ["ended"])
    columns = ["webhook", "state", "subject", "number"]
    op.create_index("ix_webhook_deliveries_state", "webhook_deliveries", columns)
