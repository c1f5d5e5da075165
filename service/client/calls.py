"""The calls of the API by name. Documents are what the API says; only what is acted on is typed."""

import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import requests

from service.client.inventory import InventoryCalls
from service.client.stream import StreamEvent, events_of
from service.client.transport import (
    Accepted,
    Document,
    NotAtRest,
    Transport,
    Unreachable,
    Wait,
    document_of,
    problem_of,
    retry_after_s,
)

V1 = "/api/v1"
PATIENCE_S = 3600.0
COMES_AGAIN_S = 2.0
RESTING = {
    "sweeps": ("sweep", ("finished", "failed")),
    "plans": ("", ("done", "failed")),
    "remediations": ("remediation", ("succeeded", "rolled-back", "needs-attention", "cancelled")),
    "campaigns": ("campaign", ("finished", "stopped", "cancelled")),
}
"""Of each collection: under which key its state is (empty: at the top), and which states rest."""


class Client:
    """One service, called with one token. Used by one thread at a time.

    Every call raises Problem where the API refuses, and Unreachable where nothing is answered.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        verify: str | bool = True,
        timeout_s: float = 30.0,
        wait: Wait | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            address: `https://host:port`.
            token: a bearer token.
            verify: a file with the authorities of the service's certificate; True: the system's.
            timeout_s: for one answer.
            wait: sleeps so many seconds; by default it does.
        """
        self.transport = Transport(address, token, verify, timeout_s)
        if wait is not None:
            self.transport.wait = wait

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, err: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.transport.session.close()

    # -- any call --------------------------------------------------------------------------

    def get(self, path: str, **params: object) -> Document:
        """What is at a path: an `href`, or one below `/api/v1`."""
        return document_of(self.transport.call("GET", _path(path), params=params))

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Document:
        """Change something at once. key: an Idempotency-Key instead of one that is made up."""
        return document_of(self._change("POST", path, body, key))

    def accept(self, path: str, body: object = None, *, key: str | None = None) -> Accepted:
        """Ask for work."""
        answered = self._change("POST", path, body, key)
        told = document_of(answered)
        again_s = retry_after_s(answered, COMES_AGAIN_S)
        href = answered.headers.get("Location", str(told.get("href", "")))
        return Accepted(str(told["id"]), str(told["state"]), href, again_s)

    def delete(self, path: str) -> Document:
        """Take something away."""
        return document_of(self._change("DELETE", path, None, None))

    def fetch(self, path: str) -> requests.Response:
        """What is at a path, with its headers."""
        return self.transport.call("GET", _path(path))

    def change(
        self, method: str, path: str, body: object = None, *, match: str | None = None
    ) -> Document:
        """One change; match: the tag of what was read."""
        headers = {} if match is None else {"If-Match": match}
        return document_of(self.transport.call(method, _path(path), body, headers=headers))

    @property
    def inventory(self) -> InventoryCalls:
        """The inventory, entry by entry."""
        return InventoryCalls(self)

    def pages(self, collection: str, **filters: object) -> Iterator[Document]:
        """Every entry of a list, page by page; `filters` as the API names them."""
        cursor = None
        is_part = collection.removeprefix(f"{V1}/").startswith("inventory/")
        name = "entries" if is_part else collection.rstrip("/").rpartition("/")[2]
        while True:
            told = self.get(collection, cursor=cursor, **filters)
            yield from told[name]
            cursor = told["next"]
            if cursor is None:
                return

    def wait(self, work: Accepted | str, *, within_s: float = PATIENCE_S) -> Document:
        """Look after work until its state has come to rest; its document.

        Args:
            work: what was answered, or its address.
            within_s: how long to wait at most.

        Raises:
            NotAtRest: it has not by then; it goes on by itself.
        """
        asked = work if isinstance(work, Accepted) else Accepted("", "", work, COMES_AGAIN_S)
        ends_s = time.monotonic() + within_s
        while True:
            told = self.get(asked.href)
            if is_at_rest(asked.href, told):
                return told
            if time.monotonic() >= ends_s:
                raise NotAtRest(asked.href, within_s, told)
            self.transport.wait(asked.look_again_s)

    # -- by name ---------------------------------------------------------------------------

    def sweep(self, names: Iterable[str] = (), tags: Iterable[str] = ()) -> Accepted:
        """Read controllers by name and tag; all of them where neither is given."""
        return self.accept("sweeps", {"names": list(names), "tags": list(tags)})

    def plan(self, controller: str, **wish: object) -> Accepted:
        """Plan for a controller; `wish`: issue, strategy, accept_suspected and so on."""
        return self.accept("plans", {"controller": controller, **wish})

    def remediate(self, plan_digest: str) -> Accepted:
        """Have a plan carried out."""
        return self.accept("remediations", {"plan_digest": plan_digest})

    def remediation(self, item: str) -> Document:
        """One remediation as it stands."""
        found: Document = self.get(f"remediations/{_part(item)}")["remediation"]
        return found

    def approve(self, item: str) -> Document:
        """Give your word for a remediation as it is now; refused where it changed meanwhile."""
        place = _path(f"remediations/{_part(item)}")
        tag = self.transport.call("GET", place).headers.get("ETag", "*")
        headers = {"If-Match": tag}
        answered = self.transport.call("POST", f"{place}/approve", headers=headers)
        found: Document = document_of(answered)["approval"]
        return found

    def cancel(self, item: str) -> Accepted:
        """Stop a remediation: whatever was changed is put back."""
        return self.accept(f"remediations/{_part(item)}/cancel")

    def rollback(self, item: str) -> Accepted:
        """Put everything back, also where one ended as needs-attention."""
        return self.accept(f"remediations/{_part(item)}/rollback")

    def report(self, item: str) -> Document:
        """One remediation with its journal in words."""
        return self.get(f"remediations/{_part(item)}/report")

    def add_webhook(self, name: str, url: str, **interest: object) -> tuple[Document, str | None]:
        """A webhook and its secret, shown this once; None: an answer that was given before."""
        told = self.post("webhooks", {"name": name, "url": url, **interest})
        return told["webhook"], told["secret"]

    def events(self, item: str, *, after: int = 0) -> Iterator[StreamEvent]:
        """Live events of one remediation until it has ended; comes again where a stream breaks.

        Args:
            item: the remediation.
            after: the number of the last journal entry that was seen.
        """
        place = _path(f"remediations/{_part(item)}/events")
        failed = 0
        while True:
            try:
                for event in self._stream(place, after):
                    failed, after = 0, int(event.id or after)
                    yield event
                    if event.name == "end":
                        return
            except _Over:
                return
            except requests.RequestException as err:
                failed += 1
                if failed > RECONNECTS:
                    raise Unreachable(f"{place}: {type(err).__name__}") from err
            self.transport.wait(COMES_AGAIN_S)

    def _stream(self, place: str, after: int) -> Iterator[StreamEvent]:
        headers = {"Last-Event-ID": str(after)} if after else {}
        with self.transport.send("GET", place, headers=headers, stream=True) as response:
            if response.status_code == HTTPStatus.NO_CONTENT:
                raise _Over
            if not response.ok:
                raise problem_of(response)
            response.encoding = "utf-8"
            yield from events_of(response.iter_lines(decode_unicode=True))

    def _change(self, method: str, path: str, body: object, key: str | None) -> requests.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.transport.call(method, _path(path), body, headers=headers)


RECONNECTS = 5


class _Over(Exception):
    """A stream has nothing more."""


def is_at_rest(href: str, document: Document) -> bool:
    """Whether work has come to rest."""
    collection = href.removeprefix(V1).strip("/").split("/")[0]
    if collection not in RESTING:
        raise ValueError(f"nothing at {href} comes to rest")
    key, states = RESTING[collection]
    told: Any = document[key] if key else document
    return told["state"] in states


def _path(path: str) -> str:
    return path if path.startswith("/") else f"{V1}/{path}"


def _part(item: str) -> str:
    return quote(item, safe="")
