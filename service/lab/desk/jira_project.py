"""One project of Jira as the simulated site has it: its issue types, statuses and ways.

Names of the change workflow are those that docs/itsm.md shows; a real project has its own.
Unverified: which ways a project offers to an account while an approval is pending.
"""

from service.lab.desk.desk import Act, Reply, Row

PROJECT, CHANGE, INCIDENT = "CHG", "Change", "Incident"
START, END = "customfield_10008", "customfield_10009"
ASKED, READY, BEGUN, DONE, FAILED, DECLINED = (
    "Awaiting approval",
    "Awaiting implementation",
    "Implementing",
    "Completed",
    "Failed",
    "Declined",
)
OPEN, RESOLVED = "Open", "Resolved"
CATEGORIES = {
    **dict.fromkeys((ASKED, READY, OPEN), "new"),
    BEGUN: "indeterminate",
    **dict.fromkeys((DONE, FAILED, DECLINED, RESOLVED), "done"),
}
WAYS = {
    ASKED: (),  # only an approver leads on from here
    READY: (BEGUN,),
    BEGUN: (DONE, FAILED),
    OPEN: (BEGUN, RESOLVED),
    DONE: (),
    FAILED: (),
    DECLINED: (),
    RESOLVED: (OPEN,),
}
IDS = {name: str(11 + 10 * place) for place, name in enumerate(CATEGORIES)}
"""Transitions are known by numbers as texts; each leads to one status."""
FIRST = {CHANGE: ASKED, INCIDENT: OPEN}
ITSM: Row = {
    "kind": "jira",
    "project": PROJECT,
    "change_type": CHANGE,
    "incident_type": INCIDENT,
    "start": START,
    "end": END,
    "approved": [READY, BEGUN],
    "begun": BEGUN,
    "successful": DONE,
    "unsuccessful": FAILED,
    "resolved": RESOLVED,
}


def status(name: str) -> Row:
    """A status as issues and transitions have it."""
    return {"name": name, "statusCategory": {"key": CATEGORIES[name]}}


def refusal(*messages: str, **fields: str) -> Row:
    """The body of a refusal: sentences, and what is wrong with single fields."""
    return {"errorMessages": list(messages), "errors": fields}


NO_ISSUE = Reply(404, refusal("Issue does not exist or you do not have permission to see it."))
UNAUTHENTICATED = Reply(401, refusal("You are not authenticated."))  # words unverified
FORBIDDEN: Act = (403, refusal("You do not have the permission to do that."), {})
BUSY: Act = (429, refusal("Rate limit exceeded."), {"Retry-After": "7"})
BROKEN: Act = (503, refusal("The site is not available."), {})
