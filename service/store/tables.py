"""Tables. Documents are JSON text by `codec`; what is searched by is a column."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1

metadata = MetaData()

about = Table(
    "about",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("fencing", BigInteger, nullable=False),
    Column("expires", String(40), nullable=False),  # RFC 3339 UTC; "" when given up
    Column("holder", Text, nullable=False),
)

remediations = Table(
    "remediations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("controller", String(64), nullable=False, index=True),
    Column("opened", String(40), nullable=False),
    Column("closed", Boolean, nullable=False, index=True),
)

journal = Table(
    "journal",
    metadata,
    Column("remediation", String(40), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("fencing", BigInteger, nullable=False),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
)

ap_history = Table(
    "ap_history",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("mac", String(17), primary_key=True),
    Column("document", Text, nullable=False),
)

clocks = Table(
    "clocks",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("offset_s", Float, nullable=False),
    Column("uncertainty_s", Float, nullable=False),
    Column("synchronised", Boolean, nullable=False),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("document", Text, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("controller", String(64), nullable=False),
    Column("approver", String(128), nullable=False),
    Column("at", String(40), nullable=False),
    Column("expires", String(40), nullable=False),
)
