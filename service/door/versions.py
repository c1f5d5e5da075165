"""Entity tags: which state of a resource somebody has read, and that it is still that one.

The tag is a hash of the answer but for `detail`, which says what is waited for: it moves with every
look of a worker, and nobody gives or withholds a word for that.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, TypeAlias

from fastapi import Header
from fastapi.responses import JSONResponse, Response

from service.errors import MatchFailed, MatchNeeded

TAG_DIGITS = 32

IfMatch: TypeAlias = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The `ETag` of what was read: refused (412) where it is another one by now.",
        examples=['"5d41402abc4b2a76b9719d911017c592"'],
    ),
]


def tag_of(document: Mapping[str, object]) -> str:
    """The entity tag of a document, in its quotes."""
    text = json.dumps(_lasting(document), sort_keys=True, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:TAG_DIGITS]}"'


def tagged(document: Mapping[str, object]) -> Response:
    """A document with its tag."""
    return JSONResponse(dict(document), headers={"ETag": tag_of(document)})


def check_match(given: str | None, document: Mapping[str, object]) -> None:
    """See whether the caller has read this state, where they say which one they read.

    Raises:
        MatchFailed: another one.
    """
    if given is None or given.strip() == "*":
        return
    if tag_of(document) not in _tags(given):
        raise MatchFailed


def must_match(given: str | None, document: Mapping[str, object]) -> None:
    """The same where nobody may change what they have not read.

    Raises:
        MatchNeeded: they do not say. MatchFailed: another one.
    """
    if given is None:
        raise MatchNeeded
    check_match(given, document)


def _tags(text: str) -> set[str]:
    return {one.strip() for one in text.split(",")}


def _lasting(document: Mapping[str, object]) -> dict[str, object]:
    """A document, and the resource in it, without the word on what is waited for."""
    parts = {
        name: _lasting(one) if name == "remediation" and isinstance(one, dict) else one
        for name, one in document.items()
    }
    return {name: one for name, one in parts.items() if name != "detail"}
