"""Tables of what monitoring reads."""

from sqlalchemy import Column, Float, String, Table, Text

from service.store.tables import metadata

sums = Table(
    "sums",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("labels", String(255), primary_key=True),  # their values, as a list in JSON
    Column("value", Float(53), nullable=False),
    Column("clock", String(64), nullable=False),
    Column("at_s", Float(53), nullable=False),  # when it was added to
)

signs = Table(
    "signs",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)
