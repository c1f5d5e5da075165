"""The freezes of an inventory: times in which nothing is changed.

One that cannot be read is never left out, whatever else is: that would widen what may be changed.
"""

from datetime import UTC, datetime

from service.config.inventory_parts import Names, stated_name
from service.config.inventory_values import entry_name, moment, text
from service.config.yaml_places import Reader, Section, YamlValue, each, one_of
from service.domain.inventory import Freeze

KEYS = ("name", "from", "to", "sites", "tags")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def freezes(names: Names) -> Reader[tuple[Freeze, ...]]:
    """A reader of all of them; a name may be missing, and stands there once."""

    def read_freezes(value: YamlValue) -> tuple[Freeze, ...]:
        found = each(freeze(names))(value)
        first: dict[str, int] = {}
        for item, one in zip(value.items(), found, strict=True):
            if one.name is not None and one.name in first:
                again = f"the name {one.name!r} again (first in line {first[one.name]})"
                raise item.refuse("every name once", found=again)
            first |= {} if one.name is None else {one.name: item.line}
        return found

    return read_freezes


def freeze(names: Names) -> Reader[Freeze]:
    """A reader of one freeze; without sites and tags it holds everywhere."""

    def read_freeze(value: YamlValue) -> Freeze:
        stated = stated_name(value)
        section = Section(value if stated is None else value.labelled("freezes", stated), KEYS)
        found = Freeze(
            start=section.need("from", moment, _EPOCH),
            end=section.need("to", moment, _EPOCH),
            sites=section.get("sites", each(one_of(names.sites, "site")), ()),
            tags=section.get("tags", each(text), ()),
            name=section.get("name", entry_name, None),
        )
        section.settle()
        if found.end <= found.start:
            raise section.entries["to"].refuse("a time after 'from'")
        return found

    return read_freeze
