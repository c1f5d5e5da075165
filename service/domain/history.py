"""What many polls saw of one AP: loops are counted, never guessed from elapsed time.

A restart is a download start time that moved, a percentage that fell, or a reboot while
downloading, seen between two polls however close together they are. A change of version ends the
streak: the AP got somewhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.identity import BaseRadioMac
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
class ApHistory:
    """One AP over all polls so far.

    Attributes:
        last: the newest sighting.
        polls: how many polls saw this AP, in this streak of one version.
        restarts: restarts of the download in this streak, oldest first.
        downloading_since: first poll of this streak that saw a download, or None.
        failing_polls: consecutive polls, up to the newest, that saw the AP not joined.
        failing_since: first of those polls.
    """

    mac: BaseRadioMac
    last: ApSighting
    last_seen: datetime
    polls: int = 1
    restarts: tuple[Restart, ...] = ()
    downloading_since: datetime | None = None
    last_movement: datetime | None = None
    failing_polls: int = 0
    failing_since: datetime | None = None

    @property
    def loop_spread_s(self) -> float:
        """Seconds between the first and the last restart of the streak."""
        if len(self.restarts) < 2:  # noqa: PLR2004 - a spread needs two
            return 0.0
        return (self.restarts[-1].seen_at - self.restarts[0].seen_at).total_seconds()


def begin(sighting: ApSighting, seen_at: datetime) -> ApHistory:
    """The history of an AP that was never seen before."""
    downloading = sighting.state is ApState.DOWNLOADING
    failing = is_failing(sighting)
    return ApHistory(
        mac=sighting.mac,
        last=sighting,
        last_seen=seen_at,
        downloading_since=seen_at if downloading else None,
        last_movement=seen_at if downloading else None,
        failing_polls=int(failing),
        failing_since=seen_at if failing else None,
    )


def extend(history: ApHistory | None, sighting: ApSighting, seen_at: datetime) -> ApHistory:
    """The history with one more poll. Polls out of order are ignored: they tell nothing new."""
    if history is None:
        return begin(sighting, seen_at)
    if seen_at <= history.last_seen:
        return history
    if _version_changed(history.last, sighting) or sighting.state is ApState.REGISTERED:
        return replace(begin(sighting, seen_at), polls=history.polls + 1)
    return _grow(history, _remember(history.last, sighting), seen_at)


def is_failing(sighting: ApSighting) -> bool:
    """Whether the AP tries to join and is not there: it is neither registered nor downloading."""
    if sighting.state in (ApState.REGISTERED, ApState.DOWNLOADING, ApState.PREDOWNLOADING):
        return False
    return sighting.is_joined is not True


def _grow(history: ApHistory, sighting: ApSighting, seen_at: datetime) -> ApHistory:
    sign = _restart_sign(history, sighting)
    restarts = history.restarts
    if sign is not None:
        restarts = (*restarts, Restart(seen_at, sign))
        if len(restarts) > KEEP_RESTARTS:
            restarts = (restarts[0], *restarts[-(KEEP_RESTARTS - 1) :])
    downloading = sighting.state is ApState.DOWNLOADING
    failing = is_failing(sighting)
    return ApHistory(
        mac=history.mac,
        last=sighting,
        last_seen=seen_at,
        polls=history.polls + 1,
        restarts=restarts,
        downloading_since=history.downloading_since or (seen_at if downloading else None),
        last_movement=seen_at if _moved(history.last, sighting) else history.last_movement,
        failing_polls=history.failing_polls + 1 if failing else 0,
        failing_since=(history.failing_since or seen_at) if failing else None,
    )


def _restart_sign(history: ApHistory, now: ApSighting) -> str | None:
    """What tells that the download began anew between two sightings, or None."""
    before = history.last
    if history.downloading_since is None:
        return None
    if _later(before.download_started, now.download_started):
        return f"download start moved from {before.download_started} to {now.download_started}"
    if _later(before.boot_time, now.boot_time):
        return f"rebooted while downloading: boot time moved to {now.boot_time}"
    fell = (before.download_percent or 0) > (now.download_percent or 0)
    if fell and now.state is ApState.DOWNLOADING:
        return f"percentage fell from {before.download_percent} to {now.download_percent}"
    return None


def _moved(before: ApSighting, now: ApSighting) -> bool:
    """Whether the download made any step at all between two sightings."""
    return now.state is ApState.DOWNLOADING and (
        before.download_percent != now.download_percent
        or before.download_started != now.download_started
    )


def _later(before: datetime | None, now: datetime | None) -> bool:
    return before is not None and now is not None and now - before > CLOCK_NOISE


def _version_changed(before: ApSighting, now: ApSighting) -> bool:
    return before.version is not None and now.version is not None and before.version != now.version


def _remember(before: ApSighting, now: ApSighting) -> ApSighting:
    """The new sighting, with what an absent AP's shorter record no longer says."""
    return replace(
        now,
        model=now.model or before.model,
        serial=now.serial or before.serial,
        name=now.name or before.name,
        ethernet_mac=now.ethernet_mac or before.ethernet_mac,
        version=now.version or before.version,
        certificate_end=now.certificate_end or before.certificate_end,
        certificate_kind=now.certificate_kind or before.certificate_kind,
        boot_time=now.boot_time or before.boot_time,
        download_started=now.download_started or before.download_started,
        download_percent=(
            before.download_percent if now.download_percent is None else now.download_percent
        ),
    )
