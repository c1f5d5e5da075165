"""The form of a table's row: its markup, learnt from one row, recognised in the next.

The rows of a table are written alike: the same tags in the same order, other texts between them.
One regular expression for a form takes such a row apart in a single step, many times as fast as a
parser and a walk. It guesses nothing: a row matches only if its markup is character for character
that of a sibling which the XML parser has read, and if no character of its texts means anything to
XML. Every other row is the parser's.
"""

import re
from collections.abc import Mapping

_NAME = r"[^\s<>&/\"'=!?]+"
_ATTRIBUTE = rf"\s++{_NAME}\s*+=\s*+(?:\"[^\"<&]*+\"|'[^'<&]*+')"
_TAG = rf"<(?:/{_NAME}\s*+|{_NAME}(?:{_ATTRIBUTE})*+\s*+/?)>"
_OTHER = r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
_TOKENS = re.compile(rf"(?:[^<]++|{_TAG}|{_OTHER})*+", re.DOTALL)
_TAGS = re.compile(f"({_TAG})")
PLAIN = r"[^<>&\r\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]*+"
"""Text that stands for itself: the parser would neither refuse nor change a character of it."""


def is_whole(text: str) -> bool:
    """Whether a text that begins outside of all markup ends outside of all markup, too."""
    return _TOKENS.fullmatch(text) is not None


def form_of(row: str, wanted: Mapping[int, str]) -> tuple[str, tuple[str, ...]] | None:
    """A pattern for rows that are written like this one, and the keys of its groups.

    Args:
        row: one whole element that the parser has read, with the blanks before it.
        wanted: number of an element, in the order of their beginnings -> key of its text.

    Returns:
        None where the row holds more than tags and plain texts, or something wanted is no leaf.
    """
    pieces = _TAGS.split(row)
    tags, texts = pieces[1::2], pieces[::2]
    if any(set(text) & {"<", "&"} for text in texts):
        return None
    parts, keys, number = [re.escape(texts[0])], [], -1
    for at, tag in enumerate(tags):
        parts.append(re.escape(tag))
        closes, is_empty = tag.startswith("</"), tag.endswith("/>")
        is_leaf = not closes and not is_empty and tags[at + 1].startswith("</")
        number += not closes
        key = None if closes else wanted.get(number)
        if key is not None:
            keys.append(key)
        if key is not None and not (is_leaf or is_empty):
            return None
        if is_empty and key is not None:
            parts.append("()")
        parts.append((f"({PLAIN})" if key else PLAIN) if is_leaf else re.escape(texts[at + 1]))
    return "".join(parts), tuple(keys)
