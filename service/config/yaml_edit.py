"""Changing entries of a YAML text and nothing else of it: comments, order and spelling stay.

Only the characters of what changes are written anew; the rest is the same to the byte. What is
written anew reads for our loader as the very values that were given. Whether the whole reads as it
was meant, anchors and merge keys included, the caller sees by reading it: an edit that cannot be
made so is not guessed at here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any, TypeAlias

import yaml

from service.config.yaml_spans import PlainLoader, Span, spans_of

Value: TypeAlias = Any
"""What YAML and JSON have in common: mappings, lists, texts, numbers, truth values, None."""
Plain: TypeAlias = Mapping[str, Value]
STEP = "  "


@dataclass(frozen=True, slots=True)
class YamlText:
    """A YAML text whose root is a mapping."""

    text: str

    def with_items(
        self,
        key: str,
        held: Sequence[Plain],
        changed: Mapping[int, Plain],
        added: Sequence[Plain] = (),
    ) -> "YamlText":
        """A list with some items changed, and some more at its end.

        Keys of an item that hold the same stay as they are written.

        Args:
            key: of the list, at the root.
            held: what its items say, merge keys followed.
            changed: the items' new values by their places, whole.
            added: behind the last one.
        """
        listed = spans_of(self.text).get(key)
        if listed is None or not listed.items:
            return self._first(key, listed, added) if added else self
        whole = self._extended(listed, listed.items[-1], added) if added else self
        for at in sorted(changed, reverse=True):  # what stands above stays where it is
            item = listed.items[at]
            whole = whole.with_node(item, _beside_merged(item, held[at], changed[at]))
        return whole

    def without_item(self, key: str, at: int) -> "YamlText":
        """A list without one of its items; comments around it stay."""
        listed = spans_of(self.text).get(key)
        if listed is None or not listed.items:
            return self
        if len(listed.items) == 1:
            return self._behind(key, listed, " []")
        if listed.is_flow:
            return self._without_flow(listed.items, at)
        return self._without_lines(self._dash(listed, at), listed.items[at].end)

    def with_key(self, path: Sequence[str], value: Value) -> "YamlText":
        """The value behind a key, or behind a key of the mapping behind a key."""
        root = spans_of(self.text)
        if len(path) == 1:
            return self._set(root, path[0], value)
        held = root.get(path[0])
        if held is None:
            return self._appended(f"{path[0]}:{self._end}{STEP}{flow(path[1])}: {flow(value)}")
        if not held.pairs:
            inner = f"{self._end}{STEP}{flow(path[1])}: {flow(value)}"
            return self._behind(path[0], held, inner)
        return self._set(held, path[1], value)

    def without_key(self, path: Sequence[str]) -> "YamlText":
        """Without a key and what stands behind it."""
        held = spans_of(self.text)
        for key in path[:-1]:
            inner = held.get(key)
            if inner is None:
                return self
            held = inner
        return self._unset(held, path[-1])

    # -- one node ------------------------------------------------------------------------------

    def with_node(self, span: Span, wanted: Value) -> "YamlText":
        """A node that says something else; a mapping's keys one by one."""
        if not span.pairs or not isinstance(wanted, Mapping) or not wanted:
            same = read(self.text[span.start : span.end]) == wanted
            return self if same else self._cut(span.start, span.end, flow(wanted))
        end = span.end if span.is_flow else self._line_end(span.end)
        pad = " " * span.column
        part = YamlText(pad + self.text[span.start : end])
        for name, _ in span.pairs:
            if name.word is not None and name.word not in {*wanted, "<<"}:
                part = part.without_key((name.word,))
        for key, value in wanted.items():
            part = part.with_key((key,), value)
        return self._cut(span.start, end, part.text.removeprefix(pad))

    def _first(self, key: str, listed: Span | None, added: Sequence[Plain]) -> "YamlText":
        """A list's first items, where it is empty or not there."""
        lines = "".join(f"{self._end}{STEP}- {self._block(one, STEP * 2)}" for one in added)
        if listed is None:
            return self._appended(f"{key}:{lines}")
        return self._behind(key, listed, lines)

    def _extended(self, listed: Span, last: Span, added: Sequence[Plain]) -> "YamlText":
        """More items behind the last one."""
        if listed.is_flow:
            return self._cut(last.end, last.end, "".join(f", {flow(one)}" for one in added))
        pad = " " * listed.column
        lines = (f"{pad}- {self._block(one, pad + STEP)}" for one in added)
        return self._below(last, self._end.join(lines))

    def _set(self, mapping: Span, key: str, value: Value) -> "YamlText":
        held = mapping.get(key)
        if held is not None and held.end == held.start:
            return self._filled(held, value)
        if held is not None:
            is_kept = bool(held.pairs and value and isinstance(value, Mapping))
            is_below = not is_kept and "\n" in self.text[self._key(mapping, key).end : held.start]
            return self._raised(mapping, key, value) if is_below else self.with_node(held, value)
        if not mapping.pairs:
            return self._cut(mapping.start, mapping.end, flow({key: value}))
        line, last = f"{flow(key)}: {flow(value)}", mapping.pairs[-1][1]
        if mapping.is_flow:
            return self._cut(last.end, last.end, f", {line}")
        return self._below(last, " " * mapping.pairs[0][0].column + line)

    def _raised(self, mapping: Span, key: str, value: Value) -> "YamlText":
        """What stands in the lines below a key, replaced by a value in the key's own line."""
        name, held = self._key(mapping, key), mapping.get(key) or mapping
        if read(dedent(" " * held.column + self.text[held.start : held.end])) == value:
            return self
        colon = self.text.index(":", name.end) + 1
        tail = self.text[colon : self._line_end(colon)].rstrip()
        return self._cut(colon, held.end, f" {flow(value)}{tail}")

    @staticmethod
    def _key(mapping: Span, key: str) -> Span:
        """A key of a mapping that has it."""
        return next(name for name, _ in mapping.pairs or () if name.word == key)

    def _unset(self, mapping: Span, key: str) -> "YamlText":
        pairs = mapping.pairs or ()
        at = next((i for i, (name, _) in enumerate(pairs) if name.word == key), None)
        if at is None:
            return self
        if len(pairs) == 1:
            return self._cut(mapping.start, mapping.end, "{}")
        if mapping.is_flow:
            whole = [Span(name.start, value.end, 0) for name, value in pairs]
            return self._without_flow(whole, at)
        name, value = pairs[at]
        return self._without_lines(self._line(name.start), value.end)

    # -- the text ------------------------------------------------------------------------------

    @property
    def _end(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def _cut(self, start: int, end: int, new: str) -> "YamlText":
        return YamlText(self.text[:start] + new + self.text[end:])

    def _filled(self, empty: Span, value: Value) -> "YamlText":
        """Where nothing stands behind a key."""
        return self._cut(empty.start, empty.end, f" {flow(value)}")

    def _behind(self, key: str, held: Span, new: str) -> "YamlText":
        """All that stands behind a key of the root, replaced."""
        pairs = spans_of(self.text).pairs or ()
        name = next(name for name, value in pairs if name.word == key)
        return self._cut(self.text.index(":", name.end) + 1, held.end, new)

    def _appended(self, lines: str) -> "YamlText":
        """At the end of the file."""
        gap = "" if not self.text or self.text.endswith("\n") else self._end
        return YamlText(f"{self.text}{gap}{lines}{self._end}")

    def _below(self, span: Span, line: str) -> "YamlText":
        """A line below that in which something ends, behind a comment that stands there."""
        end = self._line_end(span.end)
        return self._cut(end, end, f"{self._end}{line}")

    def _line(self, place: int) -> int:
        """Where the line of a place begins."""
        return self.text.rfind("\n", 0, place) + 1

    def _line_end(self, place: int) -> int:
        """Where the line of a place ends, before its line end."""
        found = self.text.find("\n", place)
        end = len(self.text) if found < 0 else found
        return end - 1 if self.text[place:end].endswith("\r") else end

    def _dash(self, listed: Span, at: int) -> int:
        """Where the line of an item's dash begins."""
        items = listed.items or ()
        line = self._line(items[at].start)
        while self.text[line + listed.column] != "-":
            line = self._line(line - 1)
        return line

    def _without_lines(self, start: int, end: int) -> "YamlText":
        found = self.text.find("\n", end)
        if found < 0:  # the last lines: the one before ends as they did
            return YamlText(self.text[:start].removesuffix("\n").removesuffix("\r"))
        return self._cut(start, found + 1, "")

    def _without_flow(self, spans: Sequence[Span], at: int) -> "YamlText":
        """Without one of several between commas."""
        if at + 1 < len(spans):
            return self._cut(spans[at].start, spans[at + 1].start, "")
        return self._cut(spans[at - 1].end, spans[at].end, "")

    def _block(self, item: Plain, pad: str) -> str:
        """A mapping, a key a line; the first line is continued by the caller's."""
        lines = [f"{flow(key)}: {flow(value)}" for key, value in item.items()]
        return f"{self._end}{pad}".join(lines)


def _beside_merged(item: Span, held: Plain, wanted: Plain) -> Plain:
    """What has to stand in an item itself, where the rest of it is merged from elsewhere."""
    own = {name.word for name, _ in item.pairs or ()}
    if "<<" not in own:
        return wanted
    stated = {k: v for k, v in wanted.items() if k in own or k not in held or held[k] != v}
    return {**stated, **dict.fromkeys((key for key in held if key not in wanted), None)}


def flow(value: Value) -> str:
    """A value on one line, such that our loader reads it as what it is, also within brackets."""
    text: str = yaml.safe_dump(
        [value],
        default_flow_style=True,
        width=float("inf"),
        allow_unicode=True,
        sort_keys=False,
    )
    return text.strip().removeprefix("[").removesuffix("]")


def read(text: str) -> Value:
    """What a node says; what refers to elsewhere says nothing here."""
    try:
        # A safe loader of ours.
        return yaml.load(text, Loader=PlainLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError):
        return NotImplemented
