"""Leases, due times and ticks in the store's own time (docs/decisions/0007), clocks by host.

A version that reckons them by wall clocks cannot share them with one that does not, so nothing
older goes on beside this. What was held counts as run out, what was due is due: whoever held a
lease when the tables were changed has to be taken for dead. Fencing numbers are kept.
"""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Float, String, Text, column, select, table

revision = "0002"
down_revision = "0001"
COMPATIBLE_FROM = 2

BEFORE = "before"
"""A clock that no host has: see `times`."""


def upgrade() -> None:
    """Make the tables anew, and take over what they say."""
    _leases()
    _dues()
    op.drop_table("ticks")
    op.create_table(
        "ticks",
        Column("name", String(80), primary_key=True),
        Column("clock", String(64), nullable=False),
        Column("at_s", Float(53), nullable=False),
    )
    op.drop_table("clocks")  # the next poll notes them again
    op.create_table(
        "clock_notes",
        Column("controller", String(64), primary_key=True),
        Column("boot_id", String(64), primary_key=True),
        Column("boottime_s", Float(53), nullable=False),
        Column("at", String(40), nullable=False),
        Column("offset_s", Float(53), nullable=False),
        Column("uncertainty_s", Float(53), nullable=False),
        Column("synchronised", Boolean, nullable=False),
    )


def _leases() -> None:
    old = table("leases", *map(column, ("controller", "fencing", "expires", "holder")))
    rows = op.get_bind().execute(select(old)).all()
    op.drop_table("leases")
    new = op.create_table(
        "leases",
        Column("controller", String(64), primary_key=True),
        Column("fencing", BigInteger, nullable=False),
        Column("clock", String(64), nullable=False),
        Column("until_s", Float(53)),
        Column("holder", Text, nullable=False),
    )
    op.bulk_insert(
        new,
        [
            {
                "controller": row.controller,
                "fencing": row.fencing,
                "clock": BEFORE,
                "until_s": 0.0 if row.expires else None,
                "holder": row.holder,
            }
            for row in rows
        ],
    )


def _dues() -> None:
    old = table("dues", *map(column, ("kind", "id", "why")))
    rows = op.get_bind().execute(select(old)).all()
    op.drop_table("dues")
    new = op.create_table(
        "dues",
        Column("kind", String(16), primary_key=True),
        Column("id", String(40), primary_key=True),
        Column("clock", String(64), nullable=False),
        Column("at_s", Float(53), nullable=False, index=True),
        Column("nudged_s", Float(53)),
        Column("why", Text, nullable=False),
    )
    kept = [{"kind": row.kind, "id": row.id, "why": row.why} for row in rows]
    op.bulk_insert(new, [{**row, "clock": BEFORE, "at_s": 0.0, "nudged_s": None} for row in kept])
