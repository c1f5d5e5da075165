"""Takes the entries of a list out of a RESTCONF answer while it arrives: each becomes a record.

An entry whose form is known never reaches the parser; see `entry_forms`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from service.drivers.iosxe.documents import Record
from service.drivers.iosxe.entry_forms import Path, form_of
from service.drivers.iosxe.json_forms import Picker
from service.drivers.iosxe.known_forms import KnownForms

MOST_LESSONS = 200
"""Entries that are looked at for a form: where hardly any two are written alike, there is nothing
to learn."""
Row = TypeVar("Row")


class EntryReader(Generic[Row]):
    """Reads one answer; a taker of the link.

    Args:
        pick: what makes a record of an entry.
        each: what becomes of a record.

    Attributes:
        rows: what became of them, in the answer's order.
        parsed: how many the parser has read.
    """

    def __init__(self, pick: Picker, each: Callable[[Record], Row]) -> None:
        self.rows: list[Row] = []
        self.parsed = 0
        self._pick, self._each = pick, each
        self._wanted: Mapping[Path, str] | None = pick.paths()
        self._forms = KnownForms(each, self.rows)

    def take_known(self, text: str, at: int) -> int:
        """Take every entry from here on whose form is known; where the first other one begins."""
        return self._forms.take(text, at)

    def take(self, entry: Any, text: str) -> None:  # noqa: ANN401 - JSON
        """Take an entry that was parsed; WrongFormError where it is not as the model promises."""
        self.rows.append(self._each(self._pick.record(entry)))
        self.parsed += 1
        if self._wanted is not None and self.parsed <= MOST_LESSONS and text:
            self._learn(text, self._wanted)

    def _learn(self, text: str, wanted: Mapping[Path, str]) -> None:
        form = None if self._forms.are_enough else form_of(text, wanted)
        if form is not None:
            self._forms.learn(form)
