"""The stream of notifications, for whoever listens to the service as to a device."""

from dataclasses import dataclass
from datetime import datetime

from service.ports.stream import Told
from service.usecases.context import Context

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Heard:
    """What one look found.

    Attributes:
        told: what the caller may see, in order.
        number: how far was looked.
        is_all: nothing more is there now.
    """

    told: tuple[Told, ...]
    number: int
    is_all: bool


def heard_after(context: Context, number: int, *, since: datetime | None = None) -> Heard:
    """What was told after a number; `since`: of that moment or later."""
    found = context.store.told_after(number, limit=AT_ONCE, since=since)
    seen = tuple(one for one in found if context.sees(one.notification.controller))
    return Heard(seen, found[-1].number if found else number, len(found) < AT_ONCE)
