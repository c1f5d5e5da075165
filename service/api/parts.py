"""What the inventory has by name: logins and keys by reference, sites, policies."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from service.api.entries import EntryGone, EntryOut, PartIn
from service.api.front import V1, Admin, AdminCall, Call, Fronted
from service.api.inventory import CHANGED, edited, removed, shown
from service.api.pages import Page, PageQuery, page, wanted
from service.api.problems import documented
from service.door.versions import IfMatch, must_match
from service.errors import MatchFailed
from service.ports.fleet_file import Entry, FleetEdit, Part
from service.usecases.context import Context
from service.usecases.edit_fleet import Spot, put_entry, read_entry, show_entries

parts = APIRouter(prefix=V1)
ONE = "/inventory/{part}/{name}"


class Named(StrEnum):
    """Parts with entries of a name, as paths have them."""

    CREDENTIALS = "credentials"
    SITES = "sites"
    TAG_POLICIES = "tag-policies"
    EVENT_KEYS = "event-keys"

    def spot(self, name: str) -> Spot:
        """One of its entries."""
        return Spot(self.part, name)

    @property
    def part(self) -> Part:
        """The same by its key in the file."""
        return Part(self.value.replace("-", "_"))


class PartQuery(PageQuery):
    """Entries of a part."""

    sort: Literal["name", "-name"] = "name"


@parts.get(
    "/inventory/policy",
    summary="The policy that holds for all, as the inventory has it",
    tags=["inventory"],
    response_model=EntryOut,
    responses=documented(409),
)
def get_policy(front: Fronted, _: Admin) -> Response:
    """Keys that it does not state have their defaults."""
    return shown(read_entry(front.context, Spot(Part.POLICY)))


@parts.put(
    "/inventory/policy",
    summary="Replace the policy that holds for all",
    tags=["inventory"],
    response_model=EntryOut,
    responses=documented(409, 412, 428),
)
def put_policy(body: PartIn, call: AdminCall, match: IfMatch = None) -> Response:
    """What is not said has its default. It counts at once, also for what is under way."""
    return _put(call, Spot(Part.POLICY), body, match)


@parts.get(
    "/inventory/{part}",
    summary="Logins, sites, policies of tags or keys of events, as the inventory has them",
    tags=["inventory"],
    response_model=Page,
    responses=documented(400, 404, 409),
)
def list_part(
    part: Named, request: Request, front: Fronted, _: Admin, query: Annotated[PartQuery, Query()]
) -> Response:
    """By name. Secrets are references."""
    paged = wanted(request, query, query.sort)
    return page(request, "entries", show_entries(front.context, part.part, paged.part(1)), paged)


@parts.get(
    ONE,
    summary="One login, site, policy of a tag, or key of events",
    tags=["inventory"],
    response_model=EntryOut,
    responses=documented(404, 409),
)
def get_part(part: Named, name: str, front: Fronted, _: Admin) -> Response:
    """Secrets are references; what is behind them nobody is shown."""
    return shown(read_entry(front.context, part.spot(name)))


@parts.put(
    ONE,
    summary="Add or replace a login, a site, the policy of a tag, or a key of events",
    tags=["inventory"],
    response_model=EntryOut,
    responses=CHANGED,
)
def put_part(
    part: Named, name: str, body: PartIn, call: AdminCall, match: IfMatch = None
) -> Response:
    """`If-Match` where there is one. A secret is a reference, and to none of the service's own.

    409: it changes how a controller is logged in to that is being mended.
    """
    return _put(call, part.spot(name), body, match)


@parts.delete(
    ONE,
    summary="Remove a login, a site, the policy of a tag, or a key of events",
    tags=["inventory"],
    response_model=EntryGone,
    responses=CHANGED,
)
def delete_part(part: Named, name: str, call: AdminCall, match: IfMatch = None) -> Response:
    """Refused while a controller names it. What is signed with a removed key is refused at once."""
    return removed(call, part.spot(name), match)


def _put(call: Call, spot: Spot, body: PartIn, match: str | None) -> Response:
    def act(edit: FleetEdit, context: Context) -> JSONResponse:
        now = put_entry(context, edit, spot, body.entry(), who=call.who.name, check=_as_read(match))
        return shown(now)

    return edited(call, body.root, act)


def _as_read(match: str | None) -> Callable[[Entry | None], None]:
    """Who has read nothing says nothing; who says something has read it."""

    def check(held: Entry | None) -> None:
        if held is not None:
            must_match(match, held)
        elif match is not None:
            raise MatchFailed

    return check
