"""The document that describes the API, made whole: every answer that may come, each with examples.

What was answered to one story of calls is in `examples.json`, which
`python -m tests.support.api_examples` writes anew. Errors are made up here, one of each type.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from fastapi import FastAPI

from service.api.front import V1
from service.api.problems import HTTP_SORTS, MEDIA_TYPE, NOT_JSON, REF, body_of
from service.door.sorts import INTERNAL, SORTS, Sort

EXAMPLES = "examples.json"
DETAILS = {
    "token-refused": "a valid bearer token is needed",
    "role-needed": "this takes the role approver; the token has the role viewer",
    "own-request": "ann asked for it: somebody else has to approve it",
    "not-found": "no controller named 'hq-9'; known: hq-1",
    "refused": "the plan 9c41d2f0a7b3 expired: ask for another one",
    "plan-changed": "the approved plan 9c41d2f0a7b3 no longer holds: read it and approve it again",
    "invalid-input": "body/controller: Field required",
}
"""What a type of problem says, where its title does not say it all."""


def install(app: FastAPI) -> None:
    """Make the OpenAPI document whole."""
    plain = app.openapi

    def whole() -> dict[str, Any]:
        document = plain()
        for path, item in document["paths"].items():
            for operation in item.values():
                _describe(path, operation)
        return document

    app.openapi = whole  # type: ignore[method-assign]  # FastAPI's own way to extend it


@cache
def examples() -> Mapping[str, Any]:
    """What was answered, by operation: parameters, request, status, media type, response."""
    found: Mapping[str, Any] = json.loads(
        files("service.api").joinpath(EXAMPLES).read_text(encoding="utf-8")
    )
    return found


def _describe(path: str, operation: dict[str, Any]) -> None:
    if path.startswith(V1):
        for status in _may_answer(operation):
            refused = {"description": status.phrase, "content": {MEDIA_TYPE: {"schema": REF}}}
            operation["responses"].setdefault(str(int(status)), refused)
    for status, response in operation["responses"].items():
        if MEDIA_TYPE in response.get("content", {}):
            response["content"][MEDIA_TYPE]["examples"] = _problems(int(status), path)
    shown = examples().get(operation["operationId"])
    if shown is not None:
        _show(operation, shown)


def _may_answer(operation: Mapping[str, Any]) -> Iterator[HTTPStatus]:
    """What any operation of its sort may answer, whatever it is for."""
    yield HTTPStatus.INTERNAL_SERVER_ERROR
    if "requestBody" in operation:
        yield HTTPStatus.BAD_REQUEST
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ())):
        yield HTTPStatus.CONFLICT


def _show(operation: dict[str, Any], shown: Mapping[str, Any]) -> None:
    if shown["request"] is not None:
        content = operation["requestBody"]["content"]["application/json"]
        content["examples"] = {"example": {"value": shown["request"]}}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in shown["parameters"]:
            parameter["example"] = shown["parameters"][parameter["name"]]
    content = operation["responses"][shown["status"]].setdefault("content", {})
    media = content.setdefault(shown["media"], {})
    media["examples"] = {"example": {"value": shown["response"]}}


def _problems(status: int, path: str) -> dict[str, Any]:
    """One of each type of that status."""
    sorts = [*(sort for _, sort in SORTS), *HTTP_SORTS.values(), INTERNAL, NOT_JSON]
    return {
        sort.name: {"value": body_of(sort, _detail(sort), path)}
        for sort in sorts
        if sort.status == status
    }


def _detail(sort: Sort) -> str:
    return DETAILS.get(sort.name, sort.title.lower())
