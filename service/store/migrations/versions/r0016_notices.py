"""What people are to be told, what was told lately, and who looks after a channel.

A version that knows none of them goes on beside it: it tells nobody, and loses nothing for that.
"""

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

revision = "0016"
down_revision = "0015"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their tables."""
    number = BigInteger().with_variant(Integer, "sqlite")
    op.create_table(
        "notices",
        Column("number", number, primary_key=True, autoincrement=True),
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
        Column("told", Boolean, nullable=False),
        UniqueConstraint("channel", "event", name="uq_notices_event"),
    )
    op.create_index("ix_notices_told", "notices", ["told"])
    op.create_table(
        "notice_blocks",
        Column("channel", String(32), primary_key=True),
        Column("key", String(100), primary_key=True),
        Column("clock", String(64), nullable=False),
        Column("until_s", Float(53), nullable=False),
    )
    op.create_table(
        "notice_channels",
        Column("name", String(32), primary_key=True),
        Column("busy_by", String(40), nullable=False),
        Column("clock", String(64), nullable=False),
        Column("until_s", Float(53), nullable=False),
    )
