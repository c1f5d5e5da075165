"""From the parts of one controller's files to its view, and to a history where files show polls.

A part belongs to the moment that its file shows (a clock in the same file, or `about.yaml`); parts
that show none belong to the newest. Of each kind the newest part counts; what it leaves out, other
kinds may say. Files that show several moments are several polls of one controller.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from service.domain.history import ApHistory, extend_all
from service.domain.identity import BaseRadioMac
from service.domain.observation import (
    ApSighting,
    ApState,
    Certificate,
    ClockReading,
    ControllerView,
    LogLine,
    Platform,
    Topic,
)
from service.domain.releases import Release
from service.offline.about import About
from service.transcripts.identities import Identities
from service.transcripts.parts import ApPart, CertificatePart, Part
from service.transcripts.zones import Zones

NOT_HELD = "no file holds it"
RESOLUTION_S = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """One part, with the file that it stands in and the moment that it belongs to."""

    file: str
    part: Part
    moment: datetime | None = None
    poll: int = 0

    @property
    def origin(self) -> str:
        """Where its values come from, for evidence."""
        return f"{self.file}: {self.part.as_}"


@dataclass(slots=True)
class Draft:
    """One controller being put together."""

    name: str
    about: About
    saved_at: datetime  # when the files were saved, as far as anything tells
    zones: Zones
    origins: dict[str, str] = field(default_factory=dict)


def assemble(
    name: str, found: Iterable[Found], about: About, saved_at: datetime
) -> tuple[ControllerView, dict[BaseRadioMac, ApHistory]]:
    """One controller's view, and the history of every poll before it."""
    draft = Draft(about.name or name, about, about.collected_at or saved_at, Zones(about.zone))
    timed = _in_order(_with_moments(draft, found))
    known = Identities.of(ap for one in timed for ap in one.part.aps)
    parts = _with_polls(timed, known)
    moments = _moments_of_polls(parts)
    history: dict[BaseRadioMac, ApHistory] = {}
    for poll, moment in enumerate(moments[:-1]):
        seen = [one for one in parts if one.poll == poll]
        history = extend_all(history, _sightings(draft, seen, known), moment)
    newest = _newest_of_each_kind(parts)
    view = _box(draft, newest)
    return replace(
        view,
        read_at=moments[-1] if len(moments) > 1 else draft.saved_at,
        aps=_listed(draft, newest, known),
        logs=_logs(draft, parts),
        unknown=_unknown(draft, view, newest),
        origins=draft.origins,
    ), history


# -- moments -----------------------------------------------------------------------------------


def _with_moments(draft: Draft, found: Iterable[Found]) -> list[Found]:
    """Give each part the moment that its file shows at or above it, else the first below."""
    by_file: dict[str, list[Found]] = {}
    for one in found:
        by_file.setdefault(one.file, []).append(one)
    timed: list[Found] = []
    for file, parts in by_file.items():
        shown = [draft.zones.moment(one.part.shown) if one.part.shown else None for one in parts]
        moment = draft.about.saved_at(file) or next((one for one in shown if one), None)
        for one, own in zip(parts, shown, strict=True):
            moment = moment if draft.about.saved_at(file) else own or moment
            timed.append(replace(one, moment=moment))
    return timed


def _in_order(parts: list[Found]) -> list[Found]:
    """Oldest first, parts without a moment last; within one moment as the files come."""
    return sorted(
        parts, key=lambda one: (one.moment is None, one.moment and one.moment.timestamp())
    )


def _with_polls(parts: list[Found], known: Identities) -> list[Found]:
    """Number the polls: one ends where a kind lists an AP again that it listed already.

    Without a moment a part is no poll of its own: it belongs to the newest.
    """
    poll, seen = 0, set[tuple[str | None, BaseRadioMac]]()
    numbered: list[Found] = []
    for one in parts:
        rows = {(one.part.as_, known.mac(ap)) for ap in one.part.aps}
        if one.moment is not None and rows & seen:
            poll, seen = poll + 1, set()
        seen |= rows
        numbered.append(replace(one, poll=poll))
    return numbered


def _moments_of_polls(parts: list[Found]) -> list[datetime]:
    """The moment of each poll that has one: the newest of its parts that list APs."""
    moments: dict[int, datetime] = {}
    for one in parts:
        if one.moment is not None and one.part.aps:
            moments[one.poll] = max(one.moment, moments.get(one.poll, one.moment))
    return [moments[poll] for poll in sorted(moments)]


def _newest_of_each_kind(parts: list[Found]) -> list[Found]:
    """Of each kind, every part of the newest poll that shows it."""
    newest = {one.part.as_: one.poll for one in parts}
    return [one for one in parts if one.poll == newest[one.part.as_]]


# -- the box -----------------------------------------------------------------------------------


def _box(draft: Draft, parts: list[Found]) -> ControllerView:
    says: dict[str, Any] = {}
    for one in parts:
        says.update(one.part.says)
        draft.origins.update(dict.fromkeys(one.part.says, one.origin))
    associated = says.pop("ntp_associated", None)
    says["ntp"] = says.get("ntp") or associated
    release = says.pop("release", None)
    platform = draft.about.platform or _platform(parts)
    return ControllerView(
        controller=draft.name,
        platform=platform,
        read_at=draft.saved_at,
        release=None if release is None else _release(release, platform),
        clock=_clock(draft, parts),
        certificates=_certificates(draft, parts),
        **says,
    )


def _platform(parts: list[Found]) -> Platform:
    """The platform that most outputs are of."""
    votes = [one.part.platform for one in parts if one.part.platform is not None]
    aireos = votes.count(Platform.AIREOS)
    return Platform.AIREOS if aireos > len(votes) - aireos else Platform.IOSXE


def _release(text: str, platform: Platform) -> str:
    """17.09.04a and 17.09.04.0.1234 are 17.9.4a and 17.9.4; AireOS keeps all four numbers."""
    try:
        release = Release.parse(text)
    except ValueError:
        return text
    return str(release if platform is Platform.AIREOS else replace(release, build=()))


def _clock(draft: Draft, parts: list[Found]) -> ClockReading | None:
    shown = [one for one in parts if one.part.shown is not None]
    if not shown or shown[-1].part.shown is None:
        return None
    draft.origins["clock"] = shown[-1].origin
    device_time = draft.zones.moment(shown[-1].part.shown)
    host_time = draft.about.collected_at or device_time
    return ClockReading(device_time, host_time, RESOLUTION_S)


def _certificates(draft: Draft, parts: list[Found]) -> tuple[Certificate, ...] | None:
    held = [(one, part) for one in parts for part in one.part.certificates]
    if not held:
        return None
    draft.origins["certificates"] = held[-1][0].origin
    shown = next((one.part.join_label for one in reversed(parts) if one.part.join_label), None)
    made = [_certificate(draft, part, shown) for _, part in held]
    dated = {one.label for one in made if one.not_after is not None}
    return tuple(one for one in made if one.not_after is not None or one.label not in dated)


def _certificate(draft: Draft, part: CertificatePart, shown: str | None) -> Certificate:
    says: dict[str, Any] = {**part.says}
    says.update({name: draft.zones.moment(time) for name, time in part.times.items()})
    return Certificate(part.label, for_join=None if shown is None else part.label == shown, **says)


# -- access points -----------------------------------------------------------------------------


def _listed(draft: Draft, parts: list[Found], known: Identities) -> tuple[ApSighting, ...] | None:
    return _sightings(draft, parts, known) if _lists_aps(parts) else None


def _lists_aps(parts: list[Found]) -> bool:
    """Whether any output lists APs, be it none."""
    return any(one.part.aps or one.part.as_ in EMPTY_LISTINGS for one in parts)


EMPTY_LISTINGS = frozenset({"show ap summary"})
"""Outputs that list every AP: without a row they say that there is none."""


def _sightings(draft: Draft, parts: list[Found], known: Identities) -> tuple[ApSighting, ...]:
    """One sighting for each AP that any row says something of, ordered by MAC."""
    says: dict[BaseRadioMac, dict[str, Any]] = {}
    for one in parts:
        for ap in one.part.aps:
            mac, told = known.mac(ap), _told(draft, ap)
            says.setdefault(mac, {}).update(told)
            draft.origins.update({f"aps.{mac}.{field}": one.origin for field in told})
    seen = [_sighting(mac, told) for mac, told in says.items() if _says_something(told)]
    return tuple(sorted(seen, key=lambda ap: ap.mac))


def _told(draft: Draft, ap: ApPart) -> dict[str, Any]:
    told: dict[str, Any] = {**ap.says}
    told.update({name: draft.zones.moment(time) for name, time in ap.times.items()})
    if ap.name:
        told["name"] = ap.name
    if ap.ethernet:
        told["ethernet_mac"] = ap.ethernet
    return told


def _says_something(told: Mapping[str, Any]) -> bool:
    """Maps between names and MACs alone make no AP."""
    return bool(told.keys() - {"name", "ethernet_mac"})


def _sighting(mac: BaseRadioMac, told: dict[str, Any]) -> ApSighting:
    joined = {True: ApState.REGISTERED, False: ApState.NOT_JOINED, None: ApState.UNKNOWN}
    told.setdefault("state", joined[told.get("is_joined")])
    return ApSighting(mac=mac, **told)


# -- logs, and what is missing -----------------------------------------------------------------


def _logs(draft: Draft, parts: list[Found]) -> tuple[LogLine, ...]:
    return tuple(
        LogLine(
            line.text,
            f"{one.file}:{line.line}",
            draft.zones.moment_before(line.wall, draft.saved_at) if line.wall else None,
            line.mac,
        )
        for one in parts
        for line in one.part.logs
    )


def _unknown(draft: Draft, view: ControllerView, parts: list[Found]) -> dict[Topic, str]:
    missing = {
        Topic.IDENTITY: view.release is None,
        Topic.CLOCK: view.clock is None,
        Topic.AP_JOIN: not _lists_aps(parts),
        Topic.NTP_CONFIG: view.ntp is None,
        Topic.NTP_STATE: view.ntp_state is None,
        Topic.CERTIFICATES: view.certificates is None,
        Topic.INSTALL: view.install is None and view.platform is Platform.IOSXE,
    }
    unknown = {topic: NOT_HELD for topic, is_missing in missing.items() if is_missing}
    if draft.zones.strangers:
        names = ", ".join(sorted(draft.zones.strangers))
        unknown[Topic.CLOCK_ZONE] = f"{names}: taken for {draft.about.timezone}"
    return unknown
