"""Who calls: the tokens of `/api/v1`, also as the password of Basic authentication.

Controllers of controllers log in to a device with name and password; here the password is a token,
and the name says nothing.
"""

import base64
import binascii
from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials

from service.api.front import Fronted, Needs
from service.door.front import Front
from service.ports.tokens import Role, Token


def token_of(request: Request) -> HTTPAuthorizationCredentials | None:
    """What a caller shows; None: nothing that could be a token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return HTTPAuthorizationCredentials(scheme=scheme, credentials=given.strip())
    if scheme.lower() == "basic":
        return HTTPAuthorizationCredentials(scheme=scheme, credentials=_password(given))
    return None


def _password(given: str) -> str:
    try:
        login = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return login.partition(":")[2]


def admitted(request: Request, front: Front, role: Role) -> Token:
    """The caller. Raises TooMany, TokenRefused, RoleNeeded."""
    return Needs(role, parts=True)(request, front, token_of(request))


def reader(request: Request, front: Fronted) -> Token:
    """Whoever may read."""
    return admitted(request, front, Role.VIEWER)


Reader: TypeAlias = Annotated[Token, Depends(reader)]
