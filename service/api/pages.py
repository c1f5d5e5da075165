"""Lists by pages: an opaque cursor says where the next one begins."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from service.errors import InvalidInput
from service.ports.requests import Place
from service.usecases.show import Placed

LIMIT, MOST = 50, 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page is wanted: at most so many entries, after a cursor."""

    limit: int
    cursor: str | None


def _wanted(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Entries of one page.")] = LIMIT,
    cursor: Annotated[
        str | None, Query(max_length=400, description="`next` of the page before; opaque.")
    ] = None,
) -> Wanted:
    return Wanted(limit, cursor)


Paged: TypeAlias = Annotated[Wanted, Depends(_wanted)]


class Page(BaseModel):
    """A page of a list: the entries stand under the list's own name."""

    model_config = ConfigDict(extra="allow")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def page(
    request: Request,
    name: str,
    entries: Sequence[object],
    *,
    limit: int,
    last: str | None,
    beside: Mapping[str, object] | None = None,
) -> JSONResponse:
    """A page and where the next one begins.

    Args:
        request: whose query is carried on.
        name: what the list is called.
        entries: at most `limit` of them; with fewer it is the last page.
        limit: how many were asked for.
        last: the place of the last entry, as a cursor; None where there is no entry.
        beside: what else the page says.
    """
    following = last if len(entries) >= limit else None
    headers = {}
    if following is not None:
        url = request.url.include_query_params(cursor=following)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    content = {name: list(entries), "next": following, **(beside or {})}
    return JSONResponse(content, headers=headers)


def placed_page(
    request: Request, name: str, entries: Sequence[Placed], *, limit: int
) -> JSONResponse:
    """A page of a list from new to old."""
    last = place_cursor(entries[-1][0]) if entries else None
    return page(request, name, [one for _, one in entries], limit=limit, last=last)


def cursor_of(*parts: str) -> str:
    """Some texts as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> list[str]:
    """The texts of a cursor. Raises InvalidInput."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        parts = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, binascii.Error):
        parts = None
    if not (
        isinstance(parts, list) and len(parts) == count and all(isinstance(p, str) for p in parts)
    ):
        raise InvalidInput("a cursor of nobody", where="cursor", expected="`next` of a page")
    return parts


def place_cursor(place: Place) -> str:
    """A place in a list from new to old, as a cursor."""
    return cursor_of(place.at.isoformat(), place.id)


def place_of(cursor: str | None) -> Place | None:
    """The place of a cursor. Raises InvalidInput."""
    if cursor is None:
        return None
    at, item = parts_of(cursor, 2)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput("a cursor of nobody", where="cursor", expected="`next` of a page")
    return Place(moment, item)


def name_of(cursor: str | None) -> str | None:
    """The name of a cursor in a list by name. Raises InvalidInput."""
    return None if cursor is None else parts_of(cursor, 1)[0]
