"""Heartbeats of guardians.

A version that knows none would carry a controller without timers forward unguarded: nothing older
goes on beside this.
"""

from alembic import op
from sqlalchemy import Column, Float, String

revision = "0004"
down_revision = "0003"
COMPATIBLE_FROM = 4


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "guardians",
        Column("who", String(255), primary_key=True),
        Column("host", String(255), nullable=False),
        Column("boot_id", String(64), nullable=False),
        Column("clock", String(64), nullable=False),
        Column("seen_s", Float(53), nullable=False),
        Column("since_s", Float(53), nullable=False),
    )
