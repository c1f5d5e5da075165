"""Events from outside, and what access points are called, to find them by.

A version without them goes on beside it: it hears nothing, and what it polls is found by MAC alone.
"""

from alembic import op
from sqlalchemy import Column, Float, Integer, String, Text

revision = "0007"
down_revision = "0006"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their tables and columns."""
    for name, longest in (("ethernet", 17), ("address", 45), ("name", 128)):
        op.add_column("ap_history", Column(name, String(longest)))
        op.create_index(f"ix_ap_history_{name}", "ap_history", [name])
    op.create_table(
        "events",
        Column("id", String(40), primary_key=True),
        Column("controller", String(64), nullable=False, index=True),
        Column("sense", String(32), nullable=False),
        Column("message", String(64), nullable=False),
        Column("via", String(24), nullable=False),
        Column("source", String(255), nullable=False),
        Column("tied_by", String(16), nullable=False),
        Column("mac", String(17), nullable=False),
        Column("ap_name", String(128), nullable=False),
        Column("said_at", String(64), nullable=False),
        Column("text", Text, nullable=False),
        Column("first", String(40), nullable=False, index=True),
        Column("last", String(40), nullable=False, index=True),
        Column("count", Integer, nullable=False),
        Column("sweep", String(40), nullable=False),
    )
    op.create_table(
        "storms",
        Column("controller", String(64), primary_key=True),
        Column("senses", Text, nullable=False),
        Column("clock", String(64), nullable=False),
        Column("heard_s", Float(53), nullable=False),
        Column("looked_s", Float(53), nullable=False),
        Column("tail", String(40), nullable=False),
        Column("tail_s", Float(53), nullable=False),
    )
