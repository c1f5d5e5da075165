"""The audit trail, for those who answer for what was done."""

from datetime import UTC, datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, Field

from service.api.bodies import Document
from service.api.front import V1, Approver, Fronted, PartApprover
from service.api.pages import Filter, Page, PageQuery, page, wanted
from service.api.problems import documented
from service.domain.audit import Head, Outcome, record_document
from service.errors import CursorRefused
from service.ports.audit import Wanted
from service.usecases.audit import show_records, verify

audit = APIRouter(prefix=V1)
LARGEST = 2**31 - 1
FIRST_YEAR, LAST_YEAR = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


class AuditQuery(PageQuery):
    """Records."""

    sort: Literal["-seq"] = Field(default="-seq", description="Newest first.")
    act: Filter = Field(default=None, examples=["plan.approve"])
    who: Filter = None
    controller: Filter = None
    digest: Filter = Field(default=None, description="Of the plan that it was about.")
    about: Filter = Field(default=None, examples=["remediation 3f2a9c0d1e4b"])
    outcome: Outcome | None = None
    since: AwareDatetime | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)
    until: AwareDatetime | None = Field(default=None, ge=FIRST_YEAR, le=LAST_YEAR)

    @property
    def wanted(self) -> Wanted:
        """Which are wanted."""
        return Wanted(
            act=self.act,
            who=self.who,
            controller=self.controller,
            digest=self.digest,
            about=self.about,
            outcome=None if self.outcome is None else self.outcome.value,
            since=self.since,
            until=self.until,
        )


Records: TypeAlias = Annotated[AuditQuery, Query()]


@audit.get(
    "/audit",
    summary="Who did or wanted what, newest first, refusals too",
    tags=["audit"],
    response_model=Page,
    responses=documented(400),
)
def list_audit(request: Request, front: Fronted, who: PartApprover, query: Records) -> Response:
    """Takes an approver; with a token for a part of the fleet, what names one of its controllers.

    Each record is bound to the one before it by `previous` and `hash`.
    """
    paged = wanted(request, query, query.sort)
    context, before = front.context_of(who), _number(paged.after)
    found = show_records(context, query.wanted, limit=paged.limit, before=before)
    return page(request, "audit", [((str(one.seq),), record_document(one)) for one in found], paged)


@audit.get(
    "/audit/verification",
    summary="Whether the chain of records is whole, and its end",
    tags=["audit"],
    response_model=Document,
    responses=documented(),
)
def get_verification(front: Fronted, _: Approver) -> Response:
    """Reads all of it. Keep `head` elsewhere: only so it shows that newest records were cut off."""
    found = verify(front.context.store)
    broken = found.broken
    return JSONResponse(
        {
            "whole": broken is None,
            "head": head_document(found.head),
            "broken": None if broken is None else {"seq": broken.seq, "reason": broken.reason},
        }
    )


def head_document(head: Head) -> dict[str, object]:
    """The end of a chain."""
    return {"seq": head.seq, "hash": head.hash}


def _number(after: tuple[str, ...] | None) -> int | None:
    """Where the page before ended. Raises CursorRefused."""
    if after is None:
        return None
    if len(after) != 1 or not after[0].isascii() or not after[0].isdigit():
        raise CursorRefused
    return min(int(after[0][:10]), LARGEST)
