"""The form of a secret reference: which scheme, and what it points at. Resolves nothing.

A text that is no reference may be a secret in clear: it is never repeated, in no message.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

Scheme: TypeAlias = Literal["env", "file", "keyring", "vault"]

FORMS = "env:NAME, file:PATH, keyring:SERVICE/USER or vault:MOUNT/PATH#KEY"

_SHAPES: dict[Scheme, re.Pattern[str]] = {
    "env": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    "file": re.compile(r"[^\0]+"),
    "keyring": re.compile(r".+/[^/]+"),
    "vault": re.compile(r"[^/#?\s]+(/[^/#?\s]+)+#[^#\s]+"),
}


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A reference such as `env:HQ_PASSWORD`, taken apart."""

    scheme: Scheme
    target: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Take a reference apart; ValueError, without the text, where it is none."""
        word, _, target = text.partition(":")
        for scheme, shape in _SHAPES.items():
            if word == scheme:
                if shape.fullmatch(target):
                    return cls(scheme, target)
                raise ValueError(f"an incomplete or malformed {scheme}: reference")
        raise ValueError("clear text or an unknown kind of reference (not shown)")

    def __str__(self) -> str:
        return f"{self.scheme}:{self.target}"
