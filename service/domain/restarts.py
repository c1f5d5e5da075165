"""Restarts of a download, each counted once.

A restart is a download start time that moved, a percentage that fell, or a reboot while
downloading, seen between two polls however close together they are. One turn of the loop shows
several of these signs, often in different polls; it is counted once: what a sign says is compared
with the *turn* that was under way, and a leaf that the new turn has not shown yet tells nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.observation import ApSighting, ApState

KEEP_RESTARTS = 20
"""Restarts remembered per AP; the first one is always kept, since the spread counts from it."""

CLOCK_NOISE = timedelta(seconds=2)
"""A start time that moved less than this is rounding, not a new download."""


@dataclass(frozen=True, slots=True)
class Restart:
    """One restart of a download, seen between two polls.

    Attributes:
        seen_at: this host's time of the later poll, aware UTC.
        sign: what moved, with both values, for the evidence.
    """

    seen_at: datetime
    sign: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One attempt at a download, as far as polls have shown it. None: not shown yet."""

    started: datetime | None = None
    boot: datetime | None = None
    percent: int | None = None
    downloading: bool = False


def restart_sign(turn: Turn, now: ApSighting) -> str | None:
    """What tells that the download began anew since the turn that was under way, or None."""
    if not turn.downloading:
        return None
    if _later(turn.started, now.download_started):
        moved = _from_to(turn.started, now.download_started)
        return f"download start moved {moved}"
    if _rebooted(turn, now):
        return f"rebooted while downloading: boot time moved {_from_to(turn.boot, now.boot_time)}"
    if now.state is ApState.DOWNLOADING and _fell(turn.percent, now.download_percent):
        return f"percentage fell from {turn.percent} to {now.download_percent}"
    return None


def new_turn(before: Turn, now: ApSighting) -> Turn:
    """The turn that a restart began; a start time that did not move is the old turn's."""
    shown = shown_by(now)
    return replace(shown, started=None) if shown.started == before.started else shown


def same_turn(turn: Turn, now: ApSighting) -> Turn:
    """The turn under way, with what one more sighting shows of it."""
    shown = shown_by(now)
    return Turn(
        started=shown.started or turn.started,
        boot=shown.boot or turn.boot,
        percent=turn.percent if shown.percent is None else shown.percent,
        downloading=turn.downloading or shown.downloading,
    )


def shown_by(sighting: ApSighting) -> Turn:
    """What one sighting alone shows of the turn under way."""
    downloading = sighting.state is ApState.DOWNLOADING
    return Turn(
        started=sighting.download_started if downloading else None,
        boot=sighting.boot_time,
        percent=sighting.download_percent if downloading else None,
        downloading=downloading,
    )


def with_restart(
    restarts: tuple[Restart, ...], sign: str | None, seen_at: datetime
) -> tuple[Restart, ...]:
    """The restarts with one more; the first and the newest are kept."""
    if sign is None:
        return restarts
    restarts = (*restarts, Restart(seen_at, sign))
    if len(restarts) <= KEEP_RESTARTS:
        return restarts
    return (restarts[0], *restarts[-(KEEP_RESTARTS - 1) :])


def progressed(turn: Turn, now: ApSighting) -> bool:
    """Whether the download got further within one turn."""
    if now.state is not ApState.DOWNLOADING or turn.percent is None:
        return False
    return now.download_percent is not None and now.download_percent > turn.percent


def _rebooted(turn: Turn, now: ApSighting) -> bool:
    """Whether the AP rebooted in the middle of the turn, without having got a new version.

    Off the air after a reboot, its version counts only where this very sighting shows it: an AP
    that got its image reboots too.
    """
    if not _later(turn.boot, now.boot_time):
        return False
    if _later(now.boot_time, now.download_started):
        return False  # the download came after that reboot, so it was not interrupted by it
    return now.state is ApState.DOWNLOADING or now.version is not None


def _later(before: datetime | None, now: datetime | None) -> bool:
    return before is not None and now is not None and now - before > CLOCK_NOISE


def _fell(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now < before


def _from_to(before: datetime | None, now: datetime | None) -> str:
    return f"from {before:%Y-%m-%dT%H:%M:%SZ} to {now:%Y-%m-%dT%H:%M:%SZ}"
