"""One transaction of the database; what the library raises stops here."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from service.errors import StoreError


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Everything inside of it is durable, or nothing is.

    Raises:
        StoreError: the database could not do it; where it was lost while committing, nobody knows.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as err:
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"{where}: {reason(err)}") from err


def reason(err: SQLAlchemyError) -> str:
    """The database's own words, without the statement and its values."""
    return str(getattr(err, "orig", None) or err).splitlines()[0]
