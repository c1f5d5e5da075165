"""Lists by time: newest first, and where their next page begins."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import Request

from service.errors import CursorRefused
from service.ports.requests import Only, Place
from service.usecases.listing import TimedPart
from service.usecases.show import Placed
from service.web.queries import ListQuery


def timed(request: Request, query: ListQuery, only: Only) -> TimedPart:
    """The page that is wanted of a list by time. Raises CursorRefused."""
    part = query.part(request, 2)
    return TimedPart(part.limit, None if part.after is None else _place(*part.after), only)


def next_page(request: Request, query: ListQuery, found: Sequence[Placed]) -> str | None:
    """The address of the page after these entries; None: there is none."""
    return query.next_page(request, [(place.at.isoformat(), place.id) for place, _ in found])


def _place(at: str, item: str) -> Place:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise CursorRefused from None
    if moment.tzinfo is None:
        raise CursorRefused
    return Place(moment, item)
