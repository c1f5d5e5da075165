"""The file that says how our tickets' messages become somebody else's JSON.

Everything that is wrong with it is told at once, with its own name and lines, when the inventory
that names it is read.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from service.config.inventory_values import flag, text, whole
from service.config.yaml_file import read_bytes, yaml_root
from service.config.yaml_places import Reader, Section, YamlValue, each, nearest
from service.domain.ticket_mapping import (
    COMMON,
    FIELDS,
    NEEDLESS,
    WORDS,
    Name,
    TicketMapping,
    Tree,
    all_names,
    names_in,
)

SKIP = "skip"
KEYS = ("all", "words", *FIELDS)
DEEPEST = 20
_SAFE = 2**53
_NONE: Mapping[str, Tree] = {}
_NO_WORDS: Mapping[str, Mapping[str, str]] = {}


def mapping_file(folder: Path) -> Reader[TicketMapping]:
    """A reader of the file's name; a relative one starts in that folder."""

    def read_name(value: YamlValue) -> TicketMapping:
        path = (folder / Path(text(value)).expanduser()).absolute()
        return ticket_mapping(YamlValue(yaml_root(read_bytes(path), path), str(path)))

    return read_name


def ticket_mapping(value: YamlValue) -> TicketMapping:
    """The content of the file."""
    section = Section(value, KEYS)
    everywhere = section.get("all", _body(COMMON), _NONE)
    words = section.get("words", _words, _NO_WORDS)
    bodies: dict[Name, Mapping[str, Tree]] = {}
    for name in FIELDS:
        found = section.need(name, _message(name, everywhere), None)
        if found is not None:
            bodies[name] = found
    section.settle()
    return TicketMapping(bodies, everywhere, words)


def _message(name: Name, everywhere: Mapping[str, Tree]) -> Reader[Mapping[str, Tree] | None]:
    """A reader of one message's body; None: it is to be left out."""

    def read_message(value: YamlValue) -> Mapping[str, Tree] | None:
        if name in NEEDLESS and value.text == SKIP:
            return None
        if value.text is not None or value.is_null:
            or_skip = f", or {SKIP}" if name in NEEDLESS else ""
            raise value.refuse(f"a mapping of their fields{or_skip}")
        found = _body((*COMMON, *FIELDS[name]))(value)
        if "correlation" not in {*all_names(everywhere), *all_names(found)}:
            raise value.refuse("{correlation} in one of its fields, or under 'all'")
        return found

    return read_message


def _body(known: tuple[str, ...]) -> Reader[Mapping[str, Tree]]:
    """A reader of fields of theirs, whose templates may name those of ours that are known."""
    return lambda value: _fields(value, known, 0)


def _fields(value: YamlValue, known: tuple[str, ...], depth: int) -> Mapping[str, Tree]:
    section = Section(value)
    found: dict[str, Tree] = {}
    for key, entry in section.entries.items():
        found[key] = section.collect(_reading(entry, known, depth), None)
    section.settle()
    return found


def _reading(value: YamlValue, known: tuple[str, ...], depth: int) -> Callable[[], Tree]:
    return lambda: _tree(value, known, depth + 1)


def _tree(value: YamlValue, known: tuple[str, ...], depth: int) -> Tree:
    if depth > DEEPEST:  # also an alias to what it is part of
        raise value.refuse(f"at most {DEEPEST} levels", found="too deep a nesting")
    match value.node:
        case yaml.MappingNode():
            return _fields(value, known, depth)
        case yaml.SequenceNode():
            return each(lambda one: _tree(one, known, depth + 1))(value)
        case _:
            return _leaf(value, known)


def _leaf(value: YamlValue, known: tuple[str, ...]) -> Tree:
    """A constant or a template."""
    if value.is_null:
        return None
    if value.scalar("bool") is not None:
        return flag(value)
    if value.scalar("int") is not None:
        return whole(-_SAFE, _SAFE)(value)
    if value.text is None:
        raise value.refuse("text (in quotes), a whole number, true, false or null")
    return _template(value, value.text, known)


def _template(value: YamlValue, template: str, known: tuple[str, ...]) -> str:
    expected = f"text with none but these fields: {', '.join(f'{{{one}}}' for one in known)}"
    try:
        names = names_in(template)
    except ValueError as err:
        raise value.refuse(f"{expected}; braces of your own doubled", found=str(err)) from None
    for name in names:
        if name not in known:
            found = f"the unknown field {{{name}}}{nearest(name, known)}"
            raise value.refuse(expected, found=found)
    return template


def _words(value: YamlValue) -> Mapping[str, Mapping[str, str]]:
    """Their words for ours: for each field that is here, all of them."""
    section = Section(value, tuple(WORDS))
    none: Mapping[str, str] = {}
    found = {
        key: section.collect(_translating(entry, WORDS[key]), none)
        for key, entry in section.entries.items()
    }
    section.settle()
    return found


def _translating(value: YamlValue, ours: tuple[str, ...]) -> Callable[[], Mapping[str, str]]:
    def read() -> Mapping[str, str]:
        section = Section(value, ours)
        found = {word: section.need(word, text, "") for word in ours}
        section.settle()
        return found

    return read
