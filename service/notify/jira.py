"""Jira Service Management Cloud as the ITSM: issues of one project, read by their workflow.

Sources: Atlassian, "Jira Cloud platform REST API" (v2: issues, comments, transitions with plain
text; v3: `search/jql`, attachments as multipart with `X-Atlassian-Token: no-check`) and "Jira
Service Management Cloud REST API" (`request/{key}/approval` with `finalDecision`).

A change is approved where its status is one that the inventory names and none of its approvals is
pending or declined. An issue that is no customer request has no approvals (404): its status counts
alone. The search lags behind what was written (Atlassian: eventually consistent).

Unverified: that comments with the property `sd.public.comment` stay internal by this interface, how
long the search lags, and the form of date-times beyond RFC 3339 with milliseconds.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from urllib3.filepost import encode_multipart_formdata

from service.domain.inventory import JiraProject
from service.domain.tickets import ChangeReading, Kind, Standing
from service.errors import ItsmRefused, ItsmUnreachable
from service.notify.itsm_http import JSON, ItsmHttp
from service.ports.itsm import Attachment, ChangeDraft, IncidentDraft, Record, Verdict

ISSUE = "/rest/api/2/issue"
LABEL = "aprejoin-"
LONGEST_TITLE, LONGEST_TEXT = 250, 30_000
"""Of a summary (255 characters) and of a text (32,767)."""
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+", re.ASCII)
_PLAIN = {"Content-Type": JSON}
_INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]


class Jira:
    """One project."""

    def __init__(
        self,
        http: ItsmHttp,
        project: JiraProject,
        *,
        change: Mapping[str, str] | None = None,
        incident: Mapping[str, str] | None = None,
    ) -> None:
        """Fields of `change` and `incident` are added to every new one, as the inventory says."""
        self._http, self._project = http, project
        self._change, self._incident = dict(change or {}), dict(incident or {})

    # -- both ------------------------------------------------------------------------------

    def find(self, kind: Kind, correlation: str) -> Record | None:
        """The oldest issue with the label of that correlation id, or None."""
        label = LABEL + correlation
        query = {
            "jql": f'project = "{self._project.project}" AND labels = "{label}" ORDER BY created',
            "fields": "labels",
            "maxResults": "10",
        }
        answer = self._http.get(f"look for the {kind}", "/rest/api/3/search/jql", query)
        for issue in _rows(answer.document.get("issues")):
            if label in (_fields(issue).get("labels") or []):
                return _record(f"look for the {kind}", issue)
        return None

    def note(self, kind: Kind, ref: str, text: str) -> None:
        """Add an internal comment."""
        del kind
        body = {"body": text[:LONGEST_TEXT], "properties": _INTERNAL}
        self._say("add a comment", f"{ISSUE}/{ref}/comment", body)

    def has_note(self, kind: Kind, ref: str, marker: str) -> bool:
        """Whether one of the newest hundred comments says that."""
        del kind
        query = {"orderBy": "-created", "maxResults": "100"}
        answer = self._http.get("look for a comment", f"{ISSUE}/{ref}/comment", query)
        return any(marker in str(one.get("body")) for one in _rows(answer.document.get("comments")))

    def attach(self, kind: Kind, ref: str, file: Attachment) -> None:
        """Attach a file."""
        del kind
        part = {"file": (file.name, file.data, file.media_type)}
        data, media_type = encode_multipart_formdata(part)
        headers = {"Content-Type": media_type, "X-Atlassian-Token": "no-check"}
        self._http.tell(f"attach {file.name}", f"{ISSUE}/{ref}/attachments", data, headers)

    def has_attachment(self, kind: Kind, ref: str, name: str) -> bool:
        """Whether a file of that name is attached."""
        del kind
        files = _fields(self._issue("look for an attachment", ref, "attachment")).get("attachment")
        return any(one.get("filename") == name for one in _rows(files))

    # -- changes ---------------------------------------------------------------------------

    def open_change(self, draft: ChangeDraft) -> Record:
        """Open a change."""
        told = (
            ("", draft.text),
            ("Impact", draft.impact),
            ("Steps", draft.steps),
            ("Way back", draft.way_back),
            ("Checks", draft.checks),
        )
        text = "\n\n".join(f"{title}\n{part}".strip() for title, part in told if part)
        fields = {
            **self._change,
            **self._named(self._project.change_type, draft.correlation),
            **_words(draft.title, f"{text}\n\nRisk: {draft.risk}"),
            self._project.start: _time(draft.start),
            self._project.end: _time(draft.end),
        }
        return self._open("open a change", fields)

    def read_change(self, ref: str) -> ChangeReading | None:
        """What its status and its approvals say now."""
        names = f"status,{self._project.start},{self._project.end}"
        try:
            fields = _fields(self._issue("read a change", ref, names))
        except ItsmRefused as err:
            if err.status == HTTPStatus.NOT_FOUND:
                return ChangeReading("withdrawn", state="it is not there any more")
            raise
        status, category = _status(fields)
        decisions = self._decisions(ref)
        standing: Standing = "waiting"
        if "declined" in decisions:
            standing = "withdrawn"
        elif category == "done":
            standing = "over"
        elif decisions <= {"approved"} and _is_one_of(status, self._project.approved):
            standing = "approved"
        words = f"{status}, approvals {', '.join(sorted(decisions)) or 'none'}"
        opens, closes = (_moment(fields.get(n)) for n in (self._project.start, self._project.end))
        return ChangeReading(standing, opens, closes, words)

    def begin_change(self, ref: str) -> None:
        """To the status of work that has begun, from those in which it may go on."""
        self._move(ref, self._project.begun, only_from=self._at_work)

    def close_change(self, ref: str, verdict: Verdict, notes: str) -> None:
        """To the status of its verdict, which is told in a comment, too.

        What is done stays so; one that was taken back is told, and not moved.
        """
        good = verdict == "successful"
        to = self._project.successful if good else self._project.unsuccessful
        if self._tell_end("change", ref, f"{verdict}: {notes}"):
            self._move(ref, to, only_from=self._at_work)

    # -- incidents -------------------------------------------------------------------------

    def open_incident(self, draft: IncidentDraft) -> Record:
        """Open an incident."""
        named = self._named(self._project.incident_type, draft.correlation)
        fields = {**self._incident, **named, **_words(draft.title, _incident_text(draft))}
        return self._open("open an incident", fields)

    def update_incident(self, ref: str, draft: IncidentDraft) -> bool:
        """Say what it is by now."""
        what = "update an incident"
        if _status(_fields(self._issue(what, ref, "status")))[1] == "done":
            return False
        body = {"fields": _words(draft.title, _incident_text(draft))}
        data = json.dumps(body).encode()
        self._http.tell(what, f"{ISSUE}/{ref}", data, _PLAIN, method="PUT")
        return True

    def resolve_incident(self, ref: str, notes: str) -> None:
        """It is gone."""
        if self._tell_end("incident", ref, notes):
            self._move(ref, self._project.resolved)

    # -- one call each ---------------------------------------------------------------------

    def _named(self, issue_type: str, correlation: str) -> dict[str, Any]:
        return {
            "project": {"key": self._project.project},
            "issuetype": {"name": issue_type},
            "labels": [LABEL + correlation],
        }

    def _open(self, what: str, fields: Mapping[str, Any]) -> Record:
        answer = self._http.send("POST", what, ISSUE, {"fields": fields})
        return _record(what, answer.document)

    def _issue(self, what: str, ref: str, names: str) -> Mapping[str, Any]:
        return self._http.get(what, f"{ISSUE}/{ref}", {"fields": names}).document

    def _decisions(self, ref: str) -> frozenset[str]:
        """What its approvals came to; none where it is no customer request."""
        path = f"/rest/servicedeskapi/request/{ref}/approval"
        try:
            document = self._http.get("read the approvals", path, {"limit": "50"}).document
        except ItsmRefused as err:
            if err.status == HTTPStatus.NOT_FOUND:
                return frozenset()
            raise
        if not isinstance(document.get("values"), list) or document.get("isLastPage") is False:
            raise ItsmUnreachable("read the approvals", "the answer has not all of them")
        return frozenset(str(one.get("finalDecision")) for one in _rows(document["values"]))

    @property
    def _at_work(self) -> tuple[str, ...]:
        return (*self._project.approved, self._project.begun)

    def _tell_end(self, kind: Kind, ref: str, notes: str) -> bool:
        """Tell, once, how it ended; False: somebody has ended it already."""
        if _status(_fields(self._issue(f"read the {kind}", ref, "status")))[1] == "done":
            return False
        if not self.has_note(kind, ref, notes[:LONGEST_TEXT]):
            self.note(kind, ref, notes)
        return True

    def _move(self, ref: str, to: str, *, only_from: tuple[str, ...] | None = None) -> None:
        """Take the transition that leads to a status; nothing where it is there.

        Args:
            ref: the issue.
            to: the status.
            only_from: in another status it is left alone; None: from any.

        Raises:
            ItsmRefused: the workflow has none from here; names those that it has.
        """
        what = f"move to {to!r}"
        status = _status(_fields(self._issue(what, ref, "status")))[0]
        if _is_one_of(status, (to,)) or not _is_one_of(status, only_from or (status,)):
            return
        path = f"{ISSUE}/{ref}/transitions"
        known = _rows(self._http.get(what, path, {}).document.get("transitions"))
        for one in known:
            if _is_one_of(_name(one.get("to")), (to,)):
                self._say(what, path, {"transition": {"id": str(one.get("id"))}})
                return
        there = ", ".join(repr(_name(one.get("to"))) for one in known) or "nowhere"
        raise ItsmRefused(what, f"the workflow leads from here to {there}")

    def _say(self, what: str, path: str, body: object) -> None:
        self._http.tell(what, path, json.dumps(body).encode(), _PLAIN)


def _words(title: str, text: str) -> dict[str, str]:
    cut = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 40]}\n[... cut]"
    return {"summary": " ".join(title.split())[:LONGEST_TITLE], "description": cut}


def _incident_text(draft: IncidentDraft) -> str:
    return f"{draft.text}\n\nUrgency: {draft.urgency}"


def _rows(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _fields(issue: Mapping[str, Any]) -> Mapping[str, Any]:
    found = issue.get("fields")
    return found if isinstance(found, dict) else {}


def _name(found: object) -> str:
    return str(found.get("name") or "") if isinstance(found, dict) else ""


def _is_one_of(status: str, names: tuple[str, ...]) -> bool:
    return status.casefold() in {name.casefold() for name in names}


def _status(fields: Mapping[str, Any]) -> tuple[str, str]:
    """A status, and its category: `new`, `indeterminate`, `done`.

    Raises:
        ItsmUnreachable: there is none: whatever answered, it was not that issue.
    """
    found = fields.get("status")
    category = found.get("statusCategory") if isinstance(found, dict) else None
    name, key = _name(found), category.get("key") if isinstance(category, dict) else None
    if not name or not isinstance(key, str):
        raise ItsmUnreachable("read an issue", "the answer has no status with its category")
    return name, key


def _record(what: str, issue: Mapping[str, Any]) -> Record:
    key = issue.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ItsmUnreachable(what, "the answer has no key of an issue")
    return Record(key, key)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _moment(text: object) -> datetime | None:
    """A date-time with its zone; None: none, or of another form."""
    try:
        found = datetime.fromisoformat(str(text))
        return None if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
