"""Which desks there are, and what the inventory says of one."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from service.lab.desk.desk import Desk
from service.lab.desk.jira import Site
from service.lab.desk.servicenow import Instance

Kind: TypeAlias = Literal["servicenow", "jira"]
KINDS: Mapping[Kind, Callable[[str, str], Desk]] = {"servicenow": Instance, "jira": Site}
ACCOUNT = "lab-desk"
"""Name of its set of credentials, and of its account."""


def with_desk(document: dict[str, Any], desk: Desk, secret: str) -> dict[str, Any]:
    """An inventory whose changes want a ticket of this desk, unless its policy says otherwise.

    Args:
        document: the inventory; not changed.
        desk: it listens already.
        secret: a reference to the account's secret, such as `file:/...`.
    """
    return {
        **document,
        "credentials": {
            **document["credentials"],
            ACCOUNT: {"username": desk.user, "password": secret},
        },
        "itsm": {**desk.itsm(), "url": desk.url, "credentials": ACCOUNT},
        "policy": {"ticket": "required", **document.get("policy", {})},
    }
