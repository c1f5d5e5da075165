"""Tables of what steers the fleet as a whole: the stop switch, campaigns, pauses, sessions."""

from alembic import op
from sqlalchemy import Column, Float, Integer, String, Text

revision = "0003"
down_revision = "0002"
COMPATIBLE_FROM = 2


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "halts",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("holds", Integer, unique=True),
        Column("asked_by", String(128), nullable=False),
        Column("at", String(40), nullable=False),
        Column("reason", Text, nullable=False),
        Column("lifted_by", String(128)),
        Column("lifted", String(40)),
    )
    op.create_table(
        "campaigns",
        Column("id", String(40), primary_key=True),
        Column("at", String(40), nullable=False, index=True),
        Column("asked_by", String(128), nullable=False),
        Column("sizes", Text, nullable=False),
        Column("stop_at", Float(53), nullable=False),
        Column("forgiven", Integer, nullable=False),
        Column("state", String(16), nullable=False),
        Column("detail", Text, nullable=False),
        Column("open", Integer, unique=True),
    )
    op.create_table(
        "targets",
        Column("campaign", String(40), primary_key=True),
        Column("controller", String(64), primary_key=True),
        Column("place", Integer, nullable=False),
        Column("issue", String(64)),
        Column("fate", String(16), nullable=False),
        Column("wave", Integer, nullable=False),
        Column("plan", String(40), nullable=False),
        Column("remediation", String(40), nullable=False),
        Column("detail", Text, nullable=False),
    )
    op.create_table(
        "failing",
        Column("controller", String(64), primary_key=True),
        Column("trouble", String(16), nullable=False),
        Column("times", Integer, nullable=False),
        Column("entry", String(64), nullable=False),
        Column("detail", Text, nullable=False),
        Column("clock", String(64), nullable=False),
        Column("until_s", Float(53)),
    )
    op.create_table(
        "slots",
        Column("scope", String(80), primary_key=True),
        Column("number", Integer, primary_key=True),
        Column("turn", String(40), nullable=False),
        Column("clock", String(64), nullable=False),
        Column("until_s", Float(53), nullable=False),
    )
