"""Errors as RFC 9457 problem details; the one place that knows which error is which status.

`type` is stable: clients may act on it. `detail` is for people. What was sent is never echoed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.errors import (
    AprejoinError,
    InvalidInput,
    KeyReused,
    LeaseHeld,
    NotApproved,
    NotFound,
    PlanChanged,
    Refused,
    RoleNeeded,
    StoreError,
    TokenRefused,
)

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:aprejoin:problem:"
REF = {"$ref": "#/components/schemas/Problem"}
RETRY_AFTER_S = "5"

log = structlog.get_logger(__name__)


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=[f"{PREFIX}not-found"], description="What kind; stable.")
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no controller named 'hq-9'; known: hq-1"])
    instance: str = Field(examples=["/api/v1/controllers/hq-9"])


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of problem."""

    name: str
    title: str
    status: HTTPStatus
    headers: tuple[tuple[str, str], ...] = ()


BAD_TOKEN = Sort(
    "token-refused", "Token refused", HTTPStatus.UNAUTHORIZED, (("WWW-Authenticate", "Bearer"),)
)
AWAY = Sort(
    "store-unavailable",
    "Store unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    (("Retry-After", RETRY_AFTER_S),),
)
INVALID = Sort("invalid-input", "Invalid input", HTTPStatus.UNPROCESSABLE_ENTITY)
INTERNAL = Sort("internal", "Internal error", HTTPStatus.INTERNAL_SERVER_ERROR)

SORTS: tuple[tuple[type[AprejoinError], Sort], ...] = (
    (TokenRefused, BAD_TOKEN),
    (RoleNeeded, Sort("role-needed", "Role needed", HTTPStatus.FORBIDDEN)),
    (NotApproved, Sort("own-request", "Not yours to approve", HTTPStatus.FORBIDDEN)),
    (NotFound, Sort("not-found", "Not found", HTTPStatus.NOT_FOUND)),
    (KeyReused, Sort("key-reused", "Idempotency-Key reused", HTTPStatus.UNPROCESSABLE_ENTITY)),
    (PlanChanged, Sort("plan-changed", "Plan changed", HTTPStatus.CONFLICT)),
    (Refused, Sort("refused", "Refused", HTTPStatus.CONFLICT)),
    (LeaseHeld, Sort("lease-held", "Being changed", HTTPStatus.CONFLICT)),
    (InvalidInput, INVALID),
    (StoreError, AWAY),
)
"""The first that fits counts."""

HTTP_NAMES = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer beside its own, for OpenAPI; the schema is added by `describe`."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": REF}}}
        for status in (401, 403, *statuses, 422, 503)
    }


def describe(app: FastAPI) -> None:
    """Name the form of errors once in the OpenAPI document."""
    plain = app.openapi

    def with_problem() -> dict[str, Any]:
        document = plain()
        schemas = document["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document

    app.openapi = with_problem  # type: ignore[method-assign]  # FastAPI's own way to extend it


def sort_of(error: AprejoinError) -> Sort:
    """Which sort of problem an error is."""
    return next((sort for kind, sort in SORTS if isinstance(error, kind)), INTERNAL)


def answer(
    request: Request, sort: Sort, detail: str, more: Mapping[str, object] | None = None
) -> JSONResponse:
    """A problem as a response."""
    body = {
        "type": f"{PREFIX}{sort.name}",
        "title": sort.title,
        "status": int(sort.status),
        "detail": detail,
        "instance": request.url.path,
        **(more or {}),
    }
    return JSONResponse(body, int(sort.status), dict(sort.headers), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error in this form."""

    @app.exception_handler(AprejoinError)
    def ours(request: Request, error: AprejoinError) -> JSONResponse:
        sort = sort_of(error)
        if sort.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request.failed", path=request.url.path, reason=str(error))
        return answer(request, sort, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            {"where": "/".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()
        ]
        detail = "; ".join(f"{one['where']}: {one['what']}" for one in found)
        return answer(request, INVALID, detail, {"errors": found})

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        name = HTTP_NAMES.get(status, status.phrase.lower().replace(" ", "-"))
        headers = tuple((error.headers or {}).items())
        return answer(request, Sort(name, status.phrase, status, headers), str(error.detail))

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("request.broke", path=request.url.path, error=type(error).__name__)
        return answer(request, INTERNAL, "an error that nobody foresaw; the service's log has it")
