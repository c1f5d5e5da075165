"""A ServiceNow instance that keeps state, and misbehaves on demand.

What it says is what an instance says: rows of the Change Management API are pairs of value and
display value with states as numbers, those of the Table API plain texts; errors are worded as the
platform words them. Sources: the API reference of ServiceNow; `No Record found`, `ACL Exception
Insert Failed due to security constraints` and `Data Policy Exception` as seen in public
integrations' tests; how an invalid state change is worded: a public integration's notes.

It judges: a change moves one state at a time, closing takes a code and notes.
"""

import base64
import json
import uuid
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import parse_qs

from service.lab.desk.desk import EARLIER, Desk, Reply, Request, Row
from service.lab.desk.servicenow_words import (
    CANCELED,
    CLOSED,
    NAMES,
    NEW,
    NEXT,
    NO_RECORD,
    OVER,
    SCHEDULED,
    UNAUTHENTICATED,
    error,
    paired,
    picked,
    stamp,
)
from service.lab.errors import LabError


class Instance(Desk):
    """Everything that it keeps: records by sys_id, notes and files by the record's."""

    KIND: ClassVar[str] = "servicenow"

    def __init__(self, user: str, secret: str) -> None:
        super().__init__(user, secret)
        self.changes: dict[str, Row] = {}
        self.incidents: dict[str, Row] = {}
        self.notes: list[tuple[str, str]] = []
        self.files: list[tuple[str, str, str, bytes]] = []  # record, name, table, content
        self.tokens: set[str] = set()

    # -- what people do there --------------------------------------------------------------

    def the_change(self, correlation: str | None = None) -> Row:
        """The only change, or the only one of a correlation id."""
        (found,) = [
            one
            for one in self.changes.values()
            if correlation is None or one["correlation_id"] == correlation
        ]
        return found

    def approve(self, change: Row, *, start: datetime, lasts_s: float) -> None:
        """Scheduled, approved, with a window of somebody's choice."""
        with self.lock:
            end = start + timedelta(seconds=lasts_s)
            change |= {"approval": "approved", "state": SCHEDULED}
            change |= {"start_date": stamp(start), "end_date": stamp(end)}

    def withdraw(self, change: Row) -> None:
        """Rejected and cancelled."""
        with self.lock:
            change |= {"approval": "rejected", "state": CANCELED}

    def notes_of(self, record: Row) -> list[str]:
        """Its work notes, oldest first."""
        return [text for ref, text in self.notes if ref == record["sys_id"]]

    def files_of(self, record: Row) -> list[str]:
        """Names of its attachments, oldest first."""
        return [name for ref, name, _, _ in self.files if ref == record["sys_id"]]

    def listed(self) -> list[Row]:
        """See the base."""
        with self.lock:
            changes = [self._shown("change", one) for one in self.changes.values()]
            return changes + [self._shown("incident", one) for one in self.incidents.values()]

    def approve_number(self, number: str, hours: float | None) -> Row:
        """See the base."""
        with self.lock:
            change = self._numbered(number)
            if hours is not None:
                start, lasts = self.now() - EARLIER, timedelta(hours=hours) + EARLIER
                self.approve(change, start=start, lasts_s=lasts.total_seconds())
            state = max(int(change["state"]), SCHEDULED)
            change |= {"approval": "approved", "state": state}
            return self._shown("change", change)

    def withdraw_number(self, number: str) -> Row:
        """See the base."""
        with self.lock:
            change = self._numbered(number)
            self.withdraw(change)
            return self._shown("change", change)

    def itsm(self) -> Row:
        """See the base."""
        return {"kind": self.KIND, "auth": "oauth"}

    def _numbered(self, number: str) -> Row:
        found = [one for one in self.changes.values() if one["number"] == number]
        if not found:
            known = ", ".join(one["number"] for one in self.changes.values())
            raise LabError(f"no change {number} at this desk: {known or 'it has none'}")
        if found[0]["state"] in OVER:
            raise LabError(f"{number} is {NAMES[found[0]['state']]}: nothing changes it any more")
        return found[0]

    def _shown(self, kind: str, record: Row) -> Row:
        state = record["state"]
        names = {"6": "Resolved", "7": "Closed", "8": "Canceled"}
        return {
            "kind": kind,
            "number": record["number"],
            "state": NAMES[state] if kind == "change" else names.get(state, "New"),
            "approval": str(record.get("approval", "")),
            "opens": str(record.get("start_date", "")),
            "closes": str(record.get("end_date", "")),
            "title": str(record.get("short_description", "")),
            "notes": self.notes_of(record),
            "files": self.files_of(record),
        }

    # -- what it answers -------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """See the base."""
        if request.path == "/oauth_token.do":
            return self._token(request.raw)
        if not self._knows(request.headers.get("authorization", "")):
            return UNAUTHENTICATED
        parts = request.path.strip("/").split("/")
        if parts[:3] == ["api", "now", "attachment"]:
            return self._attachment(request)
        return self._asked(request, parts)

    def _asked(self, request: Request, parts: list[str]) -> Reply:
        match (request.method, *parts):
            case ("POST", "api", "sn_chg_rest", "change", "normal"):
                return Reply(200, {"result": paired(self._new_change(_body(request)))})
            case ("GET" | "PATCH", "api", "sn_chg_rest", "change", ref):
                return self._change(request, ref)
            case ("POST", "api", "now", "table", "incident"):
                return Reply(201, {"result": self._new_incident(_body(request))})
            case ("GET" | "PATCH", "api", "now", "table", "incident", ref):
                return self._incident(request, ref)
            case ("GET", "api", "now", "table", table):
                return Reply(200, {"result": self._query(table, request.query["sysparm_query"])})
            case _:
                return _no_resource(request)

    def _change(self, request: Request, ref: str) -> Reply:
        record = self.changes.get(ref)
        if record is None:
            return NO_RECORD
        if request.method == "PATCH":
            return self._patch_change(record, _body(request))
        return Reply(200, {"result": paired(record)})

    def _incident(self, request: Request, ref: str) -> Reply:
        record = self.incidents.get(ref)
        if record is None:
            return NO_RECORD
        if request.method == "PATCH":
            return self._patch_incident(record, _body(request))
        return Reply(200, {"result": record})

    def _attachment(self, request: Request) -> Reply:
        query = request.query
        if request.method == "POST" and request.path.endswith("/attachment/file"):
            ref, name = query["table_sys_id"], query["file_name"]
            self.files.append((ref, name, query["table_name"], request.raw))
            return Reply(201, {"result": {"sys_id": uuid.uuid4().hex, "file_name": name}})
        if request.method != "GET":
            return _no_resource(request)
        rows: list[Row] = [
            {"table_sys_id": r, "file_name": n, "table_name": t} for r, n, t, _ in self.files
        ]
        return Reply(200, {"result": picked(rows, query["sysparm_query"])})

    def _new_change(self, body: Row) -> Row:
        ref = uuid.uuid4().hex
        number = f"CHG{30000 + len(self.changes):07d}"
        record = {"state": NEW, "approval": "not requested", "on_hold": False, **body}
        self.changes[ref] = {**record, "sys_id": ref, "number": number}
        return self.changes[ref]

    def _patch_change(self, record: Row, body: Row) -> Reply:
        state, number = int(str(body.get("state", record["state"]))), record["number"]
        if state not in {record["state"]} | NEXT[record["state"]]:
            return Reply(400, error(f"change cannot be moved to state : {state} for {number}"))
        if state == CLOSED and not (body.get("close_code") and body.get("close_notes")):
            told = "Data Policy Exception: Close code and close notes are mandatory"
            return Reply(403, error(told))
        self._note(record, body)
        record |= {**body, "state": state}
        return Reply(200, {"result": paired(record)})

    def _new_incident(self, body: Row) -> Row:
        ref = uuid.uuid4().hex
        number = f"INC{10000 + len(self.incidents):07d}"
        self.incidents[ref] = {"state": "1", **body, "sys_id": ref, "number": number}
        return self.incidents[ref]

    def _patch_incident(self, record: Row, body: Row) -> Reply:
        if body.get("state") == "6" and not (body.get("close_code") and body.get("close_notes")):
            told = "Data Policy Exception: Resolution code and notes are mandatory"
            return Reply(403, error(told))
        self._note(record, body)
        record |= body
        return Reply(200, {"result": record})

    def _note(self, record: Row, body: Row) -> None:
        text = body.pop("work_notes", None)
        if text:
            self.notes.append((record["sys_id"], text))

    def _query(self, table: str, query: str) -> list[Row]:
        match table:
            case "change_request":
                rows = list(self.changes.values())
            case "incident":
                rows = list(self.incidents.values())
            case _:
                rows = [
                    {"element_id": ref, "element": "work_notes", "value": text}
                    for ref, text in self.notes
                ]
        return [{k: str(v) for k, v in row.items()} for row in picked(rows, query)]

    # -- who may ask -----------------------------------------------------------------------

    def _token(self, raw: bytes) -> Reply:
        form = {key: values[0] for key, values in parse_qs(raw.decode()).items()}
        secret = {"client_id": self.user, "client_secret": self.secret}
        if form != {"grant_type": "client_credentials", **secret}:
            return Reply(401, {"error": "invalid_client", "error_description": "access_denied"})
        token = uuid.uuid4().hex
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": 1799})

    def _knows(self, header: str) -> bool:
        kind, _, secret = header.partition(" ")
        if kind == "Bearer":
            return secret in self.tokens
        return secret == base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()


def _body(request: Request) -> Row:
    found = json.loads(request.raw)
    if not isinstance(found, dict):
        raise TypeError("a JSON object is wanted")
    return found


def _no_resource(request: Request) -> Reply:
    told = f"Requested URI does not represent any resource: {request.path}"
    return Reply(400, error(told))
