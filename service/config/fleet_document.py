"""The inventory's text as plain values by part and name, and what an edit of it has to come to."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from service.config.yaml_edit import Value, YamlText
from service.config.yaml_spans import PlainLoader
from service.errors import InvalidInput, Refused
from service.ports.fleet_file import REFERENCE, WHOLE, Entry, Part

LISTS = (Part.CONTROLLERS, Part.SCHEDULES, Part.FREEZES)
Wanted = Mapping[str, Entry | None]


@dataclass(frozen=True, slots=True)
class FleetText:
    """A text of an inventory that was read by the loader before, and what it says."""

    text: str
    document: Mapping[str, Any]

    @classmethod
    def of(cls, text: str) -> "FleetText":
        """Raises Refused: it has values that no inventory has."""
        try:
            # The loader is yaml's safe one, in C where there is it.
            document = yaml.load(text, Loader=PlainLoader)  # noqa: S506
        except (yaml.YAMLError, ValueError):
            raise Refused(
                "the inventory file has a value that cannot be kept in an edit: mend it by hand"
            ) from None
        return cls(text, document if isinstance(document, dict) else {})

    def entries(self, part: Part) -> Mapping[str, Entry]:
        """The entries of a part by name; what has no name is in none."""
        held = self.document.get(part) or {}
        if part is Part.POLICY:
            return {WHOLE: _entry(held)}
        if part in LISTS:
            named = [_entry(one) for one in held] if isinstance(held, list) else []
            return {str(one["name"]): one for one in named if one.get("name")}
        if part is Part.EVENT_KEYS:
            return {name: {REFERENCE: one} for name, one in _entry(held).items()}
        return {str(name): _entry(one) for name, one in _entry(held).items()}

    def changed(self, part: Part, wanted: Wanted) -> "FleetText":
        """The text in which these entries are as they are to be, and nothing else is different.

        Raises:
            Refused: that cannot be said without changing something else: an anchor is shared.
            InvalidInput: an entry is of another form than the part's.
        """
        text, stated = YamlText(self.text), _stated(part, wanted)
        text = self._listed(text, part, wanted) if part in LISTS else _mapped(text, part, stated)
        found = FleetText.of(text.text)
        if _lean(found.document) != _lean(self._meant(part, stated)):
            raise Refused(
                "the inventory file shares what is to be changed (an anchor or a merge key) with "
                "other entries: edit it by hand"
            )
        return found

    def _listed(self, text: YamlText, part: Part, wanted: Wanted) -> YamlText:
        held = [one if isinstance(one, dict) else {} for one in self.document.get(part) or []]
        places = {_name(one): at for at, one in enumerate(held)}
        kept = {places[name]: one for name, one in wanted.items() if one and name in places}
        added = [one for name, one in wanted.items() if one and name not in places]
        text = text.with_items(part, held, kept, added)
        gone = [places[name] for name, one in wanted.items() if one is None and name in places]
        for at in sorted(gone, reverse=True):
            text = text.without_item(part, at)
        return text

    def _meant(self, part: Part, wanted: Mapping[str, Value]) -> Mapping[str, Any]:
        """What the document has to be afterwards."""
        if part is Part.POLICY:
            return {**self.document, part: wanted[WHOLE]}
        if part not in LISTS:
            held = {**(self.document.get(part) or {}), **wanted}
            return {
                **self.document,
                part: {key: one for key, one in held.items() if one is not None},
            }
        listed = list(self.document.get(part) or [])
        names = {_name(one) for one in listed}
        left = [wanted.get(_name(one), one) for one in listed]
        added = [one for name, one in wanted.items() if name not in names]
        return {**self.document, part: [one for one in (*left, *added) if one is not None]}


def _stated(part: Part, wanted: Wanted) -> Mapping[str, Value]:
    """Entries as they stand in the file. Raises InvalidInput, which shows nothing of a secret."""
    if part is not Part.EVENT_KEYS:
        return {name: None if one is None else dict(one) for name, one in wanted.items()}
    for name, one in wanted.items():
        if one is not None and set(one) != {REFERENCE}:
            raise InvalidInput(
                "found other keys, or none",
                where=f"{part.value}.{name}",
                expected=f"{REFERENCE!r} alone: a reference",
            )
    return {name: None if one is None else one[REFERENCE] for name, one in wanted.items()}


def _mapped(text: YamlText, part: Part, stated: Mapping[str, Value]) -> YamlText:
    for name, one in stated.items():
        path = (part.value,) if part is Part.POLICY else (part.value, name)
        text = text.without_key(path) if one is None else text.with_key(path, one)
    return text


def _name(item: object) -> str:
    """What an item of a list is called; empty where it does not say."""
    return str(item.get("name") or "") if isinstance(item, dict) else ""


def _entry(value: object) -> dict[str, Any]:
    return {str(key): _json(one) for key, one in value.items()} if isinstance(value, dict) else {}


def _json(value: object) -> object:
    """A value as JSON has it: YAML knows dates, sets, bytes and endless numbers, too."""
    match value:
        case dict():
            return {str(key): _json(one) for key, one in value.items()}
        case list() | tuple() | set():
            return [_json(one) for one in value]
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            return str(value)


def _lean(value: object) -> object:
    """A value without keys behind which nothing is written: to the loader they are not there."""
    match value:
        case dict():
            lean = {key: _lean(one) for key, one in value.items()}
            return {key: one for key, one in lean.items() if one not in (None, {}, [])}
        case list():
            return [_lean(one) for one in value]
        case _:
            return value
