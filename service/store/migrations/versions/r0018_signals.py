"""What monitoring reads: sums that workers add to, and each controller's newest poll in numbers.

A version that does not know them counts nothing; what it did meanwhile is missing in the sums.
"""

from alembic import op
from sqlalchemy import Column, Float, String, Text

revision = "0018"
down_revision = "0017"
COMPATIBLE_FROM = 17


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "sums",
        Column("name", String(64), primary_key=True),
        Column("labels", String(255), primary_key=True),
        Column("value", Float(53), nullable=False),
        Column("clock", String(64), nullable=False),
        Column("at_s", Float(53), nullable=False),
    )
    op.create_table(
        "signs",
        Column("controller", String(64), primary_key=True),
        Column("document", Text, nullable=False),
    )
    op.add_column("dues", Column("correlation", String(160)))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("dues") as table:
        table.drop_column("correlation")
    op.drop_table("signs")
    op.drop_table("sums")
