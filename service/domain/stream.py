"""Notifications: what happened as the service's YANG model tells it; small, whatever it is about.

Names and leaves are those of `yang/modules/aprejoin.yang`; a test holds the two together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from service.domain.steps.set_false_clock import SetClockBack
from service.domain.steps.set_true_clock import SetTrueTime
from service.domain.webhooks import EventKind, Happening

Said: TypeAlias = Mapping[str, object]
FINDINGS = {
    EventKind.FINDING_OPENED: "finding-raised",
    EventKind.FINDING_CHANGED: "finding-changed",
    EventKind.FINDING_GONE: "finding-cleared",
}

WINDOW = {SetClockBack("").name: "window-opened", SetTrueTime("").name: "window-closed"}
"""Steps that end with a false clock, and with a true one."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One.

    Attributes:
        event: the same event has the same id, whoever notices it and however often.
        name: in the model.
        said: its leaves, by the model's names; None: not there.
    """

    event: str
    name: str
    at: datetime
    controller: str
    said: Said


def notifications_of(happening: Happening) -> tuple[Notification, ...]:
    """What a stream tells of an event, in this order."""
    return tuple(
        Notification(f"{happening.id}/{name}", name, happening.at, happening.controller, said)
        for name, said in _told(happening)
    )


def _told(happening: Happening) -> list[tuple[str, Said]]:
    match happening.kind:
        case EventKind.FINDING_OPENED | EventKind.FINDING_CHANGED | EventKind.FINDING_GONE:
            finding = _part(happening.data, "finding")
            return [(FINDINGS[happening.kind], _finding(finding))]
        case EventKind.PLAN_READY:
            plan = {"plan": happening.data.get("id"), "digest": happening.data.get("digest")}
            return [("plan-ready", plan)]
        case EventKind.REMEDIATION_STEP:
            return _step(_part(happening.data, "remediation"))
        case EventKind.REMEDIATION_QUEUED | EventKind.REMEDIATION_ENDED:
            return [("remediation-state", _state(_part(happening.data, "remediation")))]
        case EventKind.NEEDS_ATTENTION:
            found = _part(happening.data, "remediation")
            told = {name: found.get(name) for name in ("detail", "left", "mend")}
            return [("needs-attention", {"remediation": found.get("id"), **told})]
        case _:
            return []  # windows are told by their steps; the model has no words for the others


def _finding(found: Mapping[str, object]) -> Said:
    aps = found.get("aps")
    return {
        "finding": found.get("id"),
        "issue": found.get("issue"),
        "confidence": found.get("confidence"),
        "access-points": len(aps) if isinstance(aps, Sequence) else aps,
    }


def _step(found: Mapping[str, object]) -> list[tuple[str, Said]]:
    """A step that ended; where it opened or closed the window of false time, that too."""
    remediation, name, state = found.get("id"), found.get("step"), found.get("state")
    said: Said = {
        "remediation": remediation,
        "step": name,
        "outcome": state,
        "detail": found.get("detail"),
    }
    told: list[tuple[str, Said]] = [("remediation-step", said)]
    if (name, state) == ("capture", "done"):
        begun = {"remediation": remediation, "state": "running", "detail": found.get("detail")}
        told.insert(0, ("remediation-state", begun))
    if state == "done" and name in WINDOW:
        told.append((WINDOW[str(name)], {"remediation": remediation}))
    return told


def _state(found: Mapping[str, object]) -> Said:
    return {
        "remediation": found.get("id"),
        "state": found.get("state"),
        "detail": found.get("detail"),
    }


def _part(data: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}
