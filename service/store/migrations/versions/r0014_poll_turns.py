"""When each controller was polled last and how it bore that, for schedules to go by.

A version that does not know them polls everything at every turn of a schedule.
"""

from alembic import op
from sqlalchemy import Column, Float, Integer, String

revision = "0014"
down_revision = "0013"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "poll_turns",
        Column("controller", String(64), primary_key=True),
        Column("grade", String(16), nullable=False),
        Column("busy_s", Float(53), nullable=False),
        Column("answer_s", Float(53), nullable=False),
        Column("usual_s", Float(53), nullable=False),
        Column("strained", Integer, nullable=False),
        Column("clock", String(64), nullable=False),
        Column("at_s", Float(53), nullable=False),
    )
