"""What many polls saw of one AP: loops are counted, never guessed from elapsed time.

What a restart is says `service/domain/restarts.py`. A change of version, or having registered, ends
the streak that restarts are counted in: the AP got somewhere. Versions are remembered beyond it,
since an AP that two controllers pull to and fro gets somewhere every time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter

from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, aged
from service.domain.restarts import (
    Restart,
    Turn,
    new_turn,
    progressed,
    restart_sign,
    same_turn,
    shown_by,
    with_restart,
)

HELD = ("site", "model", "serial")
"""What an AP is, or where: a look that misses it does not make it unknown."""
INSTANT = timedelta(microseconds=1)
KEEP_VERSIONS = 10
"""Changes of version remembered per AP."""

THERE = (ApState.REGISTERED, ApState.PREDOWNLOADING)
"""States of an AP that serves; downloading ahead of an upgrade is one of them."""

LASTING = (
    *("model", "serial", "name", "ethernet_mac", "address", "site", "version"),
    *("certificate_end", "certificate_kind", "boot_time", "last_failure_at", "download_started"),
)
COUNTED = ("discovery_requests", "join_requests", "download_percent")
_lasting, _counted = attrgetter(*LASTING), attrgetter(*COUNTED)


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """A version that an AP was first seen to run at some poll."""

    version: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class ApHistory:
    """One AP over all polls so far.

    Attributes:
        last: the newest sighting, with what earlier ones said and it no longer says.
        polls: how many polls saw this AP.
        restarts: restarts of the download in this streak, oldest first.
        downloading_since: first poll of this streak that saw a download, or None.
        last_movement: newest poll that saw the download make any step, back or forth.
        progress_at: newest poll that saw the percentage rise within one turn.
        failing_polls: consecutive polls, up to the newest, that saw the AP not joined.
        failing_since: first of those polls.
        phase_polls: how many of them, up to the newest, named the same phase of failure.
        attempt_at: newest poll that saw the AP's counters of attempts, or the time of its last
            failure, move; None where none of them was seen to move.
        counted_since: first poll since when the counters of attempts are known and did not move,
            or None where the controller does not count.
        versions: every version the AP was seen to run, a new entry for each change.
        turn: the attempt under way.
    """

    mac: BaseRadioMac
    last: ApSighting
    last_seen: datetime
    polls: int = 1
    restarts: tuple[Restart, ...] = ()
    downloading_since: datetime | None = None
    last_movement: datetime | None = None
    progress_at: datetime | None = None
    failing_polls: int = 0
    failing_since: datetime | None = None
    phase_polls: int = 0
    attempt_at: datetime | None = None
    counted_since: datetime | None = None
    versions: tuple[VersionSeen, ...] = ()
    turn: Turn = field(default_factory=Turn)

    @property
    def loop_spread_s(self) -> float:
        """Seconds between the first and the last restart of the streak."""
        if len(self.restarts) < 2:  # noqa: PLR2004 - a spread needs two
            return 0.0
        return (self.restarts[-1].seen_at - self.restarts[0].seen_at).total_seconds()

    @property
    def bounces(self) -> int:
        """How many times the AP changed between the same two versions; 0 for anything else.

        One change is an upgrade; only two or more among two versions are a bounce.
        """
        changes = len(self.versions) - 1
        distinct = {seen.version for seen in self.versions}
        return changes if changes > 1 and len(distinct) == 2 else 0  # noqa: PLR2004


def begin(sighting: ApSighting, seen_at: datetime) -> ApHistory:
    """The history of an AP that was never seen before."""
    version = sighting.version
    versions = (VersionSeen(version, seen_at),) if version is not None else ()
    return _streak(sighting, seen_at, 1, versions)


def _streak(
    sighting: ApSighting, seen_at: datetime, polls: int, versions: tuple[VersionSeen, ...]
) -> ApHistory:
    """A history whose streak begins with a sighting."""
    downloading = sighting.state is ApState.DOWNLOADING
    failing = is_failing(sighting)
    return ApHistory(
        mac=sighting.mac,
        last=sighting,
        last_seen=seen_at,
        polls=polls,
        downloading_since=seen_at if downloading else None,
        last_movement=seen_at if downloading else None,
        failing_polls=int(failing),
        failing_since=seen_at if failing else None,
        phase_polls=int(failing and sighting.failure_phase is not None),
        counted_since=seen_at if _counts(sighting) else None,
        versions=versions,
        turn=shown_by(sighting),
    )


def extend(history: ApHistory | None, sighting: ApSighting, seen_at: datetime) -> ApHistory:
    """The history with one more poll. Polls out of order are ignored: they tell nothing new."""
    if history is None:
        return begin(sighting, seen_at)
    if seen_at <= history.last_seen:
        return history
    remembered = _remember(history.last, sighting)
    if _version_changed(history.last, sighting) or is_there(sighting):
        return _new_streak(history, remembered, seen_at)
    return _grow(history, sighting, remembered, seen_at)


def extend_all(
    histories: Mapping[BaseRadioMac, ApHistory],
    sightings: Iterable[ApSighting],
    seen_at: datetime,
) -> dict[BaseRadioMac, ApHistory]:
    """Every history with one more poll; an AP that this poll did not see keeps what it had."""
    grown = dict(histories)
    for sighting in sightings:
        grown[sighting.mac] = extend(grown.get(sighting.mac), sighting, seen_at)
    return grown


def caught_up(
    history: ApHistory, *, polls: int, seen_at: datetime, details_at: datetime | None
) -> ApHistory:
    """The history after so many more polls that said of the AP what the newest one said.

    Exactly what `extend` would have made of them where the history `is_settled`.

    Args:
        history: up to the first of them that said it.
        polls: how many followed.
        seen_at: the newest of them.
        details_at: when the newest of them had the AP's details from.
    """
    last = aged(history.last, details_at)
    counted = seen_at if _counts(last) else None
    return ApHistory(  # not by `replace`: that takes four times as long
        mac=history.mac,
        last=last,
        last_seen=seen_at,
        polls=history.polls + polls,
        restarts=history.restarts,
        downloading_since=history.downloading_since,
        last_movement=history.last_movement,
        progress_at=history.progress_at,
        failing_polls=history.failing_polls + polls if is_failing(last) else 0,
        failing_since=history.failing_since,
        phase_polls=history.phase_polls + polls if history.phase_polls else 0,
        attempt_at=history.attempt_at,
        counted_since=counted if is_there(last) else history.counted_since,
        versions=history.versions,
        turn=history.turn,
    )


def is_settled(history: ApHistory, sighting: ApSighting) -> bool:
    """Whether another poll that says what the newest one said would only be counted.

    A restart and a first look change what the next look is held against, so it may take two;
    whoever serves is held against nothing.
    """
    if is_there(sighting):
        return True
    later = history.last_seen + INSTANT
    details_at = sighting.details_at
    counted = caught_up(history, polls=1, seen_at=later, details_at=details_at)
    return extend(history, sighting, later) == counted


def as_last_told(
    sightings: Iterable[ApSighting], histories: Mapping[BaseRadioMac, ApHistory]
) -> tuple[ApSighting, ...]:
    """The sightings, each AP with the site, model and serial number that it showed last.

    One that restarts may show none, and what is planned must not hang on that moment.
    """
    return tuple(
        _remembered(one, histories[one.mac].last) if one.mac in histories else one
        for one in sightings
    )


def _remembered(now: ApSighting, last: ApSighting) -> ApSighting:
    kept = {name: getattr(last, name) for name in HELD if getattr(now, name) is None}
    return replace(now, **kept) if kept else now


def is_there(sighting: ApSighting) -> bool:
    """Whether the AP has joined and serves."""
    if sighting.state in THERE:
        return True
    return sighting.is_joined is True and sighting.state is not ApState.DOWNLOADING


def is_failing(sighting: ApSighting) -> bool:
    """Whether the AP is known not to have joined; an AP that downloads has come further.

    A state that we have no word for is no failure, unless the join statistics say so.
    """
    if is_there(sighting) or sighting.state is ApState.DOWNLOADING:
        return False
    return sighting.state is not ApState.UNKNOWN or sighting.is_joined is False


def _new_streak(history: ApHistory, remembered: ApSighting, seen_at: datetime) -> ApHistory:
    """Begin anew, keeping what outlives a streak: polls, versions and counters of attempts."""
    versions = _versions(history, remembered, seen_at)
    return _streak(remembered, seen_at, history.polls + 1, versions)


def _grow(
    history: ApHistory, sighting: ApSighting, remembered: ApSighting, seen_at: datetime
) -> ApHistory:
    sign = restart_sign(history.turn, sighting)
    downloading = sighting.state is ApState.DOWNLOADING
    failing = is_failing(sighting)
    moved = _attempts_moved(history.last, sighting)
    stepped = sign is None and progressed(history.turn, sighting)
    return ApHistory(
        mac=history.mac,
        last=remembered,
        last_seen=seen_at,
        polls=history.polls + 1,
        restarts=with_restart(history.restarts, sign, seen_at),
        downloading_since=history.downloading_since or (seen_at if downloading else None),
        last_movement=seen_at if _moved(history.last, sighting) else history.last_movement,
        progress_at=seen_at if stepped else history.progress_at,
        failing_polls=history.failing_polls + 1 if failing else 0,
        failing_since=(history.failing_since or seen_at) if failing else None,
        phase_polls=_phase_polls(history, sighting, failing=failing),
        attempt_at=seen_at if moved else history.attempt_at,
        counted_since=_counted_since(history, sighting, seen_at, moved=moved),
        versions=_versions(history, sighting, seen_at),
        turn=(same_turn if sign is None else new_turn)(history.turn, sighting),
    )


# -- movement ----------------------------------------------------------------------------------


def _moved(before: ApSighting, now: ApSighting) -> bool:
    """Whether the download made any step at all between two sightings."""
    if now.state is not ApState.DOWNLOADING:
        return False
    return any(
        new is not None and new != old
        for old, new in (
            (before.download_percent, now.download_percent),
            (before.download_started, now.download_started),
        )
    )


def _counts(sighting: ApSighting) -> bool:
    return sighting.discovery_requests is not None or sighting.join_requests is not None


def _attempts_moved(before: ApSighting, now: ApSighting) -> bool:
    """Whether the AP was heard again: the counters are 16 bits wide and have no clear time."""
    return any(
        old is not None and new is not None and old != new
        for old, new in (
            (before.discovery_requests, now.discovery_requests),
            (before.join_requests, now.join_requests),
            (before.last_failure_at, now.last_failure_at),
        )
    )


def _counted_since(
    history: ApHistory, now: ApSighting, seen_at: datetime, *, moved: bool
) -> datetime | None:
    if not _counts(now):
        return history.counted_since
    return seen_at if moved or history.counted_since is None else history.counted_since


def _phase_polls(history: ApHistory, now: ApSighting, *, failing: bool) -> int:
    if not failing or now.failure_phase is None:
        return 0
    if history.last.failure_phase is now.failure_phase:
        return history.phase_polls + 1
    return 1


# -- memory ------------------------------------------------------------------------------------


def _version_changed(before: ApSighting, now: ApSighting) -> bool:
    return before.version is not None and now.version is not None and before.version != now.version


def _versions(history: ApHistory, now: ApSighting, seen_at: datetime) -> tuple[VersionSeen, ...]:
    seen = history.versions
    if now.version is None or (seen and seen[-1].version == now.version):
        return seen
    return (*seen, VersionSeen(now.version, seen_at))[-KEEP_VERSIONS:]


def _remember(before: ApSighting, now: ApSighting) -> ApSighting:
    """The new sighting, with what an absent AP's shorter record no longer says.

    Most records say all of it: then nothing is made anew.
    """
    facts = zip(LASTING, _lasting(now), _lasting(before), strict=True)
    counts = zip(COUNTED, _counted(now), _counted(before), strict=True)
    kept = {name: old for name, new, old in facts if not new and old is not new}
    kept |= {name: old for name, new, old in counts if new is None and old is not None}
    return replace(now, **kept) if kept else now
