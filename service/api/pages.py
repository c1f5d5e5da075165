"""Lists by pages: an opaque cursor says where the next one begins, and in which list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from service.api.bodies import PRINTED
from service.door.cursors import cursor_of, key_of, list_of
from service.errors import CursorRefused
from service.ports.requests import Only, Place
from service.usecases.listing import Part, TimedPart
from service.usecases.show import Placed

LIMIT, MOST = 50, 200

Filter: TypeAlias = Annotated[str | None, Field(max_length=128, pattern=PRINTED)]


class PageQuery(BaseModel):
    """What every list takes; a filter that nobody knows is refused, for its sender believes in it.

    Each list has a `sort` beside it: what to sort by, with `-` before it the other way round.
    """

    model_config = ConfigDict(extra="forbid")
    limit: int = Field(default=LIMIT, ge=1, le=MOST, description="Entries of one page.")
    cursor: str | None = Field(
        default=None,
        max_length=600,
        description="`next` of the page before: opaque, and of this very query.",
    )


class TimedQuery(PageQuery):
    """What every list by time takes."""

    sort: Literal["-at", "at"] = Field(default="-at", description="Newest first, or oldest first.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page of which list is wanted.

    Attributes:
        list: path, filters and order of the list, as a short hash: a cursor is of one list alone.
        after: what its last entry was sorted by, on the page before; None: the first page.
    """

    limit: int
    sort: str
    list: str
    after: tuple[str, ...] | None

    @property
    def backwards(self) -> bool:
        """Whether the order is turned round."""
        return self.sort.startswith("-")

    def part(self, parts: int) -> Part:
        """The same for a list by so many texts. Raises CursorRefused."""
        if self.after is not None and len(self.after) != parts:
            raise CursorRefused
        return Part(self.limit, self.after, self.backwards)

    def by_time(self, only: Only) -> TimedPart:
        """The same for a list by time. Raises CursorRefused."""
        return TimedPart(self.limit, self.place, only, oldest_first=not self.backwards)

    @property
    def place(self) -> Place | None:
        """The same for a list by time. Raises CursorRefused."""
        if self.after is None:
            return None
        try:
            at, item = self.after
            moment = datetime.fromisoformat(at)
        except ValueError:
            raise CursorRefused from None
        if moment.tzinfo is None:
            raise CursorRefused
        return Place(moment, item)


def wanted(request: Request, query: PageQuery, sort: str) -> Wanted:
    """The page that a request wants.

    Raises:
        CursorRefused: no cursor of ours, or one of another list.
    """
    filters = query.model_dump(mode="json", exclude={"limit", "cursor"})
    this = list_of(request.url.path, filters)
    return Wanted(
        query.limit, sort, this, None if query.cursor is None else key_of(query.cursor, this)
    )


def number_after(after: tuple[str, ...] | None) -> int | None:
    """The number that a list by numbers goes on after. Raises CursorRefused."""
    if after is None:
        return None
    if not (len(after) == 1 and after[0].isascii() and after[0].isdigit() and len(after[0]) < 19):  # noqa: PLR2004 - 64 bits
        raise CursorRefused
    return int(after[0])


class Page(BaseModel):
    """A page of a list: the entries stand under the list's own name."""

    model_config = ConfigDict(extra="allow")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def page(
    request: Request,
    name: str,
    entries: Sequence[tuple[tuple[str, ...], object]],
    paged: Wanted,
    beside: Mapping[str, object] | None = None,
) -> JSONResponse:
    """A page and where the next one begins.

    Args:
        request: whose query is carried on.
        name: what the list is called.
        entries: what each is sorted by, and itself; at most as many as wanted, with fewer it is
            the last page.
        paged: the page that was wanted.
        beside: what else the page says.
    """
    following = None
    if len(entries) >= paged.limit:
        following = cursor_of(paged.list, entries[-1][0])
    headers = {}
    if following is not None:
        url = request.url.include_query_params(cursor=following)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    content = {name: [one for _, one in entries], "next": following, **(beside or {})}
    return JSONResponse(content, headers=headers)


def placed_page(
    request: Request, name: str, entries: Sequence[Placed], paged: Wanted
) -> JSONResponse:
    """A page of a list by time."""
    keyed = [((place.at.isoformat(), place.id), one) for place, one in entries]
    return page(request, name, keyed, paged)
