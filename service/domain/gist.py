"""The gist of the newest word on each controller, and its stuck access points one by one.

Whole documents have every access point's evidence; a page over the whole fleet needs a line of each
controller, and what can be counted, sorted and searched in the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.diagnosis import Explained
from service.domain.finding import Confidence

NOT_STUCK = frozenset({Explained.ELSEWHERE.value, Explained.PROGRESSING.value})
"""What explains an access point that is on its way, or well somewhere else."""
NOTHING_NEEDED = "nothing"


@dataclass(frozen=True, slots=True)
class Gist:
    """One controller in a line.

    Where the newest sweep could not reach it, everything but `at`, `reachable` and `error` is as it
    was seen last: no answer is no clean bill.

    Attributes:
        at: when the newest sweep ended that asked for it, aware UTC.
        seen: the same of the newest one that reached it; None: none did.
        reachable: None: nobody tried.
        offset_s: its clock minus what `reference` names; None: not read.
        total, registered, downloading, not_joined: access points.
        stuck: how many of them are in findings, or are kept off by something else.
        issues: names of its findings, the surest first.
        surest: of its findings; None: there is none.
    """

    controller: str
    sweep: str
    at: datetime
    seen: datetime | None = None
    reachable: bool | None = None
    error: str | None = None
    release: str | None = None
    offset_s: float | None = None
    reference: str | None = None
    synchronised: bool | None = None
    total: int = 0
    registered: int = 0
    downloading: int = 0
    not_joined: int = 0
    stuck: int = 0
    issues: tuple[str, ...] = ()
    surest: Confidence | None = None


@dataclass(frozen=True, slots=True)
class StuckAp:
    """One access point that cannot serve, and why.

    Attributes:
        mac: its base radio MAC.
        cause: an issue of the catalogue, or the name of what explains it otherwise.
        finding: the id of the finding; None: a catalogued look-alike explains it, no finding.
        confidence: of this access point's own evidence; None: as above.
        since: since when polls have seen it so; the sweep that saw it where they tell no more.
        mend: the mildest way that applies; None: none does.
    """

    controller: str
    mac: str
    cause: str
    since: datetime
    finding: str | None = None
    confidence: Confidence | None = None
    name: str | None = None
    model: str | None = None
    state: str | None = None
    mend: str | None = None


def gist_of(controller: str, document: Mapping[str, object], *, sweep: str, at: datetime) -> Gist:
    """A controller's document of a sweep in a line."""
    findings = sorted(
        _listed(document, "findings"), key=lambda one: -_sure(one).rank
    )  # stable: else in the catalogue's order
    clock, ntp, aps = (_part(document, key) for key in ("clock", "ntp", "aps"))
    return Gist(
        controller,
        sweep,
        at,
        at if document.get("reachable") is True else None,
        _bool(document.get("reachable")),
        _text(document.get("error")),
        _text(document.get("release")),
        _number(clock.get("offset_seconds")),
        _text(clock.get("reference")),
        _bool(ntp.get("synchronised")),
        **{key: int(_number(aps.get(key)) or 0) for key in _COUNTS},
        stuck=len({ap.mac for ap in stuck_aps(controller, document, at=at)}),
        issues=tuple(str(one.get("issue")) for one in findings),
        surest=_sure(findings[0]) if findings else None,
    )


_SURE = frozenset(one.value for one in Confidence)
_COUNTS = ("total", "registered", "downloading", "not_joined")


def stuck_aps(
    controller: str, document: Mapping[str, object], *, at: datetime
) -> Iterator[StuckAp]:
    """Those that a controller's document of a sweep tells of, each once for each cause."""
    for finding in _listed(document, "findings"):
        about = StuckAp(
            controller,
            "",
            str(finding.get("issue")),
            at,
            _text(finding.get("id")),
            _sure(finding),
            mend=_mend(finding),
        )
        for ap in _listed(finding, "aps"):
            if mac := _text(ap.get("mac")):
                yield replace(
                    about,
                    mac=mac,
                    name=_text(ap.get("name")),
                    model=_text(ap.get("model")),
                    state=_text(ap.get("state")),
                    confidence=_own(ap) or about.confidence,
                )
    for one in _listed(document, "explained"):
        cause, mac = str(one.get("cause")), _text(one.get("mac"))
        if mac and cause not in NOT_STUCK:
            yield StuckAp(controller, mac, cause, at)


def _mend(finding: Mapping[str, object]) -> str | None:
    """The first way that applies and does something: they stand in the order of preference."""
    return next(
        (
            str(one.get("name"))
            for one in _listed(finding, "strategies")
            if one.get("applicable") is True and one.get("name") != NOTHING_NEEDED
        ),
        None,
    )


def _sure(finding: Mapping[str, object]) -> Confidence:
    """An old document may not say: then it is the least."""
    return _own(finding) or Confidence.SUSPECTED


def _own(document: Mapping[str, object]) -> Confidence | None:
    """What a finding, or an access point of one, says of itself; None: nothing."""
    said = _text(document.get("confidence"))
    return Confidence(said) if said in _SURE else None


def _listed(document: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = document.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _part(document: Mapping[str, object], key: str) -> Mapping[str, object]:
    found = document.get(key)
    return found if isinstance(found, Mapping) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
