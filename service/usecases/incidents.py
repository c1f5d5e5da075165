"""Incidents: what a sweep found is written down for the ITSM, and sent by workers (`tend.py`).

Only tickets that this store has as ours are ever changed or resolved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from service.domain.finding import Confidence, Finding
from service.domain.incidents import Rule, Told, missed, text_of, title_of, wanted
from service.domain.tickets import Ticket, next_correlation
from service.ports.itsm import IncidentDraft, Risk
from service.ports.tickets import Message, Verb
from service.usecases.context import Context
from service.usecases.sweep import Judged, Sweep
from service.usecases.tickets import id_of
from service.usecases.truth import believed_now

URGENCY: dict[Confidence, Risk] = {
    Confidence.SUSPECTED: "low",
    Confidence.PROBABLE: "moderate",
    Confidence.CONFIRMED: "high",
}


def tell_findings(context: Context, result: Sweep) -> None:
    """Open, change and resolve incidents by what a sweep saw, where they are wanted."""
    itsm = context.inventory.itsm
    if itsm is None or itsm.incidents == "none":
        return
    live = context.store.tickets(kind="incident", live=True)
    for one in result.controllers:
        mine = [ticket for ticket in live if ticket.controller == one.polled.controller.name]
        _tell_one(context, itsm.incidents, one, mine, result.id)


def _tell_one(
    context: Context, rule: Rule, one: Judged, live: Sequence[Ticket], sweep: str
) -> None:
    findings = {finding.id: finding for finding in one.diagnosis.findings}
    known = {ticket.subject: ticket for ticket in live}
    for finding in wanted(rule, one.diagnosis.findings):
        if finding.id not in known:
            _open(context, finding)
    for ticket in live:
        found = findings.get(ticket.subject)
        if found is not None:
            _still(context, ticket, found, sweep)
        elif one.polled.view is not None:
            _without(
                context, ticket, missed(Told.parse(ticket.told), one.polled.view, sweep), sweep
            )


def _open(context: Context, finding: Finding) -> None:
    earlier = context.store.tickets(kind="incident", subject=finding.id)
    correlation = next_correlation(finding.id, earlier)
    item = id_of("incident", correlation)
    told = Told.of(finding).text
    ticket = Ticket(item, "incident", correlation, finding.id, finding.controller, told=told)
    body = {"draft": asdict(_draft(finding, correlation))}
    now = believed_now(context)
    context.store.add_ticket(ticket, Message(item, f"{item}/open", "open", body, now))


def _still(context: Context, ticket: Ticket, finding: Finding, sweep: str) -> None:
    """It is there; told again where its access points or its certainty changed."""
    before, now_told = Told.parse(ticket.told), Told.of(finding)
    if now_told == before:
        return
    if replace(before, missed=()) != now_told:
        body = {"draft": asdict(_draft(finding, ticket.correlation))}
        _post(context, ticket, "update", body, sweep)
    context.store.note_told(ticket.id, noted=ticket.noted, told=now_told.text)


def _without(context: Context, ticket: Ticket, told: Told | None, sweep: str) -> None:
    """This look does not have it."""
    if told is not None:
        context.store.note_told(ticket.id, noted=ticket.noted, told=told.text)
        return
    notes = f"The finding {ticket.subject} is gone: sweep {sweep} of {ticket.controller} proved it."
    _post(context, ticket, "resolve", {"notes": notes}, sweep)
    context.store.end_ticket(ticket.id)


def _post(
    context: Context, ticket: Ticket, verb: Verb, body: Mapping[str, object], sweep: str
) -> None:
    key = f"{ticket.id}/{verb}/{sweep}"
    context.store.post(Message(ticket.id, key, verb, body, believed_now(context)))


def _draft(finding: Finding, correlation: str) -> IncidentDraft:
    return IncidentDraft(
        correlation, title_of(finding), text_of(finding), URGENCY[finding.confidence]
    )
