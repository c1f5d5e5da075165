"""Say one message to the ITSM: looked for first where it may have been heard already."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from service.domain.tickets import Ticket
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft, ItsmDesk, Record
from service.ports.tickets import Message
from service.usecases.context import Context
from service.usecases.evidence import make_bundle

LONGEST_NOTE = 8000
JSON, ZIP = "application/json", "application/zip"


def say(context: Context, desk: ItsmDesk, ticket: Ticket, message: Message) -> None:  # noqa: C901 - one arm each
    """Say it once. Raises what the desk raises; then it is not said, or nobody knows."""
    body: Mapping[str, Any] = message.body
    match message.verb:
        case "open":
            _open(context, desk, ticket, message)
        case "begin":
            desk.begin_change(ticket.ref)
        case "note":
            if not (message.begun and desk.has_note(ticket.kind, ticket.ref, body["marker"])):
                desk.note(ticket.kind, ticket.ref, shortened(str(body["text"])))
        case "attach":
            if not (message.begun and desk.has_attachment(ticket.kind, ticket.ref, body["name"])):
                desk.attach(ticket.kind, ticket.ref, _file(context, body))
        case "close":
            desk.close_change(ticket.ref, body["verdict"], shortened(str(body["notes"])))
        case "update":
            desk.update_incident(ticket.ref, _incident(body["draft"]))
        case "resolve":
            desk.resolve_incident(ticket.ref, shortened(str(body["notes"])))
        case _:
            assert_never(message.verb)


def _open(context: Context, desk: ItsmDesk, ticket: Ticket, message: Message) -> None:
    """Found by its correlation, or opened; its number is known here at once."""
    body: Mapping[str, Any] = message.body
    found = desk.find(ticket.kind, ticket.correlation)  # also first: it may be from another store
    if found is None:
        found = _opened(desk, ticket, body)
    context.store.note_opened(ticket.id, number=found.number, ref=found.ref)


def _opened(desk: ItsmDesk, ticket: Ticket, body: Mapping[str, Any]) -> Record:
    if ticket.kind == "incident":
        return desk.open_incident(_incident(body["draft"]))
    draft = dict(body["draft"])
    draft |= {key: datetime.fromisoformat(draft[key]) for key in ("start", "end")}
    return desk.open_change(ChangeDraft(**draft))


def _incident(draft: Mapping[str, Any]) -> IncidentDraft:
    return IncidentDraft(**draft)


def _file(context: Context, body: Mapping[str, Any]) -> Attachment:
    """A document that was written down, or all evidence of a remediation, made now."""
    if "bundle" in body:
        made = make_bundle(context, body["bundle"])
        return Attachment(body["name"], ZIP, made.archive)
    data = json.dumps(body["document"], indent=1, ensure_ascii=False).encode()
    return Attachment(body["name"], JSON, data)


def shortened(text: str, longest: int = LONGEST_NOTE) -> str:
    """A text that fits a field; what is left out is said."""
    if len(text) <= longest:
        return text
    note = f"\n[... {len(text)} characters in all; the rest is in the attached file]\n"
    return text[: longest - len(note) - 200] + note + text[-200:]
