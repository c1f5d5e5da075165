"""News: what changed since it was told, as events. The same change gives the same event again."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.documents import Document
from service.domain.journal import (
    Closed,
    Continued,
    Entry,
    HomeCalled,
    Opened,
    StepDone,
    StepFailed,
)
from service.domain.sequel import SEAM
from service.domain.webhooks import EventKind, Happening


@dataclass(frozen=True, slots=True)
class Gist:
    """What was told of one finding: enough to see that it is another one now."""

    issue: str
    confidence: str
    aps: int
    digest: str


def gists_of(document: Mapping[str, object]) -> dict[str, Gist]:
    """The findings of what a sweep said of one controller, by their ids."""
    return {str(one["id"]): _gist(one) for one in _findings(document)}


def finding_news(
    controller: str,
    sweep: str,
    at: datetime,
    document: Mapping[str, object],
    before: Mapping[str, Gist],
) -> tuple[tuple[Happening, ...], dict[str, Gist]]:
    """What is new among a controller's findings, and what is known of them from now on.

    A finding is gone only when the controller was read and no longer shows it; where it could not
    be read, nothing is known of its findings and nothing is said.
    """
    if document.get("reachable") is False:
        return (), dict(before)
    now = gists_of(document)
    told: list[Happening] = []

    def tell(kind: EventKind, finding: str, data: Document) -> None:
        name = f"finding/{finding}"
        told.append(Happening(f"{name}/{sweep}/{kind}", kind, at, controller, name, data))

    for one in _findings(document):
        finding = str(one["id"])
        if finding not in before:
            tell(EventKind.FINDING_OPENED, finding, {"finding": one, "sweep": sweep})
        elif before[finding] != now[finding]:
            was = _gist_document(before[finding])
            tell(EventKind.FINDING_CHANGED, finding, {"finding": one, "was": was, "sweep": sweep})
    for finding, gist in before.items():
        if finding not in now:
            data: Document = {"finding": {"id": finding, **_gist_document(gist)}, "sweep": sweep}
            tell(EventKind.FINDING_GONE, finding, data)
    return tuple(told), now


def journal_news(
    remediation: str, entries: Iterable[Entry], *, after: int, document: Document
) -> tuple[Happening, ...]:
    """What a journal says that was not told: each step's end, the way home, how it ended.

    Args:
        remediation: whose journal it is.
        entries: all of it.
        after: the last entry that was told of.
        document: the remediation as every face shows it, for its end.
    """
    told: list[Happening] = []
    controller = str(document["controller"])
    for entry in entries:
        if entry.seq > after:
            told.extend(
                Happening(
                    f"remediation/{remediation}/{entry.seq}/{kind}",
                    kind,
                    entry.at.wall,
                    controller,
                    f"remediation/{remediation}",
                    data,
                )
                for kind, data in _told_by(remediation, entry, document)
            )
    return tuple(told)


def _told_by(
    remediation: str, entry: Entry, document: Document
) -> tuple[tuple[EventKind, Document], ...]:
    step: Document = {"id": remediation, "seq": entry.seq}
    step |= {name: document[name] for name in ("issue", "strategy")}
    match entry.event:
        case Opened():
            happened = ("capture", "done", "opened")
        case StepDone(name, detail):
            happened = (name, "done", detail)
        case StepFailed(name, detail):
            happened = (name, "failed", detail)
        case HomeCalled(reason):
            happened = ("home", "called", reason)
        case Continued(_, detail):
            happened = (SEAM, "done", detail)
        case Closed():
            return _ended(entry.event, document)
        case _:
            return ()
    name, state, detail = happened
    told: Document = {"remediation": {**step, "step": name, "state": state, "detail": detail}}
    return ((EventKind.REMEDIATION_STEP, told),)


def _ended(closed: Closed, document: Document) -> tuple[tuple[EventKind, Document], ...]:
    told: Document = {"remediation": {**document, "state": closed.state, "detail": closed.detail}}
    if closed.state == "needs-attention":
        return ((EventKind.REMEDIATION_ENDED, told), (EventKind.NEEDS_ATTENTION, told))
    return ((EventKind.REMEDIATION_ENDED, told),)


def _findings(document: Mapping[str, object]) -> list[Document]:
    found = document.get("findings", ())
    listed = found if isinstance(found, list | tuple) else ()
    return [one for one in listed if isinstance(one, dict) and "id" in one]


def _gist(finding: Document) -> Gist:
    aps = finding.get("aps")
    macs = sorted(str(one.get("mac")) for one in aps) if isinstance(aps, list) else []
    digest = hashlib.sha256(" ".join(macs).encode()).hexdigest()[:16]
    return Gist(str(finding.get("issue")), str(finding.get("confidence")), len(macs), digest)


def _gist_document(gist: Gist) -> Document:
    return {"issue": gist.issue, "confidence": gist.confidence, "aps": gist.aps}


def plan_news(plan: str, controller: str, at: datetime, document: Document) -> Happening:
    """A plan can be read and approved."""
    name = f"plan/{plan}"
    return Happening(f"{name}/ready", EventKind.PLAN_READY, at, controller, name, document)


def queued_news(remediation: str, controller: str, at: datetime, document: Document) -> Happening:
    """Somebody wants a plan carried out."""
    name, kind = f"remediation/{remediation}", EventKind.REMEDIATION_QUEUED
    return Happening(f"{name}/queued", kind, at, controller, name, document)


def refused_news(remediation: str, controller: str, at: datetime, document: Document) -> Happening:
    """It ended before it began."""
    name, kind = f"remediation/{remediation}", EventKind.REMEDIATION_ENDED
    return Happening(f"{name}/refused", kind, at, controller, name, document)
