"""Approvals: who gave their word for which plan."""

from collections.abc import Iterable

from sqlalchemy import Engine, insert, select

from service.ports.store import Approval
from service.store.codec import moment_of, moment_text
from service.store.tables import approvals
from service.store.transactions import reading, transaction


class ApprovalTable:
    """Approvals by plan digest."""

    _engine: Engine

    def approve(self, approval: Approval) -> None:
        """Record an approval."""
        with transaction(self._engine) as connection:
            connection.execute(
                insert(approvals).values(
                    digest=approval.digest,
                    controller=approval.controller,
                    approver=approval.approver,
                    at=moment_text(approval.at),
                    expires=moment_text(approval.expires),
                )
            )

    def approvals(self, digest: str) -> Iterable[Approval]:
        """Every approval of a digest, newest first."""
        query = select(approvals).where(approvals.c.digest == digest)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(approvals.c.at.desc())).all()
        return tuple(
            Approval(
                row.digest,
                row.controller,
                row.approver,
                moment_of(row.at),
                moment_of(row.expires),
            )
            for row in rows
        )
