"""The audit trail: append-only, and its records follow each other, by the database's own triggers.

The chain begins here: of what was done before there is no record. A version that knows no trail
goes on beside it, and what is done by it is not recorded.
"""

from datetime import UTC, datetime

from alembic import op
from sqlalchemy import Column, Connection, Integer, String, Text, column, func, select, table

from service.domain.audit import begin
from service.store.audits import audit_row

revision = "0009"
down_revision = "0008"
COMPATIBLE_FROM = 5

NEWEST = "(SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)"
LAST = "(SELECT max(seq) FROM audit)"
MISPLACED = (
    f"EXISTS (SELECT 1 FROM audit) AND "  # noqa: S608 - of our own words
    f"(NEW.seq <> {LAST} + 1 OR NEW.previous <> {NEWEST})"
)
NEW, OLD = "a new database", "what was done in this database before is not recorded"
REFUSED = "audit records are append-only"
RAISE = f"SELECT RAISE(ABORT, '{REFUSED}')"
ASTRAY = f"{REFUSED}: this one does not follow the newest"
ON_SQLITE = (
    f"CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN {RAISE}; END",
    f"CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN {RAISE}; END",
    f"""
    CREATE TRIGGER audit_insert BEFORE INSERT ON audit WHEN {MISPLACED}
    BEGIN SELECT RAISE(ABORT, '{ASTRAY}'); END
    """,
)
ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$
    """,
    f"""
    CREATE FUNCTION audit_follow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
      IF {MISPLACED} THEN RAISE EXCEPTION '{ASTRAY}'; END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
    """
    CREATE TRIGGER audit_insert BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_follow()
    """,
)


def upgrade() -> None:
    """Make the table, begin the chain, then shut it for everything but its end."""
    connection = op.get_bind()
    op.create_table(
        "audit",
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("at", String(40), nullable=False, index=True),
        Column("who", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("place", Text, nullable=False),
        Column("act", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("controller", Text, nullable=False, index=True),
        Column("digest", Text, nullable=False, index=True),
        Column("outcome", String(16), nullable=False),
        Column("detail", Text, nullable=False),
        Column("previous", String(64), nullable=False, unique=True),
        Column("hash", String(64), nullable=False, unique=True),
    )
    first = audit_row(begin(_now(connection), _why(connection)))
    columns = table("audit", *map(column, first))
    op.bulk_insert(columns, [first])
    shut = ON_POSTGRESQL if connection.dialect.name == "postgresql" else ON_SQLITE
    for statement in shut:
        op.execute(statement)


def _now(connection: Connection) -> datetime:
    """The database's clock; SQLite's is this host's, without a zone."""
    now = connection.scalar(select(func.current_timestamp()))
    if not isinstance(now, datetime):
        raise TypeError(f"the database says no time: {now!r}")
    return now if now.tzinfo else now.replace(tzinfo=UTC)


def _why(connection: Connection) -> str:
    """Whether there was anything before: only then the tables say which schema they are of."""
    said = select(func.count()).select_from(table("about", column("key")))
    is_old = connection.scalar(said.where(column("key") == "schema"))
    return f"the chain begins: {OLD if is_old else NEW}"
