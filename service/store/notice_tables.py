"""Tables of what people are to be told, what was told lately, and who looks after a channel."""

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, Text, UniqueConstraint

from service.store.tables import metadata
from service.store.webhook_tables import NUMBER

notices = Table(
    "notices",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("channel", String(32), nullable=False),
    Column("event", String(160), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("controller", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("clock", String(64), nullable=False),
    Column("written_s", Float(53), nullable=False),
    Column("told", Boolean, nullable=False, index=True),
    UniqueConstraint("channel", "event", name="uq_notices_event"),
)

notice_blocks = Table(
    "notice_blocks",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("clock", String(64), nullable=False),
    Column("until_s", Float(53), nullable=False),
)

notice_channels = Table(
    "notice_channels",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("busy_by", String(40), nullable=False),  # who tells it, or lets it rest
    Column("clock", String(64), nullable=False),
    Column("until_s", Float(53), nullable=False),
)
