"""What every poll changes is kept once for each controller, not once for each access point.

An older version would take an access point's row for the newest word on it, and write it back short
of the polls that only counted; so none goes on beside this. Rows that are there already are whole:
they are written anew by the next poll that sees them. The way back counts every row up to date.
"""

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Select, String, column, select, table, update

from service.store.ap_rows import history_from
from service.store.codec import history_text
from service.store.tables import about

revision = "0017"
down_revision = "0016"
COMPATIBLE_FROM = 17

OF_ROWS = ("controller", "mac", "document", "written_by", "mark")


def upgrade() -> None:
    """Add the table of polls, and what ties a row to one of them."""
    op.create_table(
        "ap_polls",
        Column("controller", String(64), primary_key=True),
        Column("number", BigInteger, nullable=False),
        Column("at", String(40), nullable=False),
        Column("details_at", String(40)),
    )
    op.add_column("ap_history", Column("written_by", BigInteger))
    op.add_column("ap_history", Column("mark", String(48)))


def downgrade() -> None:
    """Write every row as an older version would have, then take the columns away."""
    connection, history = op.get_bind(), table("ap_history", *map(column, OF_ROWS))
    polls = table("ap_polls", *map(column, ("controller", "number", "at", "details_at")))
    both = history.outerjoin(polls, polls.c.controller == history.c.controller)
    since = (polls.c.number, polls.c.at, polls.c.details_at)
    query: Select[Any] = select(*history.c, *since).select_from(both)
    for row in connection.execute(query).all():
        one = update(history).where(
            history.c.controller == row.controller, history.c.mac == row.mac
        )
        connection.execute(one.values(document=history_text(history_from(row))))
    with op.batch_alter_table("ap_history") as rows:
        rows.drop_column("mark")
        rows.drop_column("written_by")
    op.drop_table("ap_polls")
    said = {"schema": "16", "compatible_from": "5"}
    for key, value in said.items():
        connection.execute(update(about).where(about.c.key == key).values(value=value))
