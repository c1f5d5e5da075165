"""Errors as pages: what happened, in the error's own words, and where to go from here."""

import math
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from service.door.sorts import INTERNAL, sort_of
from service.errors import AprejoinError, FormRefused, StoreError, TokenRefused, TooMany
from service.web.rendering import render
from service.web.sign_in import SIGN_IN
from service.web.visitor import RENEWS, Visitor, front_of, visitor_or_none

log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Answer every error by a page."""
    app.add_exception_handler(Exception, _unforeseen)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AprejoinError, _ours)


def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, TokenRefused):
        return _stranger(request, error)
    if isinstance(error, FormRefused):
        told = f"Nothing was done: {error}."
        return trouble(request, HTTPStatus.FORBIDDEN, "Form refused", told)
    sort = sort_of(error) if isinstance(error, AprejoinError) else INTERNAL
    if sort.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("page.failed", path=request.url.path, reason=str(error))
    answer = trouble(request, sort.status, sort.title, str(error))
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(math.ceil(error.again_s))
    return answer


def _stranger(request: Request, error: TokenRefused) -> Response:
    """On to signing in, and from there to where somebody wanted to go."""
    if request.method != "GET" or RENEWS in request.headers:
        return trouble(request, HTTPStatus.UNAUTHORIZED, "Please sign in", str(error))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{SIGN_IN}?next={quote(path, safe='')}", 303)


def _invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    told = "; ".join(f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
    return trouble(request, HTTPStatus.BAD_REQUEST, "That address makes no sense", told)


def _http(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    told = error.detail if isinstance(error, HTTPException) else ""
    told = "There is no such page." if status == HTTPStatus.NOT_FOUND else told
    return trouble(request, status, status.phrase, told)


def _unforeseen(request: Request, error: Exception) -> Response:
    log.error("page.broke", path=request.url.path, error=type(error).__name__)
    told = "An error that nobody foresaw; the service's log has it."
    return trouble(request, INTERNAL.status, INTERNAL.title, told)


def trouble(request: Request, status: HTTPStatus, title: str, told: str) -> Response:
    """A page that says what went wrong."""
    values = {"status": int(status), "title": title, "told": told}
    return render(request, "trouble.html", values, visitor=_visitor(request), status=status)


def _visitor(request: Request) -> Visitor | None:
    try:
        return visitor_or_none(request, front_of(request))
    except StoreError:  # then who it is cannot be looked up
        return None
