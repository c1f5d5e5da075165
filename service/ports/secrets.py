"""The secrets port: references in, clear text out, at the last moment."""

from typing import Protocol

from service.errors import InvalidInput


class Secrets(Protocol):
    """Resolves secret references such as `env:NAME` or `file:PATH`."""

    def resolve(self, reference: str) -> str:
        """The clear text behind a reference.

        Raises:
            InvalidInput: no such scheme, or nothing behind the reference; names the reference,
                never a value.
        """


class NoSecrets:
    """Where there are none."""

    def resolve(self, reference: str) -> str:
        """Raises InvalidInput."""
        raise InvalidInput("nothing", where=reference, expected="a process that has secrets")
