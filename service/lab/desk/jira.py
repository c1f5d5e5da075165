"""A site of Jira Service Management Cloud with one project, that keeps state.

Sources: Atlassian, "Jira Cloud platform REST API" (201 with the key of what was made, 204 for an
edit and a transition, 400 with `errorMessages` and `errors`, 404 where an issue is not there or not
to be seen, `X-Atlassian-Token: no-check` for attachments, 429 with `Retry-After`) and "Jira Service
Management Cloud REST API" (`request/{key}/approval`: a page of approvals with `finalDecision`).
Unverified: the words of its refusals but that of a missing issue.

It judges: an issue moves by the transitions that its status has, a change only once its approval
was given; fields that a project does not have, and date-times of another form, are refused.
"""

import base64
import re
from datetime import datetime, timedelta
from typing import ClassVar

from service.lab.desk import jira_project as project
from service.lab.desk.desk import EARLIER, Desk, Reply, Request, Row
from service.lab.desk.jira_issue import (
    Decision,
    Issue,
    about,
    approvals,
    fields_of,
    shown,
    stamp,
    wrong_of,
)
from service.lab.errors import LabError

_QUERY = re.compile(r'project = "([^"]*)" AND labels = "([^"]*)" ORDER BY created')


class Site(Desk):
    """Everything that it keeps; the account logs in with its name and its API token.

    Attributes:
        search_lags: new issues are not found until `catch_up`.
    """

    KIND: ClassVar[str] = "jira"

    def __init__(self, user: str, secret: str) -> None:
        super().__init__(user, secret)
        self.issues: dict[str, Issue] = {}
        self.search_lags = False

    # -- what people do there --------------------------------------------------------------

    def of_kind(self, kind: str) -> list[Issue]:
        """Issues of a type, oldest first."""
        return [one for one in self.issues.values() if one.kind == kind]

    def approve(self, change: Issue, *, start: datetime, lasts_s: float) -> None:
        """Approved, with a window of somebody's choice."""
        with self.lock:
            self._decide(change, "approved", project.READY)
            change.fields[project.START] = stamp(start)
            change.fields[project.END] = stamp(start + timedelta(seconds=lasts_s))

    def withdraw(self, change: Issue) -> None:
        """Declined."""
        with self.lock:
            self._decide(change, "declined", project.DECLINED)

    def catch_up(self) -> None:
        """The search knows everything."""
        with self.lock:
            for one in self.issues.values():
                one.is_indexed = True

    def listed(self) -> list[Row]:
        """See the base."""
        with self.lock:
            return [shown(one) for one in self.issues.values()]

    def approve_number(self, number: str, hours: float | None) -> Row:
        """See the base."""
        with self.lock:
            change = self._numbered(number)
            if hours is None:
                self._decide(change, "approved", project.READY)
            else:
                lasts = timedelta(hours=hours) + EARLIER
                start = self.now() - EARLIER
                self.approve(change, start=start, lasts_s=lasts.total_seconds())
            return shown(change)

    def withdraw_number(self, number: str) -> Row:
        """See the base."""
        with self.lock:
            change = self._numbered(number)
            self.withdraw(change)
            return shown(change)

    def itsm(self) -> Row:
        """See the base."""
        return {**project.ITSM, "approved": list(project.ITSM["approved"])}

    def _decide(self, change: Issue, decision: Decision, status: str) -> None:
        change.decision = decision
        if change.status == project.ASKED or decision == "declined":
            change.status = status

    def _numbered(self, number: str) -> Issue:
        changes = {one.key: one for one in self.of_kind(project.CHANGE)}
        if number not in changes:
            known = ", ".join(changes) or "it has none"
            raise LabError(f"no change {number} at this desk: {known}")
        if changes[number].is_over:
            raise LabError(f"{number} is {changes[number].status}: nothing changes it any more")
        return changes[number]

    # -- what it answers -------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        """See the base."""
        login = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return project.UNAUTHENTICATED
        match (request.method, *request.path.strip("/").split("/")):
            case ("POST", "rest", "api", "2", "issue"):
                return self._create(fields_of(request))
            case ("GET", "rest", "api", "3", "search", "jql"):
                return self._search(request.query["jql"])
            case (_, "rest", "api", "2", "issue", key, *part) if key in self.issues:
                return about(self.issues[key], request, *part)
            case ("GET", "rest", "servicedeskapi", "request", key, "approval"):
                issue = self.issues.get(key)
                return approvals(issue) if issue else project.NO_ISSUE
            case _:
                return project.NO_ISSUE

    def _create(self, fields: Row) -> Reply:
        wrong = wrong_of(fields)
        if wrong:
            return Reply(400, project.refusal(**wrong))
        kind, key = fields["issuetype"]["name"], f"{project.PROJECT}-{len(self.issues) + 1}"
        decision: Decision | None = "pending" if kind == project.CHANGE else None
        first = project.FIRST[kind]
        self.issues[key] = Issue(key, kind, first, fields, decision, not self.search_lags)
        return Reply(201, {"id": str(10000 + len(self.issues)), "key": key})

    def _search(self, jql: str) -> Reply:
        asked = _QUERY.fullmatch(jql)
        if asked is None or asked[1] != project.PROJECT:
            return Reply(400, project.refusal(f"Error in the JQL Query: {jql}"))
        found = [
            {"key": one.key, "fields": {"labels": one.fields.get("labels", [])}}
            for one in self.issues.values()
            if one.is_indexed and asked[2] in one.fields.get("labels", [])
        ]
        return Reply(200, {"issues": found, "isLast": True})
