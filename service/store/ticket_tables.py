"""Tables of tickets at an ITSM, and of what these are still to be told."""

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, Text

from service.store.tables import metadata

tickets = Table(
    "tickets",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(40), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("correlation", String(100), nullable=False, unique=True),
    Column("subject", String(64), nullable=False, index=True),
    Column("controller", String(64), nullable=False),
    Column("called", String(64), nullable=False),  # its number, for people
    Column("ref", String(64), nullable=False),
    Column("reading", Text),
    Column("remediation", String(40), nullable=False),
    Column("noted", Integer, nullable=False),
    Column("told", Text, nullable=False),
    Column("over", Boolean, nullable=False, index=True),
    Column("trouble", Text, nullable=False),
    Column("clock", String(64), nullable=False),  # of the two below
    Column("read_s", Float(53)),
    Column("asked_s", Float(53)),
)

ticket_outbox = Table(
    "ticket_outbox",
    metadata,
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
