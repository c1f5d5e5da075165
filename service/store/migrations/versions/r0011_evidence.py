"""What was seen and sent in remediations, beside their journals.

A version that does not know it goes on beside it: its remediations leave less evidence.
"""

from alembic import op
from sqlalchemy import Column, Integer, String, Text

revision = "0011"
down_revision = "0010"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add its table."""
    op.create_table(
        "evidence",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("remediation", String(40), nullable=False, index=True),
        Column("at", String(40), nullable=False),
        Column("kind", String(16), nullable=False),
        Column("document", Text, nullable=False),
    )
