"""Calls of the guides, as `$ api TOKEN PATH OPTIONS   # STATUS`, read and made."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

V1 = "/api/v1"
CALLERS = {"$OPERATOR": "ann", "$APPROVER": "bob", "$ADMIN": "root"}


@dataclass(frozen=True)
class Line:
    """One call of a guide.

    Attributes:
        statuses: what it may be answered, as the guide says; empty: any success.
    """

    who: str
    path: str
    method: str
    body: str | None
    headers: dict[str, str]
    statuses: list[int]

    @classmethod
    def read(cls, text: str, values: dict[str, str]) -> "Line":
        call, _, said = text.partition("#")
        words = shlex.split(call)
        for name, value in values.items():
            words = [word.replace(f"${name}", value) for word in words]
        _, who, path, *options = words
        given = list(zip(options[::2], options[1::2], strict=True))
        body = next((value for flag, value in given if flag == "-d"), None)
        method = next((value for flag, value in given if flag == "-X"), "POST" if body else "GET")
        headers = dict(value.split(": ", 1) for flag, value in given if flag == "-H")
        assert {flag for flag, _ in given} <= {"-d", "-X", "-H"}
        statuses = [int(one) for one in re.findall(r"\b[2-5]\d\d\b", said)]
        return cls(who, path, method, body, headers, statuses)

    def answered(self, api: Any) -> Any:
        """What an API answers to it."""
        headers = {"Content-Type": "application/json", **self.headers}
        path = f"{V1}{self.path}"
        caller = api.as_(CALLERS[self.who])
        return caller.request(self.method, path, content=self.body, headers=headers)

    def is_told(self, status: int) -> bool:
        """Whether the guide says so."""
        return status in self.statuses if self.statuses else 200 <= status < 300


def calls_of(guide: Path) -> list[str]:
    """Its calls, in their order."""
    return [line[2:] for line in guide.read_text().splitlines() if line.startswith("$ api ")]
