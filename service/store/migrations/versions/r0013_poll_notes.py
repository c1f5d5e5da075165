"""What is kept of each controller's polls, so that the next one need not ask for everything.

A version that does not know them asks for everything every time, and is right to.
"""

from alembic import op
from sqlalchemy import Column, String, Text

revision = "0013"
down_revision = "0012"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "poll_notes",
        Column("controller", String(64), primary_key=True),
        Column("document", Text, nullable=False),
    )
