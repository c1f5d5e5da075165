"""Takes the rows of a table out of a reply while it arrives: one walk, and no whole document.

The text of the reply goes to a parser row by row; each row becomes a record, is handed on and
forgotten. Where a row was surely read from its beginning to its end, its form is learnt, and the
rows after it that have the same form never reach the parser (see `row_forms`).
"""

import re
from collections.abc import Callable
from typing import Generic, TypeVar

from lxml import etree

from service.drivers.iosxe.documents import (
    Record,
    Shape,
    Walk,
    WrongNamespaceError,
    first_nodes,
    nodes,
    records,
)
from service.drivers.iosxe.known_forms import KnownForms
from service.drivers.iosxe.row_forms import form_of, is_whole
from service.drivers.links.netconf import NC

LONGEST_ROW = 1 << 20
"""Characters after which the end of a row is no longer waited for."""
ENVELOPE = [f"{{{NC}}}data", f"{{{NC}}}rpc-reply"]
Row = TypeVar("Row")


class RowReader(Generic[Row]):
    """Reads one reply; a taker of the link.

    Args:
        shape: the table; its last step is a row.
        each: what becomes of a record; called in the session's thread.

    Attributes:
        parsed: how many rows the parser has read, their form being new or out of the ordinary.
    """

    def __init__(self, shape: Shape, each: Callable[[Record], Row]) -> None:
        self.parsed = 0
        self._shape, self._each, self._walk = shape, each, Walk(shape)
        (namespace, name), *above = reversed(shape.steps)
        self._tag, self._end_tag = f"{{{namespace}}}{name}", f"</{name}>"
        self._above = [*(f"{{{uri}}}{one}" for uri, one in above), *ENVELOPE]
        prefixed = rf"(?:[^\s:<>/]+:)?{re.escape(name)}"
        self._ends = re.compile(rf"</{prefixed}\s*>|<{prefixed}(?:\s[^<]*)?/>")
        self._begins = re.compile(rf"\s*<{re.escape(name)}[\s>]")
        self._parser = etree.XMLPullParser(
            ("end",),
            tag=f"{{*}}{name}",
            encoding="utf-8",
            huge_tree=True,  # thousands of APs in one reply
            remove_comments=True,
            remove_pis=True,
            resolve_entities=False,
            no_network=True,
        )
        self._pending = ""
        self._sure = True  # what was parsed ends outside of all markup
        self._between = False  # and just behind a row
        self._emptied: list[etree._Element] = []
        self._served: set[etree._Element | None] = set()
        self._strangers: dict[etree._Element | None, str] = {}
        self._closed = False
        self._taken: list[Row] = []
        self._forms = KnownForms(each, self._taken)

    def feed(self, text: str) -> None:
        """The next piece of the reply; raises XMLSyntaxError."""
        text, at = self._pending + text, 0
        while True:
            if self._between:
                at = self._forms.take(text, at)
            end = text.find(self._end_tag, at)
            if end < 0:
                break
            end += len(self._end_tag)
            self._parse(text[at:end])
            at = end
        if len(text) - at > LONGEST_ROW:
            self._parse(text[at:])
            at = len(text)
        self._pending = text[at:]

    def close(self) -> etree._Element:
        """The reply without its rows; raises XMLSyntaxError."""
        self._parse(self._pending)
        root: etree._Element = self._parser.close()
        self._collect()
        self._closed = True
        for row in self._emptied:
            parent = row.getparent()
            if parent is not None:
                parent.remove(row)
        return root

    def all(self, data: etree._Element) -> list[Row]:
        """Every row, in the reply's order.

        Args:
            data: what the link gave back; the whole reply, where it has no use for takers.

        Raises:
            WrongNamespaceError: as `records`.
        """
        if not self._closed:
            return [self._each(record) for record in records(data, self._shape)]
        for _ in nodes(data, self._shape.steps[:-1]):
            pass  # it is the looking that finds strangers
        for parent, tag in self._strangers.items():
            if parent not in self._served:
                raise WrongNamespaceError(f"the reply holds {tag}; expected {self._tag}")
        return self._taken

    def _learn(self, text: str, row: etree._Element) -> None:
        """Take the form of a row for one that others may have."""
        found = first_nodes(row, self._shape)
        key_of = {element: key for key, element in found.items()}
        if self._shape.lists or len(key_of) < len(found) or self._forms.are_enough:
            return
        numbers = enumerate(row.iter(etree.Element))
        form = form_of(text, {n: key_of[one] for n, one in numbers if one in key_of})
        if form is not None:
            self._forms.learn(form)

    def _parse(self, text: str) -> None:
        was_between, self._between = self._between, False
        self._sure = self._sure and is_whole(text)
        self._parser.feed(text.encode())
        ended = self._sure and text.endswith(self._end_tag) and len(self._ends.findall(text)) == 1
        alone = was_between and self._begins.match(text) is not None
        rows = self._collect(text if ended and alone else None)
        self._between = ended and rows == 1

    def _collect(self, alone: str | None = None) -> int:
        """Take the rows that the parser has finished, and say how many.

        Args:
            alone: the text of the row, where there is one and nothing else.
        """
        found = 0
        for _, element in self._parser.read_events():
            if not isinstance(element, etree._Element):  # noqa: SLF001  # lxml's only name for it
                continue
            parent = element.getparent()
            if [one.tag for one in element.iterancestors()] != self._above:
                continue
            if element.tag != self._tag:
                self._strangers.setdefault(parent, str(element.tag))
                continue
            found += 1
            self._served.add(parent)
            if alone is not None:
                self._learn(alone, element)
            self._taken.append(self._each(self._walk.record(element)))
            element.clear()
            self._emptied.append(element)
            self.parsed += 1
        return found
