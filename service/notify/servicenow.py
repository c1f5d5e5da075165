"""ServiceNow as the ITSM: changes by the Change Management API, the rest by Table and Attachment.

Sources: ServiceNow API reference (Xanadu to Australia), "Change Management API", "Table API",
"Attachment API"; the state model and its numbers: the collection servicenow.itsm of Ansible
(change_request.py, incident.py), whose mappings are those of a new instance. An instance may have
other states and mandatory fields: fields can be added in the inventory; other states are not known
here and read as "not approved".

A query whose part is not understood matches more, not less (Table API, sysparm_query): so what was
found is compared with what was looked for.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from service.domain.tickets import ChangeReading, Kind, Standing
from service.errors import ItsmRefused, ItsmUnreachable
from service.notify.itsm_http import ItsmHttp
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft, Record, Risk, Verdict

CHANGES = "/api/sn_chg_rest/change"
TABLE = "/api/now/table"
FILES = "/api/now/attachment"
TABLES: Mapping[Kind, str] = {"change": "change_request", "incident": "incident"}
OWNER = "aprejoin"

SCHEDULED, IMPLEMENT, REVIEW, CLOSED, CANCELED = -2, -1, 0, 3, 4
RESOLVED = 6
RISKS: Mapping[Risk, str] = {"high": "2", "moderate": "3", "low": "4"}
URGENCIES: Mapping[Risk, str] = {"high": "1", "moderate": "2", "low": "3"}
RESOLUTION = "Solution provided"
"""A choice of newer releases (unverified for each of them); the inventory can name another."""
LONGEST_TITLE, LONGEST_TEXT = 160, 3900
"""Of short_description, and of the fields for plans (4000 characters on a new instance)."""


class ServiceNow:
    """One instance."""

    def __init__(
        self,
        http: ItsmHttp,
        *,
        change: Mapping[str, str] | None = None,
        incident: Mapping[str, str] | None = None,
    ) -> None:
        """Fields of `change` and `incident` are added to every new one, as the inventory says."""
        self._http = http
        self._change, self._incident = dict(change or {}), dict(incident or {})
        self._resolution = self._incident.pop("close_code", RESOLUTION)

    # -- both ------------------------------------------------------------------------------

    def find(self, kind: Kind, correlation: str) -> Record | None:
        """The ticket of that correlation id, or None; the oldest, where there are two."""
        query = {
            "sysparm_query": f"correlation_id={correlation}^ORDERBYsys_created_on",
            "sysparm_fields": "sys_id,number,correlation_id",
            "sysparm_limit": "10",
        }
        answer = self._http.get(f"look for the {kind}", f"{TABLE}/{TABLES[kind]}", query)
        for row in _rows(answer.document):
            if _value(row, "correlation_id") == correlation:
                return _record(f"look for the {kind}", row)
        return None

    def note(self, kind: Kind, ref: str, text: str) -> None:
        """Add a work note."""
        self._patch(kind, ref, "add a work note", {"work_notes": text})

    def has_note(self, kind: Kind, ref: str, marker: str) -> bool:
        """Whether it is in the journal; where that may not be read, nobody knows: no."""
        del kind
        query = {
            "sysparm_query": f"element_id={ref}^element=work_notes^valueLIKE{marker}",
            "sysparm_fields": "value",
            "sysparm_limit": "10",
        }
        try:
            answer = self._http.get("look for a work note", f"{TABLE}/sys_journal_field", query)
        except ItsmRefused:
            return False
        return any(marker in _value(row, "value") for row in _rows(answer.document))

    def attach(self, kind: Kind, ref: str, file: Attachment) -> None:
        """Attach a file."""
        place = {"table_name": TABLES[kind], "table_sys_id": ref, "file_name": file.name}
        self._http.send(
            "POST",
            f"attach {file.name}",
            f"{FILES}/file",
            file.data,
            params=place,
            media_type=file.media_type,
        )

    def has_attachment(self, kind: Kind, ref: str, name: str) -> bool:
        """Whether a file of that name is attached."""
        query = {
            "sysparm_query": f"table_name={TABLES[kind]}^table_sys_id={ref}^file_name={name}",
            "sysparm_limit": "10",
        }
        answer = self._http.get("look for an attachment", FILES, query)
        wanted = (ref, name)
        return any(
            (_value(row, "table_sys_id"), _value(row, "file_name")) == wanted
            for row in _rows(answer.document)
        )

    # -- changes ---------------------------------------------------------------------------

    def open_change(self, draft: ChangeDraft) -> Record:
        """Open a normal change."""
        fields = {
            **self._change,
            "correlation_id": draft.correlation,
            "correlation_display": OWNER,
            "short_description": draft.title[:LONGEST_TITLE],
            "description": _cut(draft.text),
            "implementation_plan": _cut(draft.steps),
            "backout_plan": _cut(draft.way_back),
            "test_plan": _cut(draft.checks),
            "risk_impact_analysis": _cut(draft.impact),
            "risk": RISKS[draft.risk],
            "start_date": _time(draft.start),
            "end_date": _time(draft.end),
        }
        what = "open a change"
        answer = self._http.send("POST", what, f"{CHANGES}/normal", fields)
        return _record(what, _row(answer.document))

    def read_change(self, ref: str) -> ChangeReading:
        """What it says now."""
        try:
            row = self._change_row(ref)
        except ItsmRefused as err:
            if err.status == HTTPStatus.NOT_FOUND:
                return ChangeReading("withdrawn", state="it is not there any more")
            raise
        return reading_of(row)

    def begin_change(self, ref: str) -> None:
        """From scheduled to implement."""
        if _state(self._change_row(ref)) == SCHEDULED:
            self._move(ref, IMPLEMENT)

    def close_change(self, ref: str, verdict: Verdict, notes: str) -> None:
        """On from where it is, one state after the other; one that was taken back stays so."""
        state = _state(self._change_row(ref))
        if state in {CLOSED, CANCELED}:
            return
        if state not in {SCHEDULED, IMPLEMENT, REVIEW}:
            self.note("change", ref, f"{verdict}: {notes}")
            return
        for before, after in ((SCHEDULED, IMPLEMENT), (IMPLEMENT, REVIEW)):
            if state == before:
                self._move(ref, after)
                state = after
        self._move(ref, CLOSED, close_code=verdict, close_notes=notes)

    def _change_row(self, ref: str) -> Mapping[str, Any]:
        answer = self._http.get("read a change", f"{CHANGES}/{ref}", {})
        return _row(answer.document)

    def _move(self, ref: str, state: int, **fields: str) -> None:
        self._patch("change", ref, f"move a change to {state}", {**fields, "state": str(state)})

    # -- incidents -------------------------------------------------------------------------

    def open_incident(self, draft: IncidentDraft) -> Record:
        """Open an incident."""
        what = "open an incident"
        fields = {**self._incident, **_incident_fields(draft), "correlation_id": draft.correlation}
        fields["correlation_display"] = OWNER
        answer = self._http.send("POST", what, f"{TABLE}/incident", fields)
        return _record(what, _row(answer.document))

    def update_incident(self, ref: str, draft: IncidentDraft) -> bool:
        """Say what it is by now."""
        if self._incident_state(ref) >= RESOLVED:
            return False
        fields = {**_incident_fields(draft), "work_notes": _cut(draft.text)}
        self._patch("incident", ref, "update an incident", fields)
        return True

    def resolve_incident(self, ref: str, notes: str) -> None:
        """It is gone."""
        if self._incident_state(ref) < RESOLVED:
            fields = {"close_code": self._resolution, "close_notes": _cut(notes)}
            self._patch("incident", ref, "resolve an incident", {**fields, "state": str(RESOLVED)})

    def _incident_state(self, ref: str) -> int:
        query = {"sysparm_fields": "state,sys_id"}
        answer = self._http.get("read an incident", f"{TABLE}/incident/{ref}", query)
        return _state(_row(answer.document))

    def _patch(self, kind: Kind, ref: str, what: str, fields: Mapping[str, str]) -> None:
        path = f"{CHANGES}/{ref}" if kind == "change" else f"{TABLE}/incident/{ref}"
        self._http.send("PATCH", what, path, fields)


def reading_of(row: Mapping[str, Any]) -> ChangeReading:
    """A row of change_request as what it means."""
    state, approval = _state(row), _value(row, "approval")
    on_hold = _value(row, "on_hold") == "true"
    standing: Standing = "waiting"
    if state == CANCELED or approval == "rejected":
        standing = "withdrawn"
    elif state in {REVIEW, CLOSED}:
        standing = "over"
    elif state in {SCHEDULED, IMPLEMENT} and approval == "approved" and not on_hold:
        standing = "approved"
    words = f"{_shown(row, 'state')}, approval {_shown(row, 'approval') or 'none'}"
    return ChangeReading(
        standing,
        _moment(_value(row, "start_date")),
        _moment(_value(row, "end_date")),
        f"{words}, on hold" if on_hold else words,
    )


def _incident_fields(draft: IncidentDraft) -> dict[str, str]:
    return {
        "short_description": draft.title[:LONGEST_TITLE],
        "description": _cut(draft.text),
        "urgency": URGENCIES[draft.urgency],
    }


# -- rows: the Change Management API has {value, display_value}, the Table API plain values ------


def _rows(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = document.get("result")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _row(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = document.get("result")
    return found if isinstance(found, dict) else {}


def _part(row: Mapping[str, Any], key: str, part: str) -> str:
    found = row.get(key)
    found = found.get(part) if isinstance(found, dict) else found
    if isinstance(found, bool):
        return str(found).lower()
    return "" if found is None else str(found)


def _value(row: Mapping[str, Any], key: str) -> str:
    return _part(row, key, "value")


def _shown(row: Mapping[str, Any], key: str) -> str:
    return _part(row, key, "display_value")


def _state(row: Mapping[str, Any]) -> int:
    """The number of a state, which comes as `-1`, `-1.0` or `"-1"`.

    Raises:
        ItsmUnreachable: there is none: whatever answered, it was not that record.
    """
    try:
        return int(float(_value(row, "state")))
    except ValueError:
        raise ItsmUnreachable("read a record", "the answer has no state") from None


def _record(what: str, row: Mapping[str, Any]) -> Record:
    number, ref = _value(row, "number"), _value(row, "sys_id")
    if not ref.isalnum() or not number:
        raise ItsmUnreachable(what, "the answer has no sys_id and number")
    return Record(number, ref)


def _time(moment: datetime) -> str:
    """A date and time as values have them: UTC, without saying so."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _cut(text: str) -> str:
    """A text that fits; the whole of a plan is attached."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[: LONGEST_TEXT - 40]}\n[... cut: the whole is attached]"
