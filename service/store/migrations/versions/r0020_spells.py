"""Since when each access point is in its state, and the states before, found by index.

What was before is not known: the first poll of each access point begins it, as far back as its
history tells.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Integer, String, text

revision = "0020"
down_revision = "0019"
COMPATIBLE_FROM = 17

COLUMNS = (("state", 16), ("since", 40), ("away_since", 40))
AWAY, UNFOLDED = text("away_since IS NOT NULL"), text("folded IS false")


def upgrade() -> None:
    """Add columns, table and indexes."""
    for name, size in COLUMNS:
        op.add_column("ap_history", Column(name, String(size)))
    op.create_index(
        "ix_ap_history_away",
        "ap_history",
        ["state", "away_since"],
        sqlite_where=AWAY,
        postgresql_where=AWAY,
    )
    op.create_table(
        "ap_spells",
        Column("mac", String(17), primary_key=True),
        Column("controller", String(64), primary_key=True),
        Column("until", String(40), primary_key=True, index=True),
        Column("since", String(40), nullable=False),
        Column("state", String(16), nullable=False),
        Column("away_since", String(40)),
        Column("changes", Integer, nullable=False),
        Column("folded", Boolean, nullable=False),
    )
    op.create_index(
        "ix_ap_spells_unfolded",
        "ap_spells",
        ["until"],
        sqlite_where=UNFOLDED,
        postgresql_where=UNFOLDED,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("ap_spells")
    op.drop_index("ix_ap_history_away", "ap_history")
    with op.batch_alter_table("ap_history") as table:
        for name, _ in reversed(COLUMNS):
            table.drop_column(name)
