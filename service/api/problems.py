"""Errors as RFC 9457 problem details; the one place that knows which error is which status.

`type` is stable: clients may act on it. `detail` is for people. What was sent is never echoed.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from service.api.restconf_errors import is_restconf, problem_answer
from service.door.sorts import INTERNAL, INVALID, Sort, sort_of
from service.errors import AprejoinError, TooMany
from service.usecases.device_problems import PREFIX

MEDIA_TYPE = "application/problem+json"
REF = {"$ref": "#/components/schemas/Problem"}

log = structlog.get_logger(__name__)


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=[f"{PREFIX}not-found"], description="What kind; stable.")
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["no controller named 'hq-9'; known: hq-1"])
    instance: str = Field(examples=["/api/v1/controllers/hq-9"])


UNREADABLE = Sort("unreadable", "Unreadable", HTTPStatus.BAD_REQUEST)
NOT_JSON = Sort("not-json", "Unsupported media type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
HTTP_SORTS = {
    400: UNREADABLE,
    404: Sort("not-found", "Not found", HTTPStatus.NOT_FOUND),
    405: Sort("method-not-allowed", "Method not allowed", HTTPStatus.METHOD_NOT_ALLOWED),
    413: Sort("too-large", "Too large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
}
"""What the framework refuses by itself, and `guard`."""
JSON = "application/json"


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may answer beside its own, for OpenAPI; the schema is added by `describe`."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": REF}}}
        for status in sorted({401, 403, *statuses, 422, 429, 503})
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


def body_of(sort: Sort, detail: str, instance: str) -> dict[str, object]:
    """A problem as a document."""
    return {
        "type": f"{PREFIX}{sort.name}",
        "title": sort.title,
        "status": int(sort.status),
        "detail": detail,
        "instance": instance,
    }


def answer(
    request: Request, sort: Sort, detail: str, more: Mapping[str, object] | None = None
) -> JSONResponse:
    """A problem as a response, in the form of the part that was asked."""
    if is_restconf(request.url.path):
        return problem_answer(sort.name, int(sort.status), detail, dict(sort.headers))
    body = body_of(sort, detail, request.url.path) | dict(more or {})
    return JSONResponse(body, int(sort.status), dict(sort.headers), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error in this form."""

    @app.exception_handler(AprejoinError)
    def ours(request: Request, error: AprejoinError) -> JSONResponse:
        sort = sort_of(error)
        if isinstance(error, TooMany):
            again = ("Retry-After", str(math.ceil(error.again_s)))
            sort = replace(sort, headers=(*sort.headers, again))
        if sort.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("request.failed", path=request.url.path, reason=str(error))
        return answer(request, sort, str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            {"where": "/".join(map(str, one["loc"])), "what": one["msg"]} for one in error.errors()
        ]
        detail = "; ".join(f"{one['where']}: {one['what']}" for one in found)
        if error.body is not None and not _is_json(request):
            return answer(request, NOT_JSON, f"a body is {JSON}, and Content-Type says so")
        return answer(request, INVALID, detail, {"errors": found})

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        other = Sort(status.phrase.lower().replace(" ", "-"), status.phrase, status)
        sort = HTTP_SORTS.get(status, other)
        headers = tuple((error.headers or {}).items())
        return answer(request, replace(sort, headers=headers), str(error.detail))

    @app.exception_handler(Exception)
    def unforeseen(request: Request, error: Exception) -> JSONResponse:
        log.error("request.broke", path=request.url.path, error=type(error).__name__)
        return answer(request, INTERNAL, "an error that nobody foresaw; the service's log has it")


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON
