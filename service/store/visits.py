"""Sessions at the page, by the hash of their id."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select, update

from service.ports.tokens import Role, Token
from service.ports.visits import Visit
from service.store.codec import moment_of, moment_text
from service.store.fleet_view_tables import visits
from service.store.tokens import scope_of
from service.store.transactions import reading, transaction

KEPT = timedelta(days=1)
"""After their end; then they go when the next one begins."""


class VisitTable:
    """Who is signed in."""

    _engine: Engine

    def open_visit(self, digest: str, visit: Visit) -> None:
        """Keep one."""
        token, old = visit.token, moment_text(visit.began - KEPT)
        row = {
            "digest": digest,
            "token": token.id,
            "name": token.name,
            "role": int(token.role),
            "scope": None if token.scope.is_whole else json.dumps(asdict(token.scope)),
            "issued": moment_text(token.created),
            "expires": None if token.expires is None else moment_text(token.expires),
            "began": moment_text(visit.began),
            "seen": moment_text(visit.seen),
            "ends": moment_text(visit.ends),
        }
        with transaction(self._engine) as connection:
            connection.execute(delete(visits).where(visits.c.ends < old))
            connection.execute(insert(visits).values(**row))

    def visit(self, digest: str) -> Visit | None:
        """The session of a hash."""
        with reading(self._engine) as connection:
            row = connection.execute(select(visits).where(visits.c.digest == digest)).first()
        if row is None:
            return None
        expires = None if row.expires is None else moment_of(row.expires)
        role, scope = Role(row.role), scope_of(row.scope)
        token = Token(row.token, row.name, role, moment_of(row.issued), expires, scope=scope)
        return Visit(token, moment_of(row.began), moment_of(row.seen), moment_of(row.ends))

    def note_visit(self, digest: str, *, at: datetime) -> None:
        """It was used just now."""
        used = update(visits).where(visits.c.digest == digest).values(seen=moment_text(at))
        with transaction(self._engine) as connection:
            connection.execute(used)

    def close_visit(self, digest: str) -> None:
        """It is no more."""
        with transaction(self._engine) as connection:
            connection.execute(delete(visits).where(visits.c.digest == digest))

    def close_visits_of(self, name: str) -> int:
        """Those of everybody of that name are no more."""
        with transaction(self._engine) as connection:
            return connection.execute(delete(visits).where(visits.c.name == name)).rowcount
