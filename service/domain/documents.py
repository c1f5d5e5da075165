"""The documents that users and integrations rely on, word for word as DESIGN.md section 7 has them.

The command line prints them and the REST bodies are them: one place builds them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime

from service.domain.diagnosis import Diagnosis
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApState, ControllerView
from service.domain.plan import Alternative, Estimate, Plan
from service.domain.polling.telling import facts_document
from service.domain.window import Window

Document = dict[str, object]


def moment(value: datetime | None) -> str | None:
    """RFC 3339 UTC, seconds; None stays None."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def controller_document(
    *,
    name: str,
    platform: str,
    reachable: bool | None,
    error: str | None = None,
    view: ControllerView | None = None,
    diagnosis: Diagnosis | None = None,
    clock: tuple[float | None, str | None] = (None, None),
    strategies: Mapping[str, Iterable[Alternative]] | None = None,
    differences: Iterable[str] = (),
) -> Document:
    """One controller of a sweep or of an offline diagnosis.

    Args:
        name: the controller.
        platform: iosxe or aireos.
        reachable: None offline.
        error: why it could not be read.
        view: what was seen.
        diagnosis: what is wrong.
        clock: (offset in seconds, what it is measured against).
        strategies: for each issue, every strategy.
        differences: what earlier polls had not noticed.
    """
    ntp = view.ntp if view else None
    state = view.ntp_state if view else None
    return {
        "name": name,
        "platform": platform,
        "release": view.release if view else None,
        "reachable": reachable,
        "error": error,
        "transport": {
            "by": view.transport if view else None,
            "note": view.transport_note if view else None,
        },
        "clock": {
            "offset_seconds": None if clock[0] is None else round(clock[0], 1),
            "reference": clock[1],
        },
        "ntp": {
            "servers": [entry.host for entry in ntp.entries] if ntp else [],
            "synchronised": state.synchronised if state else None,
        },
        "aps": ap_counts(view),
        "findings": [
            finding_document(finding, (strategies or {}).get(finding.issue, ()))
            for finding in (diagnosis.findings if diagnosis else ())
        ],
        "explained": [
            {"mac": str(one.mac), "cause": str(one.cause), "evidence": list(one.evidence)}
            for one in (diagnosis.explained if diagnosis else ())
        ],
        "unknown": list(diagnosis.unknown) if diagnosis else [],
        "facts": facts_document(view, differences),
    }


def ap_counts(view: ControllerView | None) -> Document:
    """How many APs stand where."""
    states = [ap.state for ap in (view.aps if view and view.aps else ())]
    return {
        "total": len(states),
        "registered": states.count(ApState.REGISTERED),
        "downloading": states.count(ApState.DOWNLOADING),
        "not_joined": sum(
            state in (ApState.NOT_JOINED, ApState.UNREGISTERED, ApState.DOWN) for state in states
        ),
    }


def finding_document(finding: Finding, strategies: Iterable[Alternative]) -> Document:
    """One finding."""
    return {
        "id": finding.id,
        "issue": finding.issue,
        "confidence": finding.confidence.value,
        "aps": [ap_document(ap, sure=finding.confidence) for ap in finding.aps],
        "evidence": list(finding.evidence),
        "unknown": list(finding.unknown),
        "strategies": [
            {"name": one.name, "applicable": one.applicable, "reason": one.reason}
            for one in strategies
        ],
    }


def finding_of(controller: str, document: Mapping[str, object]) -> Finding:
    """A finding as its document tells it: enough to judge what is to be done about it."""
    listed = document["aps"]
    aps = tuple(map(_ap_of, listed)) if isinstance(listed, Sequence) else ()
    sure = Confidence(str(document["confidence"]))
    return Finding(controller, str(document["issue"]), sure, tuple(ap for ap in aps if ap))


def _ap_of(document: Mapping[str, str | None]) -> AffectedAp | None:
    mac, sure = document["mac"], document.get("confidence")  # versions before told the finding's
    if mac is None:
        return None
    return AffectedAp(
        BaseRadioMac.parse(mac),
        document["name"],
        document["model"],
        ApState(str(document["state"])),
        confidence=None if sure is None else Confidence(sure),
    )


def ap_document(ap: AffectedAp, *, sure: Confidence | None = None) -> Document:
    """One AP of a finding, as sure as its own evidence makes it.

    Args:
        ap: its `mac` is the base radio MAC, null where no file told it.
        sure: the finding, which an AP that was not graded by itself takes over.
    """
    graded = ap.confidence or sure
    return {
        "mac": str(ap.mac) if ap.mac.is_known else None,
        "name": ap.name,
        "model": ap.model,
        "state": ap.state.value,
        "confidence": None if graded is None else graded.value,
    }


def plan_document(
    plan: Plan, payloads: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
) -> Document:
    """A plan with its exact payloads."""
    charter, window = plan.charter, plan.window
    return {
        "controller": charter.controller,
        "issue": charter.issue,
        "strategy": charter.purpose,
        "digest": charter.digest,
        "expires": moment(plan.expires),
        "window": None if window is None else _window_document(charter.moment, window),
        "aps": [ap_document(ap) for ap in charter.aps],
        "steps": [
            {
                "name": step.name,
                "summary": step.summary,
                "transport": _transport(payloads.get(step.name, ((), ()))[0]),
                "payloads": list(payloads.get(step.name, ((), ()))[0]),
                "undo": list(payloads.get(step.name, ((), ()))[1]),
                **({"controller": step.on} if step.on else {}),
            }
            for step in plan.steps
        ],
        "impact": list(plan.impact),
        "by_hand": list(plan.by_hand),
        "alternatives": alternatives_document(plan.alternatives),
    }


def _transport(payloads: tuple[str, ...]) -> str:
    """How a step's payloads travel: documents by NETCONF, lines over the command line."""
    if not payloads:
        return "none"
    return "netconf" if payloads[0].lstrip().startswith("<") else "cli"


def _window_document(at: datetime | None, window: Window) -> Document:
    return {
        "moment": moment(at),
        "earliest": moment(window.earliest),
        "latest": moment(window.latest),
        "bounds": [
            {"moment": moment(bound.moment), "owner": bound.owner} for bound in window.bounds
        ],
    }


def alternatives_document(alternatives: Iterable[Alternative]) -> list[Document]:
    """Every way, chosen or not; its numbers are estimates, null where it was not planned."""
    return [_way_document(one) for one in alternatives]


def _way_document(one: Alternative) -> Document:
    numbers = {each.name: None for each in fields(Estimate)}
    return {
        "name": one.name,
        "applicable": one.applicable,
        "reason": one.reason,
        "cost": one.cost,
        "risk": one.risk,
        "undo": one.undo,
        "disturbs": list(one.disturbs),
        "estimated": one.estimate is not None,
        **(asdict(one.estimate) if one.estimate is not None else numbers),
    }
