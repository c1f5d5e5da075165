"""The audit trail: who did or wanted what, and whether its chain is whole."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime

from service.domain.audit import Act, Outcome
from service.errors import CursorRefused
from service.ports.audit import Wanted
from service.usecases.audit import show_records, verify
from service.web.queries import Chosen, ListQuery, Text
from service.web.rendering import render
from service.web.states import OUTCOMES
from service.web.visitor import Approver, PartApprover

audit = APIRouter()
LARGEST = 2**31 - 1


class AuditQuery(ListQuery):
    """Which records are listed."""

    act: Annotated[Act | None, Chosen] = None
    outcome: Annotated[Outcome | None, Chosen] = None
    who: Text = None
    controller: Text = None
    about: Text = None
    digest: Text = None
    since: Annotated[AwareDatetime | None, Chosen] = None
    until: Annotated[AwareDatetime | None, Chosen] = None

    @property
    def wanted(self) -> Wanted:
        """Which are wanted."""
        return Wanted(
            act=None if self.act is None else self.act.value,
            who=self.who,
            controller=self.controller,
            digest=self.digest,
            about=self.about,
            outcome=None if self.outcome is None else self.outcome.value,
            since=self.since,
            until=self.until,
        )


Records: TypeAlias = Annotated[AuditQuery, Query()]


@audit.get("/audit")
def get_audit(request: Request, visitor: PartApprover, query: Records) -> Response:
    """Records, newest first."""
    part = query.part(request, 1)
    found = show_records(
        visitor.context, query.wanted, limit=part.limit, before=_number(part.after)
    )
    values = {
        "records": found,
        "query": query,
        "next_page": query.next_page(request, [(str(one.seq),) for one in found]),
        "acts": list(Act),
        "outcomes": list(Outcome),
        "words": OUTCOMES,
        "may_verify": visitor.who.scope.is_whole,
    }
    return render(request, "audit.html", values, visitor=visitor)


@audit.get("/audit/verification")
def get_verification(request: Request, visitor: Approver) -> Response:
    """Follow the whole chain, and say where it ends or breaks."""
    values = {"verdict": verify(visitor.context.store)}
    return render(request, "verification.html", values, visitor=visitor)


def _number(after: tuple[str, ...] | None) -> int | None:
    if after is None:
        return None
    if not (after[0].isascii() and after[0].isdigit()):
        raise CursorRefused
    return min(int(after[0][:10]), LARGEST)
