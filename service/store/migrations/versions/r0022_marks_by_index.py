"""The marks of access points, which every poll compares, are found without reading their rows."""

from alembic import op

revision = "0022"
down_revision = "0021"
COMPATIBLE_FROM = 17

MARKS = ["controller", "mac", "mark", "written_by"]


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_ap_history_marks", "ap_history", MARKS)


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_ap_history_marks", "ap_history")
