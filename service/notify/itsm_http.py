"""HTTP to an ITSM: one request with a deadline, and what its answer means.

TLS is always verified, redirects are never followed (credentials would travel with them), a body is
read up to a limit. Reads are tried twice; a write is sent once, whatever becomes of it.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, TypeAlias

import requests
from requests.auth import AuthBase
from urllib3.exceptions import MaxRetryError, NewConnectionError

from service.errors import (
    InvalidInput,
    ItsmError,
    ItsmLoginRefused,
    ItsmOutcomeUnknown,
    ItsmRefused,
    ItsmUnreachable,
)
from service.ports.clock import Clock

Method: TypeAlias = Literal["GET", "POST", "PATCH", "PUT"]
Login: TypeAlias = Callable[[], str]
"""The header `Authorization`, asked for with every request; may itself talk to the ITSM. Empty:
there is none."""

CONNECT_S, SILENT_S, DEADLINE_S = 3.05, 6.0, 10.0
"""To connect; from one byte to the next; for the whole answer."""
LONGEST_BYTES = 4_000_000
READ_TRIES, READ_PAUSE_S = 2, 0.3
BUSY_AGAIN_S = 60.0
SHOWN = 300
JSON = "application/json"
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A body that was understood, and its status."""

    status: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Sending(AuthBase):
    """Sets the header last, so that no `.netrc` replaces it."""

    header: str = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.header:
            request.headers["Authorization"] = self.header
        return request


class ItsmHttp:
    """Requests to one ITSM. Used by one thread."""

    def __init__(self, base: str, clock: Clock, login: Login, *, ca: str | None) -> None:
        self._base, self._clock, self._login = base.rstrip("/"), clock, login
        self._verify: str | bool = ca or True
        self._session = requests.Session()

    def get(self, what: str, path: str, params: Mapping[str, str]) -> Answer:
        """Ask. Raises ItsmUnreachable, ItsmRefused."""
        for _ in range(READ_TRIES - 1):
            try:
                return _answer(what, *self._once("GET", what, path, params=params))
            except ItsmOutcomeUnknown:
                self._clock.wait(READ_PAUSE_S)
        try:
            return _answer(what, *self._once("GET", what, path, params=params))
        except ItsmOutcomeUnknown as err:
            raise ItsmUnreachable(err.operation, err.detail) from err

    def send(
        self,
        method: Method,
        what: str,
        path: str,
        body: object,
        *,
        params: Mapping[str, str] | None = None,
        media_type: str = JSON,
    ) -> Answer:
        """Say something, once. Raises ItsmUnreachable, ItsmOutcomeUnknown, ItsmRefused."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": media_type}
        said = self._once(method, what, path, params=params, data=data, headers=headers)
        return _answer(what, *said)

    def tell(
        self,
        what: str,
        path: str,
        data: bytes,
        headers: Mapping[str, str],
        *,
        method: Method = "POST",
    ) -> Answer:
        """Say something, once, to who only has to take it: any 2xx will do. Raises as `send`."""
        return _taken(what, *self._once(method, what, path, data=data, headers=headers))

    def _once(
        self,
        method: Method,
        what: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[requests.Response, bytes]:
        began = self._clock.now()
        try:
            with self._session.request(
                method,
                self._base + path,
                params=params,
                data=data,
                headers={"Accept": JSON, "Content-Type": JSON, **(headers or {})},
                auth=_Sending(_header(self._login, what)),
                timeout=(CONNECT_S, SILENT_S),
                allow_redirects=False,
                verify=self._verify,
                stream=True,
            ) as reply:
                text = _text(reply, lambda: self._clock.now().seconds_since(began) > DEADLINE_S)
        except (requests.RequestException, OSError) as err:  # OSError: no such file of a CA
            raise _lost(what, err) from None
        return reply, text


def basic(user: str, password: str) -> str:
    """The header of a login by user and password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class ClientCredentials:
    """A login by OAuth 2.0, grant type client_credentials; a token is used until it ends.

    Source: ServiceNow, "Client credentials grant workflow" (Zurich): POST oauth_token.do with
    grant_type, client_id and client_secret as a form.
    """

    MARGIN_S = 30.0

    def __init__(
        self, base: str, clock: Clock, who: Callable[[], tuple[str, str]], *, ca: str | None
    ) -> None:
        self._base, self._clock, self._who = base.rstrip("/"), clock, who
        self._verify: str | bool = ca or True
        self._header, self._ends_s = "", float("-inf")

    def __call__(self) -> str:
        """The header with a token that still holds."""
        now_s = self._clock.now().boottime_s
        if now_s >= self._ends_s:
            token, lasts_s = self._token()
            self._header, self._ends_s = f"Bearer {token}", now_s + lasts_s - self.MARGIN_S
        return self._header

    def _token(self) -> tuple[str, float]:
        client, secret = self._who()
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        what = "log in"
        began = self._clock.now()
        try:
            with requests.post(
                f"{self._base}/oauth_token.do",
                data=form,
                headers={"Accept": JSON},
                timeout=(CONNECT_S, SILENT_S),
                allow_redirects=False,
                verify=self._verify,
                stream=True,
            ) as reply:
                text = _text(reply, lambda: self._clock.now().seconds_since(began) > DEADLINE_S)
        except (requests.RequestException, OSError) as err:
            raise ItsmUnreachable(what, _words(err)) from None
        if reply.status_code in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}:
            raise ItsmLoginRefused(what, f"status {reply.status_code}")
        try:
            document = _answer(what, reply, text).document
        except (ItsmOutcomeUnknown, ItsmRefused) as err:
            raise ItsmUnreachable(what, err.detail) from None
        token, lasts = document.get("access_token"), document.get("expires_in", 0)
        if not isinstance(token, str) or not token.isprintable() or not token:
            raise ItsmUnreachable(what, "the answer has no access_token")
        return token, float(lasts) if isinstance(lasts, int | float) else 0.0


def _header(login: Login, what: str) -> str:
    """The header. A secret that is not there is like an ITSM that is not there: for later."""
    try:
        return login()
    except InvalidInput as err:
        raise ItsmUnreachable(what, str(err)) from None


def _text(reply: requests.Response, is_late: Callable[[], bool]) -> bytes:
    """The body, within its limits of time and size."""
    found = bytearray()
    for part in reply.iter_content(65_536):
        found += part
        if is_late():
            raise requests.Timeout("the answer took too long")
        if len(found) > LONGEST_BYTES:
            raise requests.Timeout(f"the answer has more than {LONGEST_BYTES} bytes")
    return bytes(found)


def _answer(what: str, reply: requests.Response, text: bytes) -> Answer:
    """What an answer means."""
    _check(what, reply, text)
    status, document = reply.status_code, _document(text)
    if status >= HTTPStatus.MULTIPLE_CHOICES or document is None:
        raise ItsmOutcomeUnknown(what, f"status {status} with something else than JSON")
    return Answer(status, document)


def _taken(what: str, reply: requests.Response, text: bytes) -> Answer:
    """The same where nothing has to be answered."""
    _check(what, reply, text)
    status = reply.status_code
    if status >= HTTPStatus.MULTIPLE_CHOICES:
        raise ItsmOutcomeUnknown(what, f"status {status}: redirects are not followed")
    return Answer(status, _document(text) or {})


def _check(what: str, reply: requests.Response, text: bytes) -> None:
    """Raise what an answer says against it."""
    status = reply.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        raise ItsmLoginRefused(what, _told(status, text))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise ItsmUnreachable(what, _told(status, text), again_s=_again_s(reply))
    if status >= _SERVER_FAULT or status == HTTPStatus.REQUEST_TIMEOUT:
        raise ItsmOutcomeUnknown(what, _told(status, text))
    if status >= HTTPStatus.BAD_REQUEST:
        raise ItsmRefused(what, _told(status, text), status=status)


def _document(text: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _told(status: int, text: bytes) -> str:
    """The ITSM's own words: `{"error": {"message", "detail"}}`, or Jira's lists and fields."""
    document = _document(text) or {}
    error, fields = document.get("error"), document.get("errors")
    parts = [error.get("message"), error.get("detail")] if isinstance(error, dict) else []
    said = document.get("errorMessages")
    parts += said if isinstance(said, list) else []
    parts += [f"{key} {one}" for key, one in fields.items()] if isinstance(fields, dict) else []
    words = ": ".join(part for part in parts if isinstance(part, str) and part)
    shown = "".join(one if one.isprintable() else " " for one in words[:SHOWN])
    return f"status {status}{f', {shown}' if shown else ''}"


def _again_s(reply: requests.Response) -> float:
    """How long to leave it alone; it may say so in seconds."""
    said = reply.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() else BUSY_AGAIN_S


def _lost(what: str, err: Exception) -> ItsmError:
    """What became of a request without an answer: unsent only where no connection was had."""
    never = isinstance(err, requests.ConnectTimeout) or not isinstance(
        err, requests.RequestException
    )
    inner = err.args[0] if err.args else None
    if isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError):
        never = True
    if isinstance(err, requests.exceptions.SSLError) and "CERTIFICATE" in str(err).upper():
        never = True
    return (ItsmUnreachable if never else ItsmOutcomeUnknown)(what, _words(err))


def _words(err: Exception) -> str:
    """What happened, without the address and what was sent."""
    if isinstance(err, requests.exceptions.SSLError):
        return "TLS: its certificate is not trusted, or the handshake failed"
    if isinstance(err, requests.Timeout):
        return "no answer in time"
    return f"no connection, or it broke ({type(err).__name__})"
