"""Tickets at an ITSM, and the outbox of what they are to be told.

A version that knows neither goes on beside it: it is for controllers whose policy asks for no
ticket; what it carries out is told by the newer ones, for they read its journals.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Float, Integer, String, Text

revision = "0012"
down_revision = "0011"
COMPATIBLE_FROM = 5


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "tickets",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("id", String(40), nullable=False, unique=True),
        Column("kind", String(16), nullable=False),
        Column("correlation", String(100), nullable=False, unique=True),
        Column("subject", String(64), nullable=False, index=True),
        Column("controller", String(64), nullable=False),
        Column("called", String(64), nullable=False),
        Column("ref", String(64), nullable=False),
        Column("reading", Text),
        Column("remediation", String(40), nullable=False),
        Column("noted", Integer, nullable=False),
        Column("told", Text, nullable=False),
        Column("over", Boolean, nullable=False, index=True),
        Column("trouble", Text, nullable=False),
        Column("clock", String(64), nullable=False),
        Column("read_s", Float(53)),
        Column("asked_s", Float(53)),
    )
    op.create_table(
        "ticket_outbox",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("ticket", String(40), nullable=False, index=True),
        Column("key", String(160), nullable=False, unique=True),
        Column("verb", String(16), nullable=False),
        Column("body", Text, nullable=False),
        Column("at", String(40), nullable=False),
        Column("state", String(16), nullable=False, index=True),
        Column("tries", Integer, nullable=False),
        Column("begun", Boolean, nullable=False),
        Column("trouble", Text, nullable=False),
    )
