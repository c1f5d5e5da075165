"""Connections to PostgreSQL: none waits for ever, and one that was cut is noticed and replaced.

What fails becomes a StoreError, which those that carry a remediation answer by asking again.
"""

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

DRIVER = "postgresql+psycopg"
CONNECT_S, STATEMENT_S, LOCK_S, IDLE_S = 5, 20, 15, 60
UNHEARD_MS = 20_000
DEFAULTS = {
    "connect_timeout": CONNECT_S,
    "application_name": "aprejoin",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": UNHEARD_MS,
}
"""For libpq; what the address says itself counts."""
LIMITS = (
    f"SET statement_timeout = '{STATEMENT_S}s'",
    f"SET lock_timeout = '{LOCK_S}s'",
    f"SET idle_in_transaction_session_timeout = '{IDLE_S}s'",
)


def postgresql_engine(url: str) -> Engine:
    """An engine whose transactions see what was committed before each of their statements."""
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername=DRIVER)
    defaults = {key: value for key, value in DEFAULTS.items() if key not in address.query}
    engine = create_engine(
        address, pool_pre_ping=True, isolation_level="READ COMMITTED", connect_args=defaults
    )
    event.listen(engine, "connect", _set_limits)
    return engine


def _set_limits(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's
    before, connection.autocommit = connection.autocommit, True
    for statement in LIMITS:
        connection.execute(statement)
    connection.autocommit = before
