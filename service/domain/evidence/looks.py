"""What a remediation saw, kept as what changed from look to look: snapshots come out of it again.

A key is a field of `ControllerView`, or `ap/MAC` for one access point of the finding (`home/MAC`
for the controllers that it is told to join); its newest value is what is known of it. Logs are left
out: they are long, and say nothing about the state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from service.domain.evidence.plain import plain
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.observation import ApSighting, ControllerView

Document = dict[str, object]
LEFT_OUT = frozenset(
    {"controller", "platform", "read_at", "aps", "clock", "logs", "origins", "unknown", "by_hand"}
    | {"restores_itself", "neighbours", "homes"}
)
MOVED_S, AT_LEAST_EVERY_S = 1.0, 60.0
"""A clock is noted again once its offset moved by that much, or after that long."""
PERCENTS = 10
CLOCK, AP, HOME = "clock", "ap/", "home/"


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that was kept of a remediation.

    Attributes:
        number: rises with every piece.
        at: this host's wall clock, aware UTC.
        kind: before, plan, look or sent.
    """

    number: int
    at: datetime
    kind: str
    document: Mapping[str, object]


def view_document(
    view: ControllerView, macs: Iterable[BaseRadioMac], *, unlike: ControllerView | None = None
) -> Document:
    """A look as plain values, with the access points that count; what was not read is no key.

    Nor is what an earlier look, `unlike`, read the same.
    """
    wanted = set(macs)
    seen = {f"{AP}{ap.mac}": _ap(ap) for ap in view.aps or () if ap.mac in wanted}
    told = {f"{HOME}{one.mac}": plain(one) for one in view.homes or () if one.mac in wanted}
    read = {name: plain(one) for name in _NAMES if (one := _news(name, view, unlike)) is not None}
    return {**read, **seen, **told}


_NAMES = tuple(one.name for one in fields(ControllerView) if one.name not in LEFT_OUT)


def _news(name: str, view: ControllerView, unlike: ControllerView | None) -> object:
    """What a look read; None: nothing, or the same as an earlier one."""
    read = getattr(view, name)
    return None if unlike is not None and read == getattr(unlike, name) else read


def clock_document(view: ControllerView, now: Instant, true_now: datetime | None) -> Document:
    """What the controller's clock showed beside true time; empty where it was not read."""
    if view.clock is None:
        return {}
    shown = view.clock.shown_at(now)
    offset_s = None if true_now is None else round((shown - true_now).total_seconds(), 3)
    return {
        "device": plain(shown),
        "true": plain(true_now),
        "offset_s": offset_s,
        "uncertainty_s": round(view.clock.uncertainty_s, 3),
    }


def changed(before: Mapping[str, object], now: Document) -> Document:
    """What a look says that is not known yet."""
    return {key: value for key, value in now.items() if before.get(key) != value}


def is_news(last: tuple[Instant, object] | None, now: Instant, clock: Document) -> bool:
    """Whether a reading of the clock is worth keeping after the last one that was kept."""
    if not clock or last is None:
        return bool(clock)
    at, offset_s = last
    new_s = clock["offset_s"]
    if isinstance(offset_s, float) and isinstance(new_s, float):
        moved = abs(new_s - offset_s) >= MOVED_S
    else:
        moved = offset_s is not new_s
    return moved or abs(now.seconds_since(at)) >= AT_LEAST_EVERY_S


def _ap(ap: ApSighting) -> Document:
    """An access point, its download in steps: every percent would be a piece of its own."""
    percent = None if ap.download_percent is None else ap.download_percent // PERCENTS * PERCENTS
    return {
        "name": plain(ap.name),
        "model": plain(ap.model),
        "state": ap.state.value,
        "version": plain(ap.version),
        "download_percent": percent,
        "failure": plain(ap.failure_reason),
    }


def known(pieces: Iterable[Piece]) -> dict[str, tuple[datetime, object]]:
    """The newest value of each key, with when it was seen."""
    found: dict[str, tuple[datetime, object]] = {}
    for piece in pieces:
        seen = piece.document.get("seen")
        if piece.kind == "look" and isinstance(seen, Mapping):
            found.update({key: (piece.at, value) for key, value in seen.items()})
    return found


def ap_news(pieces: Iterable[Piece]) -> list[tuple[datetime, dict[str, Mapping[str, object]]]]:
    """When somebody looked, and each access point that had changed, by MAC; oldest first."""
    found = []
    for piece in pieces:
        seen = piece.document.get("seen") if piece.kind == "look" else piece.document
        if piece.kind not in ("look", "before") or not isinstance(seen, Mapping):
            continue
        aps = {
            key.removeprefix(AP): value
            for key, value in seen.items()
            if key.startswith(AP) and isinstance(value, Mapping)
        }
        found.append((piece.at, aps))
    return found
