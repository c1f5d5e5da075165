"""Freezes: the times in which nothing is changed, as the inventory has them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from service.domain.documents import Document, moment
from service.domain.inventory import Freeze
from service.errors import NotFound
from service.usecases.context import Context
from service.usecases.listing import Keyed, Part

FreezeState: TypeAlias = Literal["ahead", "holds", "over"]


@dataclass(frozen=True, slots=True)
class ShownFreeze:
    """A freeze as people look at it."""

    freeze: Freeze
    state: FreezeState


def agenda_of_freezes(context: Context) -> list[ShownFreeze]:
    """All of them by their beginning, also those over."""
    now = context.clock.now().wall
    found = sorted(context.inventory.freezes, key=lambda one: (one.start, one.end))
    return [ShownFreeze(one, _state(one, now)) for one in found]


def show_freezes(context: Context, part: Part) -> list[Keyed]:
    """The inventory's freezes by their beginning; those without a name, too."""
    now = context.clock.now().wall
    placed = enumerate(context.inventory.freezes)
    found = part.of(placed, lambda one: (one[1].start.isoformat(), f"{one[0]:06}"))
    return [(key, _document(one, now)) for key, (_, one) in found]


def show_freeze(context: Context, name: str) -> Document:
    """One freeze. Raises NotFound."""
    for one in context.inventory.freezes:
        if one.name == name:
            return _document(one, context.clock.now().wall)
    known = tuple(one.name for one in context.inventory.freezes if one.name is not None)
    raise NotFound("freeze", name, known=known)


def _document(one: Freeze, now: datetime) -> Document:
    return {
        "name": one.name,
        "from": moment(one.start),
        "to": moment(one.end),
        "sites": list(one.sites),
        "tags": list(one.tags),
        "state": _state(one, now),
    }


def _state(one: Freeze, now: datetime) -> FreezeState:
    if now < one.start:
        return "ahead"
    return "holds" if now < one.end else "over"
