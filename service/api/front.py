"""What every route reaches: the ports with today's inventory, the caller, answers given once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from service.domain.inventory import Inventory
from service.ports.jobs import JobQueue
from service.ports.tokens import Answer, Role, Token
from service.usecases.admit import admit, answered_before, digest_of
from service.usecases.context import Context

V1 = "/api/v1"
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Front:
    """The API's own side.

    Attributes:
        base: the ports; its inventory is that of the start.
        inventory: reads the inventory as it is now; a broken file leaves the last good one.
        checks: what readiness hangs on, each by name.
    """

    base: Context
    queue: JobQueue
    inventory: Callable[[], Inventory]
    checks: Callable[[], Mapping[str, bool]]

    @property
    def context(self) -> Context:
        """The ports, with the inventory as it is now."""
        return replace(self.base, inventory=self.inventory())


def front_of(request: Request) -> Front:
    """The front of the application that serves this request."""
    front: Front = request.app.state.front
    return front


Fronted: TypeAlias = Annotated[Front, Depends(front_of)]

bearer = HTTPBearer(auto_error=False, description="A token made by `aprejoin token create`.")


class Needs:
    """Admits callers whose token has a role, or one above it."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(
        self,
        front: Fronted,
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> Token:
        """The caller's token. Raises TokenRefused, RoleNeeded."""
        return admit(front.base, given.credentials if given else "", self.role)


Viewer: TypeAlias = Annotated[Token, Depends(Needs(Role.VIEWER))]
Operator: TypeAlias = Annotated[Token, Depends(Needs(Role.OPERATOR))]
Approver: TypeAlias = Annotated[Token, Depends(Needs(Role.APPROVER))]

Key: TypeAlias = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=LONGEST_KEY,
        description="Sent again with the same request within 24 hours, it gets the same answer.",
    ),
]


@dataclass(frozen=True, slots=True)
class Call:
    """One request that changes something: whose it is, and which."""

    request: Request
    front: Front
    who: Token
    key: str | None

    def once(self, body: BaseModel | None, act: Callable[[Context], JSONResponse]) -> Response:
        """Do it, or give the answer that this key got before."""
        context = self.front.context
        if self.key is None:
            return act(context)
        asked = "" if body is None else body.model_dump_json()
        fingerprint = digest_of(f"{self.request.method} {self.request.url.path} {asked}")
        given = answered_before(context, self.who, self.key, fingerprint)
        if given is not None:
            return _replayed(given)
        kept: Answer | None = None
        try:
            response = act(context)
            location = response.headers.get("location", "")
            text = bytes(response.body).decode()
            kept = Answer(fingerprint, response.status_code, location, text)
            return response
        finally:
            context.store.end_answer(self.who.name, self.key, kept)


def _replayed(given: Answer) -> Response:
    headers = {"Idempotent-Replayed": "true"}
    if given.location:
        headers["Location"] = given.location
    return Response(given.body, given.status or 200, headers, media_type="application/json")


def operator_call(request: Request, front: Fronted, who: Operator, key: Key = None) -> Call:
    """A change that an operator may ask for."""
    return Call(request, front, who, key)


def approver_call(request: Request, front: Fronted, who: Approver, key: Key = None) -> Call:
    """A change that takes an approver."""
    return Call(request, front, who, key)


OperatorCall: TypeAlias = Annotated[Call, Depends(operator_call)]
ApproverCall: TypeAlias = Annotated[Call, Depends(approver_call)]
