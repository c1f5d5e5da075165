"""Entries of a journal in words."""

from service.domain.changes import describe
from service.domain.documents import Document, moment
from service.domain.journal import (
    Charter,
    Closed,
    Continued,
    Entry,
    Event,
    Intended,
    Observed,
    Opened,
    StepFailed,
)


def entry_document(entry: Entry) -> Document:
    """One journal entry in words."""
    event = entry.event
    match event:
        case Continued(charter, detail):
            what = f"continued: {charter.strategy} for {charter.issue}, after {detail}"
        case Opened(charter):
            what = (
                f"opened: {charter.purpose} for {charter.issue}, approved by {charter.approved_by}"
                f"{_guarded_by(charter)}"
            )
        case Intended(step, change, _, session):
            where = f" on {event.on}" if event.on else ""
            what = f"{step}: about to {describe(change)} (session {session}{where})"
        case Observed(step, facts):
            what = f"{step}: saw {', '.join(f'{k}={v}' for k, v in facts.items())}"
        case _:
            fields = (
                f"{name} {getattr(event, name)}"
                for name in ("step", "outcome", "reason", "state", "detail")
                if getattr(event, name, None)
            )
            what = f"{event.type}: {', '.join(fields)}{_left_and_mend(event)}"
    return {"seq": entry.seq, "at": moment(entry.at.wall), "fencing": entry.fencing, "what": what}


def _guarded_by(charter: Charter) -> str:
    match charter.guardians:
        case 0:
            return ""
        case 1:
            return "; one host alone guards it, a risk accepted with that approval"
        case many:
            return f"; {many} hosts guard it"


def _left_and_mend(event: Event) -> str:
    if not isinstance(event, StepFailed | Closed):
        return ""
    left = f"; left: {'; '.join(event.left)}" if event.left else ""
    return left + (f"; mend: {'; '.join(event.mend)}" if event.mend else "")
