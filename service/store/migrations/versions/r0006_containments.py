"""Containments that a person applied by hand, what polls saw of the controllers, APs by MAC.

A version that knows neither goes on beside it: it demands no lifting and forecasts nothing.
"""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0006"
down_revision = "0005"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "containments",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("id", String(40), nullable=False, unique=True),
        Column("controller", String(64), nullable=False, index=True),
        Column("kind", String(32), nullable=False),
        Column("place", Text, nullable=False),
        Column("note", Text, nullable=False),
        Column("applied_by", String(128), nullable=False),
        Column("at", String(40), nullable=False),
        Column("lifted_by", String(128)),
        Column("lifted", String(40)),
    )
    op.create_index("ix_ap_history_mac", "ap_history", ["mac"])
    op.create_table(
        "boxes",
        Column("controller", String(64), primary_key=True),
        Column("document", Text, nullable=False),
    )
