"""A short row for each poll of a controller, for people who look back.

A version that does not know them writes none: its polls are a gap on the chart.
"""

from alembic import op
from sqlalchemy import Column, String, Text

revision = "0015"
down_revision = "0014"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "poll_trail",
        Column("controller", String(64), primary_key=True),
        Column("sweep", String(40), primary_key=True),
        Column("at", String(40), nullable=False),
        Column("document", Text, nullable=False),
    )
