"""Containments that people applied by hand: kept for good, also after they were lifted."""

from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from service.domain.contained import Contained
from service.store.codec import moment_of, moment_text
from service.store.tables import containments
from service.store.transactions import reading, transaction


class ContainmentTable:
    """Who keeps access points away, where and since when."""

    _engine: Engine

    def keep_containment(self, one: Contained) -> None:
        """Remember it."""
        row = {
            "id": one.id,
            "controller": one.controller,
            "kind": one.kind,
            "place": one.place,
            "note": one.note,
            "applied_by": one.by,
            "at": moment_text(one.at),
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(containments).values(**row))

    def containments(
        self, controller: str | None = None, *, standing: bool = False
    ) -> tuple[Contained, ...]:
        """Those of a controller or of all, newest first."""
        wanted = select(containments).order_by(containments.c.number.desc())
        if controller is not None:
            wanted = wanted.where(containments.c.controller == controller)
        if standing:
            wanted = wanted.where(containments.c.lifted.is_(None))
        with reading(self._engine) as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            Contained(
                row.id,
                row.controller,
                row.kind,
                row.place,
                row.note,
                row.applied_by,
                moment_of(row.at),
                row.lifted_by,
                None if row.lifted is None else moment_of(row.lifted),
            )
            for row in rows
        )

    def lift_containment(self, item: str, *, by: str, at: datetime) -> bool:
        """It was lifted, by the first who says so."""
        standing = (containments.c.id == item) & containments.c.lifted.is_(None)
        values = {"lifted_by": by, "lifted": moment_text(at)}
        statement = update(containments).where(standing).values(**values)
        with transaction(self._engine) as connection:
            counted = connection.execute(statement.execution_options(preserve_rowcount=True))
            return counted.rowcount == 1
