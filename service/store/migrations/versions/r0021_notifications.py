"""Notifications that were told, for those who listen to the stream of RESTCONF.

A version that does not know them tells none; what it told webhooks meanwhile is missing there.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, Text, UniqueConstraint

revision = "0021"
down_revision = "0020"
COMPATIBLE_FROM = 17


def upgrade() -> None:
    """Add their table."""
    number = BigInteger().with_variant(Integer, "sqlite")
    op.create_table(
        "notifications",
        Column("number", number, primary_key=True, autoincrement=True),
        Column("event", String(240), nullable=False),
        Column("name", String(40), nullable=False),
        Column("at", String(40), nullable=False),
        Column("controller", String(64), nullable=False),
        Column("said", Text, nullable=False),
        UniqueConstraint("event", name="uq_notifications_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notifications_at", "notifications", ["at"])
