"""Tables of what was heard from outside."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from service.store.tables import metadata

events = Table(
    "events",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("controller", String(64), nullable=False, index=True),
    Column("sense", String(32), nullable=False),
    Column("message", String(64), nullable=False),
    Column("via", String(24), nullable=False),
    Column("source", String(255), nullable=False),
    Column("tied_by", String(16), nullable=False),
    Column("mac", String(17), nullable=False),
    Column("ap_name", String(128), nullable=False),
    Column("said_at", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("first", String(40), nullable=False, index=True),
    Column("last", String(40), nullable=False, index=True),
    Column("count", Integer, nullable=False),
    Column("sweep", String(40), nullable=False),
)

storms = Table(
    "storms",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("senses", Text, nullable=False),
    Column("clock", String(64), nullable=False),
    Column("heard_s", Float(53), nullable=False),
    Column("looked_s", Float(53), nullable=False),
    Column("tail", String(40), nullable=False),  # the sweep that is to come; empty: none
    Column("tail_s", Float(53), nullable=False),  # when it was last said to come
)
