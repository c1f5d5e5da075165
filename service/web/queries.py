"""What stands in the address of a list: filters, order, and where its page begins."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from service.door.cursors import cursor_of, key_of, list_of
from service.errors import CursorRefused
from service.usecases.listing import Key, Part

ROWS, MOST_ROWS = 50, 200


def _or_none(value: Any) -> Any:  # noqa: ANN401 - whatever a browser sends
    """A field that was left empty says nothing."""
    return None if isinstance(value, str) and not value.strip() else value


Chosen = BeforeValidator(_or_none)
Text: TypeAlias = Annotated[str | None, Field(max_length=128), BeforeValidator(_or_none)]


class ListQuery(BaseModel):
    """What every list takes. A filter that nobody knows is refused: its sender believes in it."""

    model_config = ConfigDict(extra="forbid")
    rows: int = Field(default=ROWS, ge=1, le=MOST_ROWS)
    cursor: str | None = Field(default=None, max_length=2000)

    def filters(self) -> dict[str, Any]:
        """What is said beside the page: the same list has the same."""
        told = self.model_dump(mode="json", exclude={"cursor"}, exclude_none=True)
        return {name: value for name, value in told.items() if name != "rows" or value != ROWS}

    def part(self, request: Request, parts: int, *, backwards: bool = False) -> Part:
        """The page that is wanted, of a list by so many texts. Raises CursorRefused."""
        after: Key | None = None
        if self.cursor is not None:
            after = key_of(self.cursor, list_of(request.url.path, self.filters()))
            if len(after) != parts:
                raise CursorRefused
        return Part(self.rows, after, backwards)

    def next_page(self, request: Request, keys: list[Key]) -> str | None:
        """The address of the page after these entries; None: there is none."""
        if len(keys) < self.rows:
            return None
        cursor = cursor_of(list_of(request.url.path, self.filters()), keys[-1])
        return address(request, {**self.filters(), "cursor": cursor})


def address(request: Request, query: Mapping[str, object]) -> str:
    """This page with another query."""
    url = request.url.remove_query_params(list(request.query_params)).include_query_params(**query)
    return url.path + (f"?{url.query}" if url.query else "")
