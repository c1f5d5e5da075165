"""The table of spells that are over; the one under way is in the access point's own row."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from service.store.tables import ap_history, metadata

spells = Table(
    "ap_spells",
    metadata,
    Column("mac", String(17), primary_key=True),
    Column("controller", String(64), primary_key=True),
    Column("until", String(40), primary_key=True, index=True),
    Column("since", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("away_since", String(40)),  # null: it served
    Column("changes", Integer, nullable=False),
    Column("folded", Boolean, nullable=False),  # with those before it of the same run
)

AWAY = ap_history.c.away_since.is_not(None)
UNFOLDED = spells.c.folded.is_(False)

Index(
    "ix_ap_history_away",
    ap_history.c.state,
    ap_history.c.away_since,
    sqlite_where=AWAY,
    postgresql_where=AWAY,
)
Index("ix_ap_spells_unfolded", spells.c.until, sqlite_where=UNFOLDED, postgresql_where=UNFOLDED)
