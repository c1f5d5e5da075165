"""The inventory by the client: entries read, and changed as they were read."""

from typing import Protocol

import requests

from service.client.transport import Document, document_of


class Calls(Protocol):
    """What is used of the client."""

    def fetch(self, path: str) -> requests.Response:
        """What is at a path, with its headers."""

    def change(
        self, method: str, path: str, body: object = None, *, match: str | None = None
    ) -> Document:
        """One change."""


class InventoryCalls:
    """Entries by their paths: `controllers/hq-1`, `freezes/move`, `inventory/sites/hq`.

    A change is of what `read` gave, where its tag is handed over; without a tag, of whatever is
    there when it is asked for.
    """

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def read(self, path: str) -> tuple[Document, str]:
        """An entry, and the tag that a change of just that takes."""
        answered = self._calls.fetch(path)
        found: Document = document_of(answered)["entry"]
        return found, answered.headers.get("ETag", "*")

    def add(self, collection: str, entry: Document) -> Document:
        """A new controller, schedule or freeze."""
        found: Document = self._calls.change("POST", collection, entry)["entry"]
        return found

    def put(self, path: str, entry: Document, *, tag: str | None = "*") -> Document:
        """An entry, whole. tag None: there is none yet (logins, sites, policies of tags)."""
        found: Document = self._calls.change("PUT", path, entry, match=tag)["entry"]
        return found

    def patch(self, path: str, keys: Document, *, tag: str = "*") -> Document:
        """Some keys of an entry; None takes one away."""
        found: Document = self._calls.change("PATCH", path, keys, match=tag)["entry"]
        return found

    def remove(self, path: str, *, tag: str = "*") -> None:
        """An entry less."""
        self._calls.change("DELETE", path, match=tag)

    def take_over(self, source: str, *, dry_run: bool = False, **wish: object) -> Document:
        """Import from `yaml` (text=...), `netbox` or `nautobot` (url=..., token=...)."""
        body = {"source": source, "dry_run": dry_run, **wish}
        return self._calls.change("POST", "inventory/import", body)
