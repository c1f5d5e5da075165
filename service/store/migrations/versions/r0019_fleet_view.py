"""The fleet at a glance, for the page, and who is signed in there.

A version that does not know them keeps no gists: the page then shows what the newest sweep of a
newer one saw. What was seen before is there again with the next sweep.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Float, Integer, String, Text

revision = "0019"
down_revision = "0018"
COMPATIBLE_FROM = 17


def upgrade() -> None:
    """Add their tables."""
    _gists()
    _stuck()
    _visits()


def downgrade() -> None:
    """Take them away."""
    for name in ("visits", "stuck_aps", "gists"):
        op.drop_table(name)


def _gists() -> None:
    op.create_table(
        "gists",
        Column("controller", String(64), primary_key=True),
        Column("sweep", String(40), nullable=False),
        Column("at", String(40), nullable=False),
        Column("seen", String(40)),
        Column("reachable", Boolean),
        Column("error", Text),
        Column("release", Text),
        Column("offset_s", Float(53)),
        Column("reference", Text),
        Column("synchronised", Boolean),
        Column("total", Integer, nullable=False),
        Column("registered", Integer, nullable=False),
        Column("downloading", Integer, nullable=False),
        Column("not_joined", Integer, nullable=False),
        Column("stuck", Integer, nullable=False),
        Column("issues", Text, nullable=False),
        Column("surest", String(16)),
    )


def _stuck() -> None:
    op.create_table(
        "stuck_aps",
        Column("controller", String(64), primary_key=True),
        Column("mac", String(17), primary_key=True),
        Column("cause", String(64), primary_key=True),
        Column("since", String(40), nullable=False),
        Column("finding", String(40)),
        Column("confidence", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("model", Text, nullable=False),
        Column("state", String(32)),
        Column("mend", String(64)),
    )
    order = ["since", "controller", "mac", "cause"]
    op.create_index("ix_stuck_aps_since", "stuck_aps", order)


def _visits() -> None:
    op.create_table(
        "visits",
        Column("digest", String(64), primary_key=True),
        Column("token", String(40), nullable=False),
        Column("name", String(128), nullable=False),
        Column("role", Integer, nullable=False),
        Column("scope", Text),
        Column("issued", String(40), nullable=False),
        Column("expires", String(40)),
        Column("began", String(40), nullable=False),
        Column("seen", String(40), nullable=False),
        Column("ends", String(40), nullable=False),
    )
    op.create_index("ix_visits_ends", "visits", ["ends"])
