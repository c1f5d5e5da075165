"""Signing in by a token, signing out, and the choice of dark or light."""

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.door.front import Front
from service.errors import RoleNeeded, TokenRefused
from service.usecases.admit import ISSUED
from service.usecases.visits import sign_in, sign_out
from service.web.addresses import part
from service.web.forms import FormFields, PartViewerForm
from service.web.rendering import render
from service.web.visitor import (
    THEME_COOKIE,
    THEMES,
    YEAR_S,
    Fronted,
    caller_of,
    forget_key,
    is_tls,
    set_key,
)

signing = APIRouter()
SIGN_IN, SIGNED_OUT = "/sign-in", "/signed-out"
LONGEST_TOKEN = 16_384
LONGEST_WAY = 2000


@signing.get(SIGN_IN)
def get_sign_in(request: Request, front: Fronted, next: str = "/") -> Response:  # noqa: A002 - the parameter's name
    """The form."""
    return sign_in_form(request, front, own_way(next))


@signing.post(SIGN_IN)
def post_sign_in(request: Request, front: Fronted, fields: FormFields) -> Response:
    """A session for a token; what was typed is not shown again."""
    take_turn(request, front)
    context = replace(front.base, caller=caller_of(request, None))
    after = own_way(fields.get("next", "/"))
    clear = fields.get("token", "").strip()[:LONGEST_TOKEN]
    try:
        key = sign_in(context, clear, front.identities, lasting=front.lasting)
    except TokenRefused:
        why = "That token opens nothing here: it is mistyped, expired or revoked."
        return sign_in_form(request, front, after, refused=why, status=401)
    except RoleNeeded as err:
        return sign_in_form(request, front, after, refused=without_role(err), status=403)
    response = RedirectResponse(after, 303)
    set_key(request, response, key)
    return response


def sign_in_form(
    request: Request, front: Front, after: str, *, refused: str = "", status: int = 200
) -> Response:
    """The page to sign in at, with what came of the last try; not with the request's own query."""
    issuer = None if front.sign_in is None else front.sign_in.label
    here = SIGN_IN if after == "/" else f"{SIGN_IN}?next={part(after)}"
    values = {"next": after, "refused": refused, "issuer": issuer, "here": here}
    return render(request, "sign_in.html", values, status=status)


def take_turn(request: Request, front: Front) -> None:
    """Count one try of an address. Raises TooMany."""
    address = request.client.host if request.client else "unknown"
    if front.rate is not None:
        front.rate.take(f"sign-in from {address}")


def without_role(err: RoleNeeded) -> str:
    """What somebody reads who is known and may do nothing."""
    return f"{err.who} has no role here: ask an administrator."


@signing.post("/sign-out")
def post_sign_out(request: Request, form: PartViewerForm) -> Response:
    """The session ends, and the browser forgets it."""
    sign_out(form.visitor.context, form.visitor.key, form.visitor.who)
    at_issuer = form.visitor.who.id == ISSUED and form.visitor.front.sign_in is not None
    response = RedirectResponse(SIGNED_OUT if at_issuer else SIGN_IN, 303)
    forget_key(request, response)
    return response


@signing.post("/theme")
def post_theme(request: Request, fields: FormFields) -> Response:
    """Kept in a cookie of its own: also who is not signed in may choose."""
    response = RedirectResponse(own_way(fields.get("next", "/")), 303)
    theme = fields.get("theme", "")
    wanted = theme if theme in THEMES else "auto"
    response.set_cookie(
        THEME_COOKIE, wanted, YEAR_S, secure=is_tls(request), httponly=True, samesite="lax"
    )
    return response


def own_way(wanted: str) -> str:
    """A path of ours to go on to; anything else is the first page."""
    is_path = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    is_plain = wanted.isprintable() and "\\" not in wanted and len(wanted) <= LONGEST_WAY
    return wanted if is_path and is_plain else "/"
