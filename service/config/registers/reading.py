"""Reading the lists of a register over its REST API, page by page.

NetBox and Nautobot answer a list as `{"count", "next", "results"}`, where `next` is the whole
address of the next page. TLS is always verified; redirects are not followed, nor a `next` on
another host: the token would travel with it.

Source: REST API documentation of NetBox ("Pagination", "Authentication") and of Nautobot (the same
chapters, and "depth").
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import requests

from service.errors import InvalidInput

CONNECT_S, READ_S = 5.0, 60.0
PAGE, MOST_PAGES = 200, 500
Row = Mapping[str, Any]
T = TypeVar("T")

_MEANINGS = {
    HTTPStatus.BAD_REQUEST: "does not understand the filter",
    HTTPStatus.UNAUTHORIZED: "refuses the token",
    HTTPStatus.FORBIDDEN: "refuses the token",
    HTTPStatus.NOT_FOUND: "has no such list",
}


@dataclass(frozen=True, slots=True)
class Register:
    """A register's REST API.

    Attributes:
        url: the address of the register itself, without `/api`.
        token: in clear, to be shown nowhere.
        ca: a file with the authorities to trust; None: the usual ones.
    """

    url: str
    token: str = field(repr=False)
    ca: str | None = None

    def __post_init__(self) -> None:
        """Raises InvalidInput where the token would travel in clear."""
        if urlsplit(self.url).scheme != "https":
            raise InvalidInput(
                "the token would travel in clear", where=self.url, expected="an https: address"
            )

    def rows(self, path: str, query: Sequence[tuple[str, str]]) -> Iterator[Row]:
        """Every entry of a list.

        Raises:
            InvalidInput: no answer, or none that is a list; never with the token.
        """
        url = f"{self.url.rstrip('/')}/api/{path}"
        wanted: Sequence[tuple[str, str]] | None = [*query, ("limit", str(PAGE))]
        with requests.Session() as session:
            session.headers["Authorization"] = f"Token {self.token}"
            for _ in range(MOST_PAGES):
                page = self._page(session, url, wanted)
                yield from page["results"]
                if not page.get("next"):
                    return
                url, wanted = self._next(url, page["next"]), None
        raise InvalidInput(
            f"the list has more than {MOST_PAGES} pages", where=url, expected="a narrower filter"
        )

    def _page(
        self, session: requests.Session, url: str, query: Sequence[tuple[str, str]] | None
    ) -> dict[str, Any]:
        try:
            reply = session.get(
                url,
                params=query,
                timeout=(CONNECT_S, READ_S),
                allow_redirects=False,
                verify=self.ca or True,
            )
        except (requests.RequestException, OSError) as err:  # OSError: no such file of authorities
            what = f"does not answer ({type(err).__name__})"
            raise InvalidInput(what, where=url, expected="the register's REST API") from None
        return _checked(url, reply)

    def _next(self, url: str, found: object) -> str:
        """The address of the next page, where it is on the same host."""
        here, there = urlsplit(url), urlsplit(str(found))
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise InvalidInput(
                f"the next page is said to be at {there.scheme}://{there.netloc}",
                where=url,
                expected="the same address, as the register's own BASE_URL or its proxy should say",
            )
        return str(found)


def _checked(url: str, reply: requests.Response) -> dict[str, Any]:
    """The page that was answered. Raises InvalidInput: it is none."""
    if reply.is_redirect:
        what = "redirects elsewhere, which is not followed"
        raise InvalidInput(what, where=url, expected="the register's own address")
    if reply.status_code != HTTPStatus.OK:
        what = _MEANINGS.get(HTTPStatus(reply.status_code), "does not give the list")
        what = f"{what} (status {reply.status_code}: {_said(reply)})"
        raise InvalidInput(what, where=url, expected="a token that may read it, and known filters")
    try:
        page = reply.json()
    except ValueError:
        page = None
    rows = page.get("results") if isinstance(page, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        what = f"answers {reply.headers.get('Content-Type', 'something')} that is no list"
        raise InvalidInput(what, where=url, expected='{"count", "next", "results"}')
    return cast(dict[str, Any], page)


def _said(reply: requests.Response) -> str:
    """The register's own words, on one line."""
    return " ".join(reply.text[:200].split())


def each_read(register: Register, rows: Iterable[Row], read: Callable[[Row], T]) -> Iterator[T]:
    """What each entry says.

    Raises:
        InvalidInput: one is not of the form that the register's documentation gives.
    """
    for row in rows:
        try:
            yield read(row)
        except (KeyError, TypeError, AttributeError) as err:
            raise InvalidInput(
                f"the entry {row.get('id')!r} is not of the documented form ({err!r})",
                where=register.url,
                expected="a device or a site as the register's REST API describes it",
            ) from None
