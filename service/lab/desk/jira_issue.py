"""One issue of the simulated Jira: what is kept of it, and what it answers."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from typing import Literal, TypeAlias

from service.lab.desk import jira_project as project
from service.lab.desk.desk import Reply, Request, Row

Decision: TypeAlias = Literal["pending", "approved", "declined"]
LONGEST_TITLE = 255
FIELDS = {"project", "issuetype", "labels", "summary", "description", project.START, project.END}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}")


@dataclass
class Issue:
    """One issue.

    Attributes:
        kind: its issue type.
        decision: what its approval came to; None: it has none.
        comments: text and properties of each, oldest first.
        files: name and content of each, oldest first.
        is_indexed: the search knows it.
    """

    key: str
    kind: str
    status: str
    fields: Row
    decision: Decision | None
    is_indexed: bool
    comments: list[tuple[str, list[Row]]] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Nothing more is done about it."""
        return project.CATEGORIES[self.status] == "done"


def shown(issue: Issue) -> Row:
    """A row for people: see `Desk.listed`."""
    return {
        "kind": issue.kind.lower(),
        "number": issue.key,
        "state": issue.status,
        "approval": issue.decision or "",
        "opens": str(issue.fields.get(project.START, "")),
        "closes": str(issue.fields.get(project.END, "")),
        "title": issue.fields["summary"],
        "notes": [text for text, _ in issue.comments],
        "files": [name for name, _ in issue.files],
    }


def stamp(moment: datetime) -> str:
    """A date-time as fields have it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def fields_of(request: Request) -> Row:
    """Fields of an issue, as they are sent."""
    found = json.loads(request.raw)["fields"]
    if not isinstance(found, dict):
        raise TypeError("fields: an object is wanted")
    return found


def wrong_of(fields: Row, *, is_new: bool = True) -> dict[str, str]:
    """What is wrong with each field, by its name."""
    wrong = {name: f"Field '{name}' cannot be set." for name in fields if name not in FIELDS}
    title = fields.get("summary", "" if is_new else "kept")
    if not title or len(title) > LONGEST_TITLE or "\n" in title:
        wrong["summary"] = f"One line of at most {LONGEST_TITLE} characters is wanted."
    for name in (project.START, project.END):
        if name in fields and not _TIME.fullmatch(fields[name]):
            wrong[name] = "The date-time has another form."
    if any(" " in label for label in fields.get("labels", [])):
        wrong["labels"] = "A label has a space."
    if is_new and fields.get("project") != {"key": project.PROJECT}:
        wrong["project"] = "There is no such project."
    if is_new and (fields.get("issuetype") or {}).get("name") not in project.FIRST:
        wrong["issuetype"] = "There is no such issue type."
    return wrong


def about(issue: Issue, request: Request, part: str = "") -> Reply:
    """What is answered to a request about one issue, or a part of it."""
    answers = {
        ("GET", ""): _read,
        ("PUT", ""): _edit,
        ("GET", "comment"): _comments,
        ("POST", "comment"): _comment,
        ("POST", "attachments"): _attach,
        ("GET", "transitions"): _ways,
        ("POST", "transitions"): _move,
    }
    answer = answers.get((request.method, part))
    return project.NO_ISSUE if answer is None else answer(issue, request)


def _read(issue: Issue, request: Request) -> Reply:
    names = request.query.get("fields", "").split(",")
    held = {
        **issue.fields,
        "status": project.status(issue.status),
        "attachment": [{"filename": name, "size": len(data)} for name, data in issue.files],
    }
    return Reply(200, {"key": issue.key, "fields": {k: v for k, v in held.items() if k in names}})


def _edit(issue: Issue, request: Request) -> Reply:
    fields = fields_of(request)
    wrong = wrong_of(fields, is_new=False)
    if wrong:
        return Reply(400, project.refusal(**wrong))
    issue.fields |= fields
    return Reply(204)


def _comments(issue: Issue, request: Request) -> Reply:
    """The newest first, as it is asked for."""
    rows = [
        {"id": str(number), "body": text, "properties": properties}
        for number, (text, properties) in enumerate(issue.comments, 1)
    ]
    most = int(request.query.get("maxResults", "50"))
    page = {"total": len(rows), "startAt": 0, "maxResults": most}
    return Reply(200, {**page, "comments": rows[::-1][:most]})


def _comment(issue: Issue, request: Request) -> Reply:
    body = json.loads(request.raw)
    issue.comments.append((str(body["body"]), list(body.get("properties", []))))
    return Reply(201, {"id": str(len(issue.comments)), "body": body["body"]})


def _attach(issue: Issue, request: Request) -> Reply:
    if request.headers.get("x-atlassian-token") != "no-check":
        return Reply(403, project.refusal("XSRF check failed"))
    kind = request.headers["content-type"].encode()
    message = message_from_bytes(b"Content-Type: " + kind + b"\r\n\r\n" + request.raw)
    for part in message.walk():
        if part.get_param("name", header="content-disposition") == "file":
            data = part.get_payload(decode=True)
            issue.files.append((str(part.get_filename()), data if isinstance(data, bytes) else b""))
    return Reply(200, [{"filename": name} for name, _ in issue.files])


def _ways(issue: Issue, _: Request) -> Reply:
    found = [
        {"id": project.IDS[name], "name": name, "to": project.status(name)}
        for name in project.WAYS[issue.status]
    ]
    return Reply(200, {"transitions": found})


def _move(issue: Issue, request: Request) -> Reply:
    wanted = json.loads(request.raw)["transition"]["id"]
    ways = {project.IDS[name]: name for name in project.WAYS[issue.status]}
    if wanted not in ways:
        return Reply(400, project.refusal(f"Transition {wanted} is not valid for this issue."))
    issue.status = ways[wanted]
    return Reply(204)


def approvals(issue: Issue) -> Reply:
    """Its approvals: one page."""
    rows = [] if issue.decision is None else [{"id": "1", "finalDecision": issue.decision}]
    page = {"size": len(rows), "start": 0, "limit": 50, "isLastPage": True}
    return Reply(200, {**page, "values": rows})
