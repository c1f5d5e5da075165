"""Plans and remediations that were asked for; what is open already, its journal tells."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, false, insert, select, update

from service.ports.requests import (
    ALL,
    AskedPlan,
    AskedRemediation,
    Kind,
    Only,
    Place,
    PlanAnswer,
    Recall,
)
from service.store.codec import document_text, moment_of, moment_text
from service.store.dues import put_due
from service.store.lists import matching, part
from service.store.tables import asked_plans, asked_remediations, dues, recalls, remediations
from service.store.times import StoreTime
from service.store.transactions import alone, put, reading, transaction


class PlanTable:
    """Plans that were asked for."""

    _engine: Engine
    _time: StoreTime

    def ask_plan(self, asked: AskedPlan) -> None:
        """Keep the wish, due at once."""
        row = {
            "id": asked.id,
            "at": moment_text(asked.at),
            "asked_by": asked.asked_by,
            "controller": asked.controller,
            "issue": asked.issue,
            "strategy": asked.strategy,
            "accept_suspected": asked.accept_suspected,
            "save_pending": asked.save_pending,
            "accept_reload": asked.accept_reload,
            "accept_stranded": asked.accept_stranded,
        }
        with transaction(self._engine) as connection:
            connection.execute(insert(asked_plans).values(**row, **_answer_row(asked.answer)))
            now, why = self._time.now(connection), f"asked by {asked.asked_by}"
            put_due(connection, Kind.PLAN, asked.id, now, why)

    def answer_plan(self, plan: str, answer: PlanAnswer) -> None:
        """Say what became of it."""
        said = update(asked_plans).where(asked_plans.c.id == plan).values(**_answer_row(answer))
        with transaction(self._engine) as connection:
            connection.execute(said)

    def plan_asked(self, plan: str) -> AskedPlan | None:
        """One plan."""
        with reading(self._engine) as connection:
            row = connection.execute(select(asked_plans).where(asked_plans.c.id == plan)).first()
        return None if row is None else plan_of(row)

    def plans_with(self, digest: str) -> tuple[AskedPlan, ...]:
        """Every plan of that digest, newest first."""
        query = select(asked_plans).where(asked_plans.c.digest == digest)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(asked_plans.c.at.desc())).all()
        return tuple(plan_of(row) for row in rows) if digest else ()

    def plans(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[AskedPlan, ...]:
        """Plans, by time."""
        query = select(asked_plans).where(*matching(asked_plans, only))
        cut = part(query, asked_plans, limit=limit, after=after, oldest_first=oldest_first)
        with reading(self._engine) as connection:
            rows = connection.execute(cut).all()
        return tuple(plan_of(row) for row in rows)


class AskedRemediationTable:
    """Remediations that workers carry out, and who wants one back."""

    _engine: Engine
    _time: StoreTime

    def ask_remediation(self, asked: AskedRemediation) -> bool:
        """Keep the wish, due at once, unless the same one waits already."""
        opened = select(remediations.c.id)
        same = asked_remediations.c.waits == asked.digest
        row = {
            "id": asked.id,
            "at": moment_text(asked.at),
            "asked_by": asked.asked_by,
            "plan": asked.plan,
            "digest": asked.digest,
            "controller": asked.controller,
            "refused": asked.refused,
            "waits": asked.digest,
        }
        with transaction(self._engine) as connection:
            alone(connection, f"remediations of plan {asked.digest}")
            connection.execute(
                update(asked_remediations)
                .where(same, asked_remediations.c.id.in_(opened))
                .values(waits=None)
            )
            if connection.execute(select(asked_remediations.c.id).where(same)).first() is not None:
                return False
            connection.execute(insert(asked_remediations).values(**row))
            now, why = self._time.now(connection), f"asked by {asked.asked_by}"
            put_due(connection, Kind.REMEDIATION, asked.id, now, why)
        return True

    def refuse_remediation(self, remediation: str, reason: str) -> None:
        """It is not going to be opened, unless it is."""
        opened = select(remediations.c.id)
        this = asked_remediations.c.id == remediation
        with transaction(self._engine) as connection:
            refused = connection.execute(
                update(asked_remediations)
                .where(this, asked_remediations.c.id.not_in(opened))
                .values(refused=reason, waits=None)
            )
            if refused.rowcount:
                connection.execute(
                    delete(dues).where(
                        dues.c.kind == Kind.REMEDIATION.value, dues.c.id == remediation
                    )
                )

    def remediation_asked(self, remediation: str) -> AskedRemediation | None:
        """One wish."""
        query = select(asked_remediations).where(asked_remediations.c.id == remediation)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return None if row is None else remediation_of(row)

    def waiting_for(self, digest: str) -> tuple[AskedRemediation, ...]:
        """What is neither opened nor refused."""
        query = select(asked_remediations).where(
            asked_remediations.c.digest == digest,
            asked_remediations.c.refused == "",
            asked_remediations.c.id.not_in(select(remediations.c.id)),
        )
        with reading(self._engine) as connection:
            return tuple(remediation_of(row) for row in connection.execute(query).all())

    def remediation_places(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[Place, ...]:
        """Remediations, opened or only asked for, by time.

        A place does not move when what was asked for is opened.
        """
        asked = select(asked_remediations.c.at, asked_remediations.c.id)
        begun = select(remediations.c.opened.label("at"), remediations.c.id).where(
            remediations.c.id.not_in(select(asked_remediations.c.id))
        )
        if only.asked_by is not None:  # those that nobody asked for were begun by command
            begun = begun.where(false())
        both = asked.where(*matching(asked_remediations, only)).union_all(
            begun.where(*matching(remediations, only))
        )
        places = both.subquery()
        cut = part(select(places), places, limit=limit, after=after, oldest_first=oldest_first)
        with reading(self._engine) as connection:
            rows = connection.execute(cut).all()
        return tuple(Place(moment_of(row.at), row.id) for row in rows)

    def recall(self, recall: Recall) -> None:
        """Keep that somebody wants it back."""
        row = {
            "remediation": recall.remediation,
            "asked_by": recall.by,
            "at": moment_text(recall.at),
            "reason": recall.reason,
            "seen": recall.seen,
        }
        with transaction(self._engine) as connection:
            put(connection, recalls, row)

    def recalled(self, remediation: str) -> Recall | None:
        """Who wants it back."""
        query = select(recalls).where(recalls.c.remediation == remediation)
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Recall(row.remediation, row.asked_by, moment_of(row.at), row.reason, row.seen)

    def forget_recall(self, remediation: str) -> None:
        """It is being brought back."""
        with transaction(self._engine) as connection:
            connection.execute(delete(recalls).where(recalls.c.remediation == remediation))


def _answer_row(answer: PlanAnswer) -> dict[str, object]:
    return {
        "state": answer.state,
        "digest": answer.digest,
        "expires": None if answer.expires is None else moment_text(answer.expires),
        "document": None if answer.document is None else document_text(answer.document),
        "detail": answer.detail,
    }


def plan_of(row: Row[tuple[Any, ...]]) -> AskedPlan:
    """A plan that was asked for, from its row."""
    expires: datetime | None = None if row.expires is None else moment_of(row.expires)
    document = None if row.document is None else json.loads(row.document)
    return AskedPlan(
        id=row.id,
        at=moment_of(row.at),
        asked_by=row.asked_by,
        controller=row.controller,
        issue=row.issue,
        strategy=row.strategy,
        accept_suspected=row.accept_suspected,
        save_pending=row.save_pending,
        answer=PlanAnswer(row.state, row.digest, expires, document, row.detail),
        accept_reload=row.accept_reload,
        accept_stranded=row.accept_stranded,
    )


def remediation_of(row: Row[tuple[Any, ...]]) -> AskedRemediation:
    """A remediation that was asked for, from its row."""
    return AskedRemediation(
        row.id, moment_of(row.at), row.asked_by, row.plan, row.digest, row.controller, row.refused
    )
