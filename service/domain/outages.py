"""Outages: a controller that polls cannot read, since when, and whether it answers again.

Only polls tell: between two of them nothing is known. How many failed in a row, and what is no
fault of the controller (busy, our own entry), is `domain/backoff.py`'s word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from service.domain.backoff import Failing, Trouble
from service.domain.documents import Document, moment
from service.domain.webhooks import REACH, EventKind, Happening


@dataclass(frozen=True, slots=True)
class Outage:
    """One controller that cannot be read.

    Attributes:
        since, newest: the first and the newest poll that failed, aware UTC.
        polls: how many failed in a row.
        times: the same as it was counted last, for one entry of the inventory.
    """

    since: datetime
    newest: datetime
    polls: int
    times: int
    trouble: Trouble
    detail: str

    @property
    def lasts_s(self) -> float:
        """Seconds between the first and the newest poll that failed."""
        return (self.newest - self.since).total_seconds()


Outcome: TypeAlias = tuple[tuple[Happening, ...], Outage | None]


def outage_news(
    controller: str,
    at: datetime,
    document: Mapping[str, object],
    failing: Failing | None,
    before: Outage | None,
) -> Outcome:
    """What a look tells of one controller's reach, and the outage that goes on.

    Every poll that fails tells the same event again with what is known by then: whoever is to be
    told keeps the first that their patience lets through.

    Args:
        controller: its name.
        at: when the sweep looked.
        document: what it said.
        failing: how often in a row it failed; None: it did not, or was busy.
        before: the outage that was known; None: there was none.
    """
    if document.get("reachable") is True:
        if before is None:
            return (), None
        return (_happening(EventKind.CONTROLLER_REACHABLE, controller, at, before),), None
    if document.get("reachable") is not False or failing is None:
        return (), before
    if before is not None and (before.times, before.trouble) == (failing.times, failing.trouble):
        return (), before  # a schedule passed it over: nobody asked it
    since = at if before is None else before.since
    now = Outage(since, at, _polls(failing, before), failing.times, failing.trouble, failing.detail)
    return (_happening(EventKind.CONTROLLER_UNREACHABLE, controller, at, now),), now


def _polls(failing: Failing, before: Outage | None) -> int:
    """How many failed in a row, also where the count began anew with another entry."""
    if before is None:
        return failing.times
    goes_on = failing.trouble == before.trouble and failing.times > before.times
    return before.polls + failing.times - (before.times if goes_on else 0)


def _happening(kind: EventKind, controller: str, at: datetime, outage: Outage) -> Happening:
    name = f"controller/{controller}"
    data: Document = {REACH: outage_document(outage) | {"controller": controller}}
    return Happening(f"{name}/{kind}/{moment(outage.since)}", kind, at, controller, name, data)


def outage_document(outage: Outage) -> Document:
    """An outage in JSON's types."""
    return {
        "since": moment(outage.since),
        "newest": moment(outage.newest),
        "polls": outage.polls,
        "times": outage.times,
        "lasts_s": outage.lasts_s,
        "trouble": outage.trouble,
        "detail": outage.detail,
    }


def outage_from(document: Mapping[str, str]) -> Outage:
    """The same back."""
    return Outage(
        since=datetime.fromisoformat(document["since"]),
        newest=datetime.fromisoformat(document["newest"]),
        polls=int(document["polls"]),
        times=int(document["times"]),
        trouble="refused" if document["trouble"] == "refused" else "unreachable",
        detail=document["detail"],
    )
