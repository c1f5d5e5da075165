"""Tables of the fleet at a glance, and of who is signed in at the page."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from service.store.tables import metadata

gists = Table(
    "gists",
    metadata,
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

stuck = Table(
    "stuck_aps",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("mac", String(17), primary_key=True),
    Column("cause", String(64), primary_key=True),
    Column("since", String(40), nullable=False),
    Column("finding", String(40)),
    Column("confidence", Integer, nullable=False),  # rank; -1: something else explains it
    Column("name", Text, nullable=False),  # empty: nobody told
    Column("model", Text, nullable=False),
    Column("state", String(32)),
    Column("mend", String(64)),
    Index("ix_stuck_aps_since", "since", "controller", "mac", "cause"),
)

visits = Table(
    "visits",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("token", String(40), nullable=False),
    Column("name", String(128), nullable=False),
    Column("role", Integer, nullable=False),
    Column("scope", Text),  # null: the whole fleet
    Column("issued", String(40), nullable=False),
    Column("expires", String(40)),
    Column("began", String(40), nullable=False),
    Column("seen", String(40), nullable=False),
    Column("ends", String(40), nullable=False, index=True),
)
