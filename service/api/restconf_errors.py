"""Errors as RESTCONF has them (RFC 8040 sections 3.9 and 7).

`error-tag` is of the RFC's table, `error-app-tag` is the name of the problem as `/api/v1` types it,
so that whoever knows one knows the other.
"""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from service.errors import RequestError

ROOT = "/restconf"
STREAMS = "/streams"
YANG_JSON = "application/yang-data+json"
READ = "GET, HEAD, OPTIONS"
CALLED = "POST, OPTIONS"
"""What data takes, and what an operation does, as `Allow` has it."""
TAGS: Mapping[int, tuple[int, str]] = {
    400: (400, "invalid-value"),
    401: (401, "access-denied"),
    403: (403, "access-denied"),
    404: (404, "invalid-value"),
    405: (405, "operation-not-supported"),
    406: (406, "invalid-value"),
    409: (412, "operation-failed"),
    412: (412, "operation-failed"),
    413: (413, "too-big"),
    415: (415, "invalid-value"),
    422: (400, "invalid-value"),
    428: (412, "operation-failed"),
    429: (429, "resource-denied"),
}
"""The status that a problem has elsewhere -> status and tag here."""
BY_NAME: Mapping[str, tuple[int, str]] = {
    "unreadable": (400, "malformed-message"),
    "lease-held": (409, "in-use"),
    "key-in-use": (409, "in-use"),
}
PROTOCOL = frozenset({400, 401, 403, 405, 406, 413, 415})
CHALLENGE = 'Bearer, Basic realm="aprejoin", charset="UTF-8"'


class YangJson(JSONResponse):
    """A document of the model; nothing where there is none."""

    media_type = YANG_JSON

    def render(self, content: object) -> bytes:
        """As JSON."""
        return b"" if content is None else super().render(content)


class Refusal(RequestError):
    """What RESTCONF itself refuses.

    Attributes:
        tag: of RFC 8040 section 7.
        path: the instance that it is about, as RFC 7951 writes it; empty: none.
        headers: of the answer.
    """

    def __init__(
        self, status: HTTPStatus, tag: str, message: str, *, path: str = "", app_tag: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.tag, self.path, self.app_tag = status, tag, path, app_tag
        self.headers: dict[str, str] = {}

    def answer(self) -> JSONResponse:
        """As a response."""
        told = _answer(int(self.status), self.tag, str(self), path=self.path, app_tag=self.app_tag)
        told.headers.update(self.headers)
        return told


def unknown_place(message: str, path: str = "") -> Refusal:
    """Nothing is there."""
    return Refusal(HTTPStatus.NOT_FOUND, "invalid-value", message, path=path)


def bad_value(message: str, path: str = "") -> Refusal:
    """A parameter or a value is none."""
    return Refusal(HTTPStatus.BAD_REQUEST, "invalid-value", message, path=path)


def malformed(message: str) -> Refusal:
    """What was sent cannot be read."""
    return Refusal(HTTPStatus.BAD_REQUEST, "malformed-message", message)


def unknown_element(message: str, path: str) -> Refusal:
    """The model has no such node there."""
    return Refusal(HTTPStatus.BAD_REQUEST, "unknown-element", message, path=path)


def missing(name: str, path: str) -> Refusal:
    """The model wants a node that is not there."""
    return Refusal(HTTPStatus.BAD_REQUEST, "missing-element", f"{name} is missing", path=path)


def not_supported(message: str, allowed: str) -> Refusal:
    """The method does not go here; which ones do stands in `Allow`."""
    found = Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "operation-not-supported", message)
    found.headers["Allow"] = allowed
    return found


def not_acceptable(message: str) -> Refusal:
    """The answer is of no kind that the caller takes."""
    return Refusal(HTTPStatus.NOT_ACCEPTABLE, "invalid-value", message)


def is_restconf(path: str) -> bool:
    """Whether an address belongs to RESTCONF."""
    return any(path == root or path.startswith(f"{root}/") for root in (ROOT, STREAMS))


def install(app: FastAPI) -> None:
    """Answer what RESTCONF itself refuses."""

    @app.exception_handler(Refusal)
    def refused(_request: Request, error: Refusal) -> JSONResponse:
        return error.answer()


def problem_answer(name: str, status: int, detail: str, headers: Mapping[str, str]) -> JSONResponse:
    """A problem of `/api/v1` as RESTCONF has it."""
    otherwise = TAGS.get(status, (status, "operation-failed"))
    status, tag = BY_NAME.get(name, otherwise)
    response = _answer(status, tag, detail, app_tag=name)
    response.headers.update(headers)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response


def _answer(
    status: int, tag: str, message: str, *, path: str = "", app_tag: str = ""
) -> JSONResponse:
    error = {
        "error-type": "protocol" if status in PROTOCOL else "application",
        "error-tag": tag,
        **({"error-app-tag": app_tag} if app_tag else {}),
        **({"error-path": path} if path else {}),
        "error-message": message,
    }
    return YangJson({"ietf-restconf:errors": {"error": [error]}}, status)
