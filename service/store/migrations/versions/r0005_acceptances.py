"""What else a person can accept: that a controller reloads, that APs are left without a way back.

A version without them cannot carry on what was begun by it: installations of software.
"""

from alembic import op
from sqlalchemy import Boolean, Column, false

revision = "0005"
down_revision = "0004"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their columns."""
    for name in ("accept_reload", "accept_stranded"):
        column = Column(name, Boolean, nullable=False, server_default=false())
        op.add_column("asked_plans", column)
