"""Who looks at a page: by the cookie of a session, with the same roles and scopes as REST."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from fastapi.responses import Response

from service.domain.audit import Caller
from service.door.front import Front
from service.errors import RoleNeeded, ScopeNeeded, TokenRefused
from service.ports.tokens import Role, Token
from service.usecases.admit import digest_of, tell_call_refused
from service.usecases.context import Context
from service.usecases.visits import form_key, visitor

COOKIE, SAFE_COOKIE = "aprejoin", "__Host-aprejoin"
"""The second over TLS: a browser takes it from nobody but this very host."""
THEME_COOKIE = "aprejoin-theme"
THEMES = ("auto", "light", "dark")
YEAR_S = 31_536_000
RENEWS = "X-Live"
"""A page that renews itself says so: that is no sign of life."""
READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in.

    Attributes:
        key: the id of the session, in clear.
    """

    front: Front
    who: Token
    key: str
    caller: Caller

    @property
    def context(self) -> Context:
        """The ports, as this person may see them."""
        return replace(self.front.context_of(self.who), caller=self.caller)

    @property
    def form_key(self) -> str:
        """What every form of theirs carries."""
        return form_key(self.key)

    @property
    def now(self) -> datetime:
        """This host's clock."""
        return self.front.base.clock.now().wall

    def may(self, role: Role) -> bool:
        """Whether they have a role, or one above it."""
        return self.who.role >= role

    @property
    def is_operator(self) -> bool:
        """Whether they may ask for work."""
        return self.may(Role.OPERATOR)

    @property
    def is_approver(self) -> bool:
        """Whether they may give their word."""
        return self.may(Role.APPROVER)


def front_of(request: Request) -> Front:
    """The front of the application that serves this request."""
    front: Front = request.app.state.front
    return front


Fronted: TypeAlias = Annotated[Front, Depends(front_of)]


def is_tls(request: Request) -> bool:
    """Whether the browser came by HTTPS, also to a proxy in front that is trusted to say so.

    Where the public address is an https: one, cookies are never for less.
    """
    public = front_of(request).public_url or ""
    return request.url.scheme == "https" or public.startswith("https:")


def key_of(request: Request) -> str:
    """The session's id that a browser shows; empty: none."""
    return request.cookies.get(SAFE_COOKIE if is_tls(request) else COOKIE, "")


def set_key(request: Request, response: Response, key: str) -> None:
    """Hand a session's id to a browser; it forgets it when it is closed."""
    safe = is_tls(request)
    name = SAFE_COOKIE if safe else COOKIE
    response.set_cookie(name, key, path="/", secure=safe, httponly=True, samesite="lax")


def forget_key(request: Request, response: Response) -> None:
    """Take it back."""
    safe = is_tls(request)
    name = SAFE_COOKIE if safe else COOKIE
    response.delete_cookie(name, path="/", secure=safe, httponly=True, samesite="lax")


def theme_of(request: Request) -> str:
    """Dark, light, or as the system has it."""
    wanted = request.cookies.get(THEME_COOKIE, "")
    return wanted if wanted in THEMES else "auto"


def caller_of(request: Request, who: Token | None) -> Caller:
    """Where something comes from, for the audit trail."""
    address = request.client.host if request.client else "unknown"
    return Caller("person", f"page from {address}" + (f", token {who.id}" if who else ""))


class Needs:
    """Admits who is signed in with a role, or one above it.

    A token for a part of the fleet is admitted only where that is said: there what is shown and
    done goes by `Visitor.context`.
    """

    def __init__(self, role: Role, *, parts: bool = False) -> None:
        self.role, self.parts = role, parts

    def __call__(self, request: Request, front: Fronted) -> Visitor:
        """Who it is. Raises TooMany, TokenRefused, RoleNeeded, ScopeNeeded."""
        key = key_of(request)
        if front.rate is not None:
            front.rate.take(digest_of(key))
        try:
            touches = RENEWS not in request.headers
            who = visitor(front.base, key, self.role, lasting=front.lasting, touches=touches)
        except RoleNeeded as err:
            self._tell(request, front, err.who, err)
            raise
        if not (self.parts or who.scope.is_whole):
            refused = ScopeNeeded(who.scope.label)
            self._tell(request, front, who.name, refused)
            raise refused
        return Visitor(front, who, key, caller_of(request, who))

    def _tell(self, request: Request, front: Front, who: str, err: Exception) -> None:
        """Record that somebody was refused who wanted to change something."""
        if request.method in READING or not isinstance(err, RoleNeeded | ScopeNeeded):
            return
        context = replace(front.base, caller=caller_of(request, None))
        tell_call_refused(context, who, f"{request.method} {request.url.path}", err)


PartViewer: TypeAlias = Annotated[Visitor, Depends(Needs(Role.VIEWER, parts=True))]
PartOperator: TypeAlias = Annotated[Visitor, Depends(Needs(Role.OPERATOR, parts=True))]
PartApprover: TypeAlias = Annotated[Visitor, Depends(Needs(Role.APPROVER, parts=True))]
Viewer: TypeAlias = Annotated[Visitor, Depends(Needs(Role.VIEWER))]
Operator: TypeAlias = Annotated[Visitor, Depends(Needs(Role.OPERATOR))]
Approver: TypeAlias = Annotated[Visitor, Depends(Needs(Role.APPROVER))]
Admin: TypeAlias = Annotated[Visitor, Depends(Needs(Role.ADMIN))]


def visitor_or_none(request: Request, front: Front) -> Visitor | None:
    """Who is signed in, if anybody: for pages of errors."""
    try:
        key, lasting = key_of(request), front.lasting
        who = visitor(front.base, key, Role.VIEWER, lasting=lasting, touches=False)
    except (TokenRefused, RoleNeeded):
        return None
    return Visitor(front, who, key, caller_of(request, who))
