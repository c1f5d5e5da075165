"""What stands in an address is looked at before anything else.

No name in a path holds a control character. A query has what the call knows, and nothing twice
that is one: its sender believes in each of them.
"""

import re
from collections.abc import Iterator
from typing import get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from service.api.front import V1
from service.errors import InvalidInput

SEVERAL = (list, tuple)
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def readable_path(request: Request) -> None:
    """See that the names in the path can be names. Raises InvalidInput."""
    for name, value in request.path_params.items():
        if CONTROL.search(str(value)):
            raise InvalidInput(
                "found a control character", where=f"path/{name}", expected="a name or an id"
            )


def readable_query(request: Request) -> None:
    """See that a query of the API has what the call takes, and how often. Raises InvalidInput."""
    if not (request.query_params and request.url.path.startswith(V1)):
        return
    known = dict(_parameters(request.scope["route"].dependant))
    sent = [name for name, _ in request.query_params.multi_items()]
    if set(sent) - set(known):
        expected = ", ".join(sorted(known)) or "no parameter"
        raise InvalidInput("found a parameter that is not known", where="query", expected=expected)
    for name, is_several in known.items():
        if sent.count(name) > 1 and not is_several:
            raise InvalidInput("found it twice", where=f"query/{name}", expected="one value")


def _parameters(call: Dependant) -> Iterator[tuple[str, bool]]:
    """What a call takes in its query, and whether that may be there more than once."""
    for field in call.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, one in kind.model_fields.items():
                yield one.alias or name, get_origin(one.annotation) in SEVERAL
        else:
            yield field.alias, get_origin(kind) in SEVERAL
    for needed in call.dependencies:
        yield from _parameters(needed)
