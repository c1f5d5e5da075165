"""The trail of a controller's polls: of each no more than a chart and a list want to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

KEPT = 500
"""Polls of one controller that are kept; every five minutes that is a day and a half."""


@dataclass(frozen=True, slots=True)
class PollSeen:
    """One poll of one controller.

    Attributes:
        at: when its sweep, or its part of one, had ended; aware UTC.
        error: why it could not be read; empty: it could.
        offset_s: its clock minus true time; None where nobody vouched for that.
        synchronised: whether it said that it follows its NTP servers; None where it said nothing.
        issues: what was found on it, by name.
    """

    at: datetime
    sweep: str
    error: str = ""
    offset_s: float | None = None
    synchronised: bool | None = None
    aps: int = 0
    registered: int = 0
    downloading: int = 0
    not_joined: int = 0
    issues: tuple[str, ...] = ()


def poll_seen(sweep: str, document: Mapping[str, object], at: datetime) -> PollSeen:
    """A poll from what a sweep's document says of one controller; what it does not say is none."""
    clock, ntp, aps = (_under(document, key) for key in ("clock", "ntp", "aps"))
    offset_s, synchronised = clock.get("offset_seconds"), ntp.get("synchronised")
    error = document.get("error")
    unread = document.get("reachable") is False
    return PollSeen(
        at=at,
        sweep=sweep,
        error=str(error or "no answer") if unread or error else "",
        offset_s=float(offset_s) if isinstance(offset_s, int | float) else None,
        synchronised=synchronised if isinstance(synchronised, bool) else None,
        aps=_count(aps, "total"),
        registered=_count(aps, "registered"),
        downloading=_count(aps, "downloading"),
        not_joined=_count(aps, "not_joined"),
        issues=_issues(document),
    )


def _under(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}


def _count(counts: Mapping[str, object], key: str) -> int:
    found = counts.get(key)
    return found if isinstance(found, int) else 0


def _issues(document: Mapping[str, object]) -> tuple[str, ...]:
    found = document.get("findings")
    listed = found if isinstance(found, list | tuple) else ()
    return tuple(str(one["issue"]) for one in listed if isinstance(one, Mapping) and "issue" in one)
