"""What people say of findings; where a token holds, and when it was used last.

A version without them goes on beside it: it knows no token that holds for a part of the fleet (they
are kept under another hash), and follows up on findings that are suppressed.
"""

from alembic import op
from sqlalchemy import Column, String, Text

revision = "0008"
down_revision = "0007"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their table and columns."""
    op.create_table(
        "finding_marks",
        Column("finding", String(40), primary_key=True),
        Column("acknowledged_by", String(128)),
        Column("acknowledged", String(40)),
        Column("note", Text),
        Column("suppressed_by", String(128)),
        Column("suppressed", String(40)),
        Column("reason", Text),
        Column("until", String(40)),
    )
    for column in (Column("scope", Text), Column("last_used", String(40))):
        op.add_column("tokens", column)
