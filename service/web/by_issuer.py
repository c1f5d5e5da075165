"""Signing in by an issuer: a browser is sent there, and comes back with a code; and out again.

Signing in begins with a link, and signing out there with a page of its own: the policy of our pages
lets no form lead to another host, not even by a redirect.
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from service.door.front import Front
from service.errors import AprejoinError, IssuerAway, NotFound, RoleNeeded, TokenRefused
from service.ports.identities import Identity
from service.ports.sign_in import LASTS_S, Attempt, SignIn
from service.usecases.visits import sign_in_at, tell_refused
from service.web.rendering import render
from service.web.sign_in import SIGNED_OUT, own_way, sign_in_form, take_turn, without_role
from service.web.visitor import Fronted, caller_of, is_tls, set_key

by_issuer = APIRouter()
COOKIE, SAFE_COOKIE = "aprejoin-sign-in", "__Host-aprejoin-sign-in"
STRAY = "that answer is to no sign-in that this browser began in the last ten minutes: begin anew"
LONGEST_SAID = 300

log = structlog.get_logger(__name__)


@by_issuer.get("/sign-in/issuer")
def get_issuer(request: Request, front: Fronted, next: str = "/") -> Response:  # noqa: A002 - the parameter's name
    """On to the issuer, with a secret in a cookie that its answer has to fit."""
    take_turn(request, front)
    attempt = Attempt.new(own_way(next), now_s=_now_s(front))
    try:
        where = _issuer(front).leads_to(attempt)
    except IssuerAway as err:
        return _away(request, front, attempt.after, err)
    response = RedirectResponse(where, 303)
    name = _cookie(request)
    response.set_cookie(
        name, attempt.cookie, int(LASTS_S), secure=is_tls(request), httponly=True, samesite="lax"
    )
    return response


@by_issuer.get("/sign-in/callback")
def get_callback(request: Request, front: Fronted) -> Response:
    """A session for what the issuer vouches for; its answer counts once, in this browser alone."""
    take_turn(request, front)
    issuer, state = _issuer(front), request.query_params.get("state", "")
    attempt = Attempt.from_cookie(request.cookies.get(_cookie(request), ""), now_s=_now_s(front))
    if attempt is None or not attempt.is_answered_by(state):
        return _refused(request, front, "/", TokenRefused(STRAY))
    response = _answered(request, front, issuer, attempt)
    response.delete_cookie(_cookie(request), secure=is_tls(request), httponly=True, samesite="lax")
    return response


@by_issuer.get(SIGNED_OUT)
def get_signed_out(request: Request, front: Fronted) -> Response:
    """Signed out here; on to where the issuer signs people out, if it has such a place."""
    issuer, why, where = _issuer(front), "", None
    try:
        where = issuer.leaves_by()
    except IssuerAway as err:
        why = str(err)
    return render(request, "signed_out.html", {"issuer": issuer.label, "where": where, "why": why})


def _answered(request: Request, front: Front, issuer: SignIn, attempt: Attempt) -> Response:
    after = own_way(attempt.after)
    try:
        found = _redeemed(request.query_params, issuer, attempt)
        context = replace(front.base, caller=caller_of(request, None))
        key = sign_in_at(context, found, lasting=front.lasting)
    except TokenRefused as err:
        return _refused(request, front, after, err)
    except RoleNeeded as err:
        return sign_in_form(request, front, after, refused=without_role(err), status=403)
    except IssuerAway as err:
        return _away(request, front, after, err)
    response = RedirectResponse(after, 303)
    set_key(request, response, key)
    return response


def _refused(request: Request, front: Front, after: str, err: TokenRefused) -> Response:
    tell_refused(replace(front.base, caller=caller_of(request, None)), err)
    return sign_in_form(request, front, after, refused=_sentence(err), status=401)


def _away(request: Request, front: Front, after: str, err: IssuerAway) -> Response:
    log.warning("sign_in.issuer_away", reason=str(err))
    told = f"{_sentence(err)} A token opens this page all the same."
    return sign_in_form(request, front, after, refused=told, status=503)


def _sentence(err: AprejoinError) -> str:
    told = str(err)
    return f"{told[:1].upper()}{told[1:]}."


def _redeemed(said: Mapping[str, str], issuer: SignIn, attempt: Attempt) -> Identity:
    """Whom an answer stands for. Raises TokenRefused, IssuerAway."""
    if "error" in said:
        words = filter(None, [said["error"], said.get("error_description", "")])
        told = ": ".join(words)[:LONGEST_SAID]
        raise TokenRefused(f"the issuer signed nobody in: {told}")
    return issuer.redeem(attempt, said.get("code", ""), issuer=said.get("iss"))


def _issuer(front: Front) -> SignIn:
    """Where people sign in. Raises NotFound."""
    if front.sign_in is None:
        raise NotFound("page", "sign-in by an issuer")
    return front.sign_in


def _now_s(front: Front) -> float:
    return front.base.clock.now().wall.timestamp()


def _cookie(request: Request) -> str:
    return SAFE_COOKIE if is_tls(request) else COOKIE
