"""The documents that users and integrations rely on, word for word as DESIGN.md section 7 has them.

The command line prints them and the REST bodies are them: one place builds them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime

from service.domain.diagnosis import Diagnosis
from service.domain.finding import AffectedAp, Finding
from service.domain.journal import Charter, Closed, Intended, StepDone, StepFailed
from service.domain.observation import ApState, ControllerView
from service.domain.plan import Alternative, Plan
from service.domain.remediation import Run
from service.domain.steps.mending import policy_way_home, repair_by_hand, way_home
from service.domain.steps.protocol import Step
from service.domain.strategies.known import strategy_of
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
    """
    ntp = view.ntp if view else None
    state = view.ntp_state if view else None
    return {
        "name": name,
        "platform": platform,
        "release": view.release if view else None,
        "reachable": reachable,
        "error": error,
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
        "aps": [ap_document(ap) for ap in finding.aps],
        "evidence": list(finding.evidence),
        "unknown": list(finding.unknown),
        "strategies": [
            {"name": one.name, "applicable": one.applicable, "reason": one.reason}
            for one in strategies
        ],
    }


def ap_document(ap: AffectedAp) -> Document:
    """One AP of a finding; `mac` is the base radio MAC, null where no file told it."""
    mac = str(ap.mac) if ap.mac.is_known else None
    return {"mac": mac, "name": ap.name, "model": ap.model, "state": ap.state.value}


def plan_document(
    plan: Plan, payloads: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
) -> Document:
    """A plan with its exact payloads."""
    charter, window = plan.charter, plan.window
    return {
        "controller": charter.controller,
        "issue": charter.issue,
        "strategy": charter.strategy,
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
    """Every way, chosen or not."""
    return [asdict(one) for one in alternatives]


def remediation_document(remediation: str, run: Run, *, orphaned: bool = False) -> Document:
    """A remediation as its journal tells it.

    Args:
        remediation: its id.
        run: its journal, folded.
        orphaned: nobody works on it and its lease is over: unfinished then means needs-attention
            (DESIGN.md, section 6.12), whoever reads it.
    """
    closed = run.closed or (_orphaned(run) if orphaned else None)
    return {
        "id": remediation,
        "controller": run.charter.controller,
        "issue": run.charter.issue,
        "strategy": run.charter.strategy,
        "state": closed.state if closed else "running",
        "detail": closed.detail if closed else "",
        "approved_by": run.charter.approved_by,
        "opened": moment(run.opened_at.wall),
        "steps": [
            {"name": "capture", "state": "done", "started": moment(run.opened_at.wall),
             "finished": moment(run.opened_at.wall),
             "detail": _captured(run.charter)},
            *(_step_document(run, step.name) for step in _all_steps(remediation, run)),
        ],
        "aps": _aps_document(run, closed),
        "left": list(closed.left) if closed else [],
        "mend": list(closed.mend) if closed else [],
    }  # fmt: skip


def _captured(charter: Charter) -> str:
    if charter.overrides:
        noted = ", ".join(switch.label for switch in charter.switches)
        return f"certificate policy noted: {noted}"
    return f"{len(charter.ntp.entries)} NTP entries, clock and zone noted"


def _orphaned(run: Run) -> Closed:
    """The end that an unfinished remediation has while nobody works on it.

    A box that cannot restore itself stays in the past meanwhile: a person gets every command.
    """
    by_hand: tuple[str, ...] = ()
    if run.wrote and run.charter.overrides:
        by_hand = policy_way_home(run.charter)
    elif run.wrote and run.charter.repair is not None:
        by_hand = repair_by_hand(run.charter)
    elif run.wrote and run.charter.guardians:
        by_hand = way_home(run.charter)
    return Closed(
        "needs-attention",
        "the process that worked on it is gone: a restore is due",
        recovered=0,
        remaining=len(run.charter.aps),
        left=("not known: nobody has looked since",),
        mend=(f"aprejoin restore {run.charter.controller} -i INVENTORY", *by_hand),
    )


def _all_steps(remediation: str, run: Run) -> tuple[Step, ...]:
    charter, strategy = run.charter, strategy_of(run.charter)
    return (*strategy.forward(remediation, charter), *strategy.home(remediation, charter))


def _step_document(run: Run, name: str) -> Document:
    """The newest try of one step."""
    ended = [
        entry
        for entry in run.entries
        if isinstance(entry.event, StepDone | StepFailed) and entry.event.step == name
    ]
    begun = [
        entry.at.wall
        for entry in run.entries
        if isinstance(entry.event, Intended) and entry.event.step == name
    ]
    if not ended:
        state = (
            "running" if begun and run.closed is None else "skipped" if run.closed else "pending"
        )
        return {"name": name, "state": state, "started": moment(begun[0]) if begun else None,
                "finished": None, "detail": ""}  # fmt: skip
    last = ended[-1]
    event = last.event
    detail = event.detail if isinstance(event, StepDone | StepFailed) else ""
    return {
        "name": name,
        "state": "done" if isinstance(event, StepDone) else "failed",
        "started": moment(begun[0] if begun else last.at.wall),
        "finished": moment(last.at.wall),
        "detail": detail,
    }


def _aps_document(run: Run, closed: Closed | None) -> Document:
    if closed is None:
        return {"recovered": 0, "remaining": len(run.charter.aps)}
    return {"recovered": closed.recovered, "remaining": closed.remaining}
