"""One request to the API: its token, its key, its second try, and its problem as an exception.

What changes something is sent with an Idempotency-Key of its own, so a lost answer is asked for
again and the work is done once. What was answered with a problem is not sent again, but for those
that pass: too many requests, a store that is away, the same key being answered right now.
"""

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

import requests

Document: TypeAlias = dict[str, Any]
Wait: TypeAlias = Callable[[float], object]

TRIES, FIRST_WAIT_S, LONGEST_WAIT_S = 4, 0.5, 30.0
PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
KEY_IN_USE = "urn:aprejoin:problem:key-in-use"
BLANK = "about:blank"


class Unreachable(Exception):
    """No answer came, or none that could be read; what was asked for may be done or not.

    Asking again with the same key is harmless; the client did so a few times already.
    """


class NotAtRest(Exception):
    """What was waited for has not come to rest in time; it goes on by itself."""

    def __init__(self, place: str, within_s: float, document: Document) -> None:
        super().__init__(f"{place} has not come to rest within {within_s:g} s")
        self.place, self.document = place, document


class Problem(Exception):
    """What the API refused (RFC 9457). Act on `type`, which is stable; `detail` is for people.

    Attributes:
        more: what else it says: `errors`, `error_tag`, `step`.
    """

    def __init__(self, document: Document) -> None:
        self.type = str(document.get("type", BLANK))
        self.title = str(document.get("title", ""))
        self.status = int(document.get("status", 0))
        self.detail = str(document.get("detail", ""))
        self.instance = str(document.get("instance", ""))
        known = ("type", "title", "status", "detail", "instance")
        self.more = {key: value for key, value in document.items() if key not in known}
        super().__init__(f"{self.status} {self.title}: {self.detail}")

    @property
    def name(self) -> str:
        """The type's last part: `not-found`, `role-needed`."""
        return self.type.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Work that was written down.

    Attributes:
        href: where to look after it.
        look_again_s: how often.
    """

    id: str
    state: str
    href: str
    look_again_s: float = 2.0


@dataclass(slots=True)
class Transport:
    """Requests to one service with one token.

    Attributes:
        verify: a file with authorities; True: those of the system. Environment variables do not
            count.
        wait: sleeps; tests do not.
    """

    address: str
    token: str = field(repr=False)
    verify: str | bool = True
    timeout_s: float = 30.0
    wait: Wait = field(default_factory=lambda: threading.Event().wait)
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def __post_init__(self) -> None:
        self.address = self.address.rstrip("/")
        self.session.trust_env = False

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One call, sent again where that is harmless and can help.

        Raises:
            Problem: the API says no. Unreachable: it says nothing.
        """
        all_headers = dict(headers or {})
        if method != "GET":
            all_headers.setdefault("Idempotency-Key", uuid.uuid4().hex)
        for tried in range(1, TRIES + 1):
            pause_s = min(FIRST_WAIT_S * 2**tried, LONGEST_WAIT_S)
            try:
                response = self.send(method, path, body, params=params, headers=all_headers)
            except requests.RequestException as err:
                if tried == TRIES:
                    raise Unreachable(f"{method} {self.address}{path}: {_brief(err)}") from err
            else:
                if response.ok:
                    return response
                problem = problem_of(response)
                if tried == TRIES or not _passes(problem):
                    raise problem
                pause_s = retry_after_s(response, pause_s)
            self.wait(pause_s)
        raise AssertionError  # the last try returned or raised

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """One request, once, whatever is answered. Raises requests.RequestException."""
        return self.session.request(
            method,
            f"{self.address}{path}",
            json=body,
            params={key: _text(one) for key, one in (params or {}).items() if one is not None},
            headers={"Authorization": f"Bearer {self.token}", **(headers or {})},
            timeout=self.timeout_s,
            verify=self.verify,
            allow_redirects=False,
            stream=stream,
        )


def document_of(response: requests.Response) -> Document:
    """What was answered. Raises Unreachable: no JSON object."""
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unreachable(f"{response.url} answered no JSON object: is it an aprejoin service?")
    return found


def problem_of(response: requests.Response) -> Problem:
    """The problem of a bad answer, also where something in between answered."""
    blank = {"status": response.status_code, "title": response.reason or "", "type": BLANK}
    try:
        found = response.json()
    except ValueError:
        found = None
    return Problem(blank | found if isinstance(found, dict) else blank)


def retry_after_s(response: requests.Response, otherwise_s: float) -> float:
    """How long to wait, by the answer's own word."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LONGEST_WAIT_S) if text.isascii() and text.isdigit() else otherwise_s


def _passes(problem: Problem) -> bool:
    return problem.status in PASSING or problem.type == KEY_IN_USE


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _brief(err: requests.RequestException) -> str:
    return f"{type(err).__name__}: {err}"[:300]
