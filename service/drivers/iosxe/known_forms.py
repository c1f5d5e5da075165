"""The forms of a list's rows that were seen before: such a row is taken apart by one expression.

What a form is, XML and JSON say themselves (`row_forms`, `entry_forms`); here it is kept and used.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.drivers.iosxe.documents import Record

SEEN_TWICE = 2
MOST_FORMS = 16
Row = TypeVar("Row")
Form = tuple[str, tuple[str, ...]]
"""A pattern for rows that are written alike, and the contract's keys of its groups."""


@dataclass(frozen=True, slots=True)
class _Known:
    match: Callable[[str, int], re.Match[str] | None]
    keys: tuple[str, ...]


class KnownForms(Generic[Row]):
    """The forms of one list.

    Args:
        each: what becomes of a record.
        rows: where that is put, in the list's order.
    """

    def __init__(self, each: Callable[[Record], Row], rows: list[Row]) -> None:
        self._each, self._rows = each, rows
        self._known: list[_Known] = []
        self._seen: Counter[str] = Counter()

    @property
    def are_enough(self) -> bool:
        """Whether no more are learnt: each is tried on every row of another form."""
        return len(self._known) >= MOST_FORMS

    def take(self, text: str, at: int) -> int:
        """Take every row from here on whose form is known; where the first other one begins."""
        known, each, take = self._known, self._each, self._rows.append
        while True:
            for form in known:
                found = form.match(text, at)
                if found is not None:
                    break
            else:
                return at
            texts = map(str.strip, found.groups())
            take(each(Record(dict(zip(form.keys, texts, strict=True)))))
            at = found.end()

    def learn(self, form: Form) -> None:
        """Remember a form, once two rows have had it."""
        pattern, keys = form
        self._seen[pattern] += 1
        if self._seen[pattern] == SEEN_TWICE:
            self._known.append(_Known(re.compile(pattern).match, keys))
