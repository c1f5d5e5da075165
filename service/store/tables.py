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

SCHEMA = 4
"""The newest revision of `migrations`: that is what this version's code needs."""

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
    Column("clock", String(64), nullable=False),  # which clock counts: see `times`
    Column("until_s", Float(53)),  # null: given up
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

clock_notes = Table(
    "clock_notes",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("boot_id", String(64), primary_key=True),  # of the host that polled it
    Column("boottime_s", Float(53), nullable=False),
    Column("at", String(40), nullable=False),  # that host's wall clock
    Column("offset_s", Float(53), nullable=False),
    Column("uncertainty_s", Float(53), nullable=False),
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

dues = Table(
    "dues",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("id", String(40), primary_key=True),
    Column("clock", String(64), nullable=False),
    Column("at_s", Float(53), nullable=False, index=True),
    Column("nudged_s", Float(53)),  # null: not yet
    Column("why", Text, nullable=False),
)

ticks = Table(
    "ticks",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("clock", String(64), nullable=False),
    Column("at_s", Float(53), nullable=False),
)

guardians = Table(
    "guardians",
    metadata,
    Column("who", String(255), primary_key=True),  # the process
    Column("host", String(255), nullable=False),
    Column("boot_id", String(64), nullable=False),
    Column("clock", String(64), nullable=False),
    Column("seen_s", Float(53), nullable=False),
    Column("since_s", Float(53), nullable=False),  # without a gap
)

asked_sweeps = Table(
    "asked_sweeps",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("asked_by", String(128), nullable=False),
    Column("controllers", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("detail", Text, nullable=False),
)

looks = Table(
    "looks",
    metadata,
    Column("controller", String(64), primary_key=True),
    Column("sweep", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("document", Text, nullable=False),
)

asked_plans = Table(
    "asked_plans",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("asked_by", String(128), nullable=False),
    Column("controller", String(64), nullable=False),
    Column("issue", String(64)),
    Column("strategy", String(64)),
    Column("accept_suspected", Boolean, nullable=False),
    Column("save_pending", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("expires", String(40)),
    Column("document", Text),
    Column("detail", Text, nullable=False),
)

asked_remediations = Table(
    "asked_remediations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("asked_by", String(128), nullable=False),
    Column("plan", String(40), nullable=False),
    Column("digest", String(64), nullable=False, index=True),
    Column("controller", String(64), nullable=False),
    Column("refused", Text, nullable=False),
    Column("waits", String(64), unique=True),  # the digest while it is not opened; else null
)

recalls = Table(
    "recalls",
    metadata,
    Column("remediation", String(40), primary_key=True),
    Column("asked_by", String(128), nullable=False),
    Column("at", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("seen", Integer, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("role", Integer, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created", String(40), nullable=False),
    Column("expires", String(40)),
    Column("revoked", String(40)),
)

answers = Table(
    "answers",
    metadata,
    Column("who", String(128), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("at", String(40), nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer),
    Column("location", Text, nullable=False),
    Column("body", Text, nullable=False),
)
