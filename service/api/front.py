"""What every route reaches: the ports with today's inventory, the caller, answers given once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, TypeAlias

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from service.domain.audit import Caller
from service.door.front import Front
from service.door.whole import whole
from service.errors import ScopeNeeded
from service.ports.tokens import Answer, Role, Token
from service.usecases.admit import (
    admit,
    admit_to_change,
    answered_before,
    digest_of,
    tell_call_refused,
)
from service.usecases.context import Context
from service.usecases.held_jobs import HeldJobs

V1 = "/api/v1"
READING = ("GET", "HEAD", "OPTIONS")
LONGEST_KEY = 255
LOOK_AGAIN_S = "2"
"""As often as the dispatcher ticks."""


def front_of(request: Request) -> Front:
    """The front of the application that serves this request."""
    front: Front = request.app.state.front
    return front


Fronted: TypeAlias = Annotated[Front, Depends(front_of)]

bearer = HTTPBearer(auto_error=False, description="A token made by `aprejoin token create`.")


def caller_of(request: Request, who: Token | None) -> Caller:
    """Where a request comes from, for the audit trail."""
    address = request.client.host if request.client else "unknown"
    if who is None:
        return Caller("token", f"REST from {address}")
    return Caller("token", f"REST from {address}, token {who.id}")


def called(request: Request) -> str:
    """What a request asks for, without its query."""
    return f"{request.method} {request.url.path}"


class Needs:
    """Admits callers whose token has a role, or one above it.

    A token for a part of the fleet is admitted only where that is said: there what is shown and
    done goes by `Front.context_of`.
    """

    def __init__(self, role: Role, *, parts: bool = False) -> None:
        self.role, self.parts = role, parts

    def __call__(
        self,
        request: Request,
        front: Fronted,
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> Token:
        """The caller's token. Raises TooMany, TokenRefused, RoleNeeded, ScopeNeeded."""
        token = self._admitted(request, front, given)
        if not (self.parts or token.scope.is_whole):
            err = ScopeNeeded(token.scope.label)
            if request.method not in READING:
                context = replace(front.base, caller=caller_of(request, token))
                tell_call_refused(context, token.name, called(request), err)
            raise err
        return token

    def _admitted(
        self, request: Request, front: Front, given: HTTPAuthorizationCredentials | None
    ) -> Token:
        clear = given.credentials if given else ""
        if front.rate is not None:
            front.rate.take(digest_of(clear))
        if request.method in READING:
            return admit(front.base, clear, self.role, front.identities)
        context = replace(front.base, caller=caller_of(request, None))
        asked = called(request)
        return admit_to_change(context, clear, self.role, front.identities, call=asked)


PartViewer: TypeAlias = Annotated[Token, Depends(Needs(Role.VIEWER, parts=True))]
PartOperator: TypeAlias = Annotated[Token, Depends(Needs(Role.OPERATOR, parts=True))]
PartApprover: TypeAlias = Annotated[Token, Depends(Needs(Role.APPROVER, parts=True))]
PartAdmin: TypeAlias = Annotated[Token, Depends(Needs(Role.ADMIN, parts=True))]
Viewer: TypeAlias = Annotated[Token, Depends(Needs(Role.VIEWER))]
Operator: TypeAlias = Annotated[Token, Depends(Needs(Role.OPERATOR))]
Approver: TypeAlias = Annotated[Token, Depends(Needs(Role.APPROVER))]
Admin: TypeAlias = Annotated[Token, Depends(Needs(Role.ADMIN))]

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
    """One request that changes something: whose it is, and which.

    Attributes:
        queue: takes jobs at once, and hands them on when what they are about is durable.
    """

    request: Request
    front: Front
    who: Token
    key: str | None
    queue: HeldJobs

    def once(self, body: BaseModel | None, act: Callable[[Context], JSONResponse]) -> Response:
        """Do it whole or not at all, or give the answer that this key got before.

        The key, the work and the answer are one transaction: whoever dies on the way leaves none
        of them, and whoever has the answer has the work.
        """
        caller = caller_of(self.request, self.who)
        return whole(
            self.front.context_of(self.who),
            self.queue,
            lambda context: self._answer(context, body, act),
            caller=caller,
            who=self.who.name,
            call=called(self.request),
        )

    def _answer(
        self, context: Context, body: BaseModel | None, act: Callable[[Context], JSONResponse]
    ) -> Response:
        if self.key is None:
            return act(context)
        asked = "" if body is None else body.model_dump_json()
        fingerprint = digest_of(f"{self.request.method} {self.request.url.path} {asked}")
        given = answered_before(context, self.who, self.key, fingerprint)
        if given is not None:
            return _replayed(given)
        response = act(context)
        location = response.headers.get("location", "")
        text = bytes(response.body).decode()
        answer = Answer(fingerprint, response.status_code, location, text)
        context.store.keep_answer(self.who.name, self.key, answer, at=context.clock.now().wall)
        return response


def _replayed(given: Answer) -> Response:
    headers = {"Idempotent-Replayed": "true", **accepted_headers(given.status, given.location)}
    return Response(given.body, given.status, headers, media_type="application/json")


def accepted_headers(status: int, location: str) -> dict[str, str]:
    """Where to look after what was answered, and when."""
    headers = {"Location": location} if location else {}
    return headers | ({"Retry-After": LOOK_AGAIN_S} if status == HTTPStatus.ACCEPTED else {})


def operator_call(request: Request, front: Fronted, who: Operator, key: Key = None) -> Call:
    """A change that an operator may ask for."""
    return Call(request, front, who, key, HeldJobs(front.queue))


def approver_call(request: Request, front: Fronted, who: Approver, key: Key = None) -> Call:
    """A change that takes an approver."""
    return Call(request, front, who, key, HeldJobs(front.queue))


def admin_call(request: Request, front: Fronted, who: Admin, key: Key = None) -> Call:
    """A change that takes an administrator."""
    return Call(request, front, who, key, HeldJobs(front.queue))


def part_admin_call(request: Request, front: Fronted, who: PartAdmin, key: Key = None) -> Call:
    """The same, also about a part of the fleet."""
    return Call(request, front, who, key, HeldJobs(front.queue))


def part_operator_call(
    request: Request, front: Fronted, who: PartOperator, key: Key = None
) -> Call:
    """The same, also about a part of the fleet."""
    return Call(request, front, who, key, HeldJobs(front.queue))


def part_approver_call(
    request: Request, front: Fronted, who: PartApprover, key: Key = None
) -> Call:
    """The same, also about a part of the fleet."""
    return Call(request, front, who, key, HeldJobs(front.queue))


PartOperatorCall: TypeAlias = Annotated[Call, Depends(part_operator_call)]
PartApproverCall: TypeAlias = Annotated[Call, Depends(part_approver_call)]
PartAdminCall: TypeAlias = Annotated[Call, Depends(part_admin_call)]
OperatorCall: TypeAlias = Annotated[Call, Depends(operator_call)]
ApproverCall: TypeAlias = Annotated[Call, Depends(approver_call)]
AdminCall: TypeAlias = Annotated[Call, Depends(admin_call)]
