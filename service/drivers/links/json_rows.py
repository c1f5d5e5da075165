"""The entries of a long JSON list, one after the other, while its bytes arrive: never all of it.

Whoever takes them may recognise some by their text alone; every other one is parsed by itself. What
is no list of objects below one member is not cut up, but handed back whole.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from service.uncollected import uncollected

LONGEST_ENTRY = 1 << 20
"""Characters after which the end of an entry is no longer waited for."""
AT_ONCE = 1 << 16
"""Characters that are gathered before they are looked at."""
_BLANKS = re.compile(r"\s*")
_AFTER = re.compile(r"\s*([,\]])\s*")
_END = re.compile(r"\s*\}\s*")
_decode = json.JSONDecoder().raw_decode


class NoList(Exception):
    """The document is no object with one list; `body` is all of it."""

    def __init__(self, body: str) -> None:
        super().__init__("no list")
        self.body = body


class Taker(Protocol):
    """Takes entries."""

    def take_known(self, text: str, at: int) -> int:
        """Take entries from a place on that are followed by a comma; where the next one begins."""

    def take(self, entry: Any, text: str) -> None:  # noqa: ANN401 - JSON
        """Take an entry that was parsed, and its text."""


def hand_out(chunks: Iterable[bytes], member: str, taker: Taker) -> None:
    """Hand every entry of `{"member": [...]}` to a taker, in order.

    Raises:
        NoList: it is something else, read to its end; the taker was handed nothing.
        ValueError: it is no JSON in UTF-8, or ends too early. The taker has what came before.
    """
    pieces = _texts(chunks)
    text = next(pieces, "")
    head = re.compile(r'\s*\{\s*"' + re.escape(member) + r'"\s*:\s*\[\s*(\]?)').match(text)
    if head is None:
        raise NoList(text + "".join(pieces))
    walk = _Walk(taker, text[head.end() :], is_over=bool(head[1]))
    for piece in pieces:
        with uncollected():  # all that is made of it stays: 12 % of a poll's processor time
            walk.feed(piece)
    walk.end()


class _Walk:
    """Where the walk stands: before an entry, or behind the last one."""

    def __init__(self, taker: Taker, text: str, *, is_over: bool) -> None:
        self._taker, self._text, self._over = taker, "", is_over
        self.feed(text)

    def feed(self, piece: str) -> None:
        text, at = self._text + piece, 0
        while not self._over:
            at = self._taker.take_known(text, at)
            following = self._parse(text, at)
            if following is None:
                break
            at = following
        self._text = text[at:]

    def _parse(self, text: str, at: int) -> int | None:
        """Parse one entry; where the next one begins, None where it is not all there."""
        begin = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it always matches
        try:
            entry, end = _decode(text, begin)
        except json.JSONDecodeError:
            if len(text) - begin > LONGEST_ENTRY:
                raise
            return None
        after = _AFTER.match(text, end)
        if after is None:
            if text[end:].strip():
                raise json.JSONDecodeError("neither , nor ]", text[end : end + 80], 0)
            return None
        self._over = after[1] == "]"
        self._taker.take(entry, text[begin:end])
        return after.end()

    def end(self) -> None:
        if not self._over or _END.fullmatch(self._text) is None:
            raise json.JSONDecodeError("it ends too early, or too late", self._text[:80], 0)


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    """Texts of some length, however short the chunks are."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    held: list[str] = []
    size = 0
    for chunk in chunks:
        held.append(decoder.decode(chunk))
        size += len(chunk)
        if size >= AT_ONCE:
            yield "".join(held)
            held, size = [], 0
    yield "".join([*held, decoder.decode(b"", final=True)])
