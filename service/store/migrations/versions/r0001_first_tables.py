"""The tables that databases had before there were migrations.

Such a database has what was made of them so far: what is there already is left alone.
"""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, String, Text, inspect

revision = "0001"
down_revision = None
COMPATIBLE_FROM = 1


def upgrade() -> None:
    """Make what is missing."""
    _add(
        "about",
        Column("key", String(32), primary_key=True),
        Column("value", Text, nullable=False),
    )
    _add(
        "leases",
        Column("controller", String(64), primary_key=True),
        Column("fencing", BigInteger, nullable=False),
        Column("expires", String(40), nullable=False),
        Column("holder", Text, nullable=False),
    )
    _add(
        "remediations",
        Column("id", String(40), primary_key=True),
        Column("controller", String(64), nullable=False, index=True),
        Column("opened", String(40), nullable=False),
        Column("closed", Boolean, nullable=False, index=True),
    )
    _add(
        "journal",
        Column("remediation", String(40), primary_key=True),
        Column("seq", Integer, primary_key=True),
        Column("fencing", BigInteger, nullable=False),
        Column("at", Text, nullable=False),
        Column("event", Text, nullable=False),
    )
    _add(
        "ap_history",
        Column("controller", String(64), primary_key=True),
        Column("mac", String(17), primary_key=True),
        Column("document", Text, nullable=False),
    )
    _add(
        "clocks",
        Column("controller", String(64), primary_key=True),
        Column("at", String(40), nullable=False),
        Column("offset_s", Float, nullable=False),
        Column("uncertainty_s", Float, nullable=False),
        Column("synchronised", Boolean, nullable=False),
    )
    _add(
        "sweeps",
        Column("id", String(40), primary_key=True),
        Column("at", String(40), nullable=False),
        Column("document", Text, nullable=False),
    )
    _add(
        "approvals",
        Column("number", Integer, primary_key=True, autoincrement=True),
        Column("digest", String(64), nullable=False, index=True),
        Column("controller", String(64), nullable=False),
        Column("approver", String(128), nullable=False),
        Column("at", String(40), nullable=False),
        Column("expires", String(40), nullable=False),
    )
    _add(
        "dues",
        Column("kind", String(16), primary_key=True),
        Column("id", String(40), primary_key=True),
        Column("at", String(40), nullable=False, index=True),
        Column("said", String(40), nullable=False),
        Column("nudged", String(40), nullable=False),
        Column("why", Text, nullable=False),
    )
    _add(
        "ticks",
        Column("name", String(80), primary_key=True),
        Column("at", String(40), nullable=False),
    )
    _add(
        "asked_sweeps",
        Column("id", String(40), primary_key=True),
        Column("at", String(40), nullable=False, index=True),
        Column("asked_by", String(128), nullable=False),
        Column("controllers", Text, nullable=False),
        Column("state", String(16), nullable=False),
        Column("detail", Text, nullable=False),
    )
    _add(
        "looks",
        Column("controller", String(64), primary_key=True),
        Column("sweep", String(40), nullable=False),
        Column("at", String(40), nullable=False),
        Column("document", Text, nullable=False),
    )
    _add(
        "asked_plans",
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
    _add(
        "asked_remediations",
        Column("id", String(40), primary_key=True),
        Column("at", String(40), nullable=False, index=True),
        Column("asked_by", String(128), nullable=False),
        Column("plan", String(40), nullable=False),
        Column("digest", String(64), nullable=False, index=True),
        Column("controller", String(64), nullable=False),
        Column("refused", Text, nullable=False),
        Column("waits", String(64), unique=True),
    )
    _add(
        "recalls",
        Column("remediation", String(40), primary_key=True),
        Column("asked_by", String(128), nullable=False),
        Column("at", String(40), nullable=False),
        Column("reason", Text, nullable=False),
        Column("seen", Integer, nullable=False),
    )
    _add(
        "tokens",
        Column("id", String(40), primary_key=True),
        Column("name", String(128), nullable=False),
        Column("role", Integer, nullable=False),
        Column("digest", String(64), nullable=False, unique=True),
        Column("created", String(40), nullable=False),
        Column("expires", String(40)),
        Column("revoked", String(40)),
    )
    _add(
        "answers",
        Column("who", String(128), primary_key=True),
        Column("key", String(255), primary_key=True),
        Column("at", String(40), nullable=False, index=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer),
        Column("location", Text, nullable=False),
        Column("body", Text, nullable=False),
    )


def _add(name: str, *columns: Column[object]) -> None:
    if not inspect(op.get_bind()).has_table(name):
        op.create_table(name, *columns)
