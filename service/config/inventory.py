"""The inventory file (DESIGN.md, section 7) as values, or everything that is wrong with it at once.

Strict on purpose: a key that nobody knows could be a limit that its writer believes in. With
`keep_going` an entry that is wrong (a controller, a set of credentials, a site, the policy of a
tag, a schedule) is left out together with the controllers that depend on it; what holds for the
whole fleet (`policy`, `freezes`, `software`, `itsm`, `notify`, an
unknown key at the top) is never skipped: that could widen what may be changed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from service.config.inventory_controllers import Surroundings, controller
from service.config.inventory_freezes import freezes
from service.config.inventory_itsm import itsm
from service.config.inventory_notify import notify
from service.config.inventory_parts import (
    Names,
    credentials,
    event_keys,
    event_senders,
    schedule,
    secretive_section,
    site_timezone,
    stated_name,
)
from service.config.inventory_policy import policy_over
from service.config.inventory_software import software
from service.config.yaml_file import InvalidFile, Problem, read_bytes, yaml_root
from service.config.yaml_places import Reader, Section, YamlValue, each
from service.domain.inventory import Inventory
from service.domain.policy import Policy
from service.errors import InvalidInput

__all__ = ["InvalidFile", "load_inventory", "parse_inventory", "write_example", "write_new"]

T = TypeVar("T")
_NO_KEYS: Mapping[str, str] = {}

KEYS = (
    "controllers",
    "credentials",
    "sites",
    "policy",
    "tag_policies",
    "schedules",
    "freezes",
    "software",
    "event_keys",
    "event_senders",
    "itsm",
    "notify",
)
EXTENSION = "x-"
"""Keys at the top that begin so are the writer's own: a place for YAML anchors."""


def load_inventory(path: Path, *, keep_going: bool = False) -> Inventory:
    """Read an inventory.

    Args:
        path: the file; relative paths inside it are relative to its folder.
        keep_going: leave out what is wrong and say so in `rejected`.

    Raises:
        InvalidFile: an InvalidInput whose message has one problem a line.
    """
    return _remembered(read_bytes(path), path, keep_going)


@lru_cache(maxsize=1)
def _remembered(data: bytes, path: Path, keep_going: bool) -> Inventory:  # noqa: FBT001
    """The same content is read once: a worker opens the inventory anew for every job."""
    return parse_inventory(data, path, keep_going=keep_going)


def parse_inventory(data: bytes, path: Path, *, keep_going: bool = False) -> Inventory:
    """As `load_inventory`, of a content that was read already; `path` says where it came from."""
    root = YamlValue(yaml_root(data, path), str(path))
    draft = _Draft(Section(root, KEYS, extension=EXTENSION))
    inventory = draft.read(path.parent)
    if not keep_going:
        draft.top.problems.extend(p for why in draft.rejected.values() for p in why)
    draft.top.settle()
    return inventory


def write_example(path: Path) -> None:
    """Write a commented example inventory that loads as it is.

    Raises:
        InvalidInput: something of that name exists already, or the file can't be written.
    """
    write_new(path, files("service.config").joinpath("example.yaml").read_text("utf-8"))


def write_new(path: Path, content: str) -> None:
    """Write a file that was not there before.

    Raises:
        InvalidInput: something of that name exists already, or the file can't be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise InvalidInput(
            "found something of that name, which is left alone",
            where=str(path),
            expected="the name of a new file",
        ) from None
    except OSError as err:
        raise InvalidInput(
            f"cannot be written ({err.strerror})", where=str(path), expected="a writable folder"
        ) from None


@dataclass
class _Draft:
    """An inventory being read: what is fatal is noted in `top`, what can be left out here."""

    top: Section
    rejected: dict[str, tuple[Problem, ...]] = field(default_factory=dict)

    def read(self, folder: Path) -> Inventory:
        listed = self._listed("controllers", self.top.need("controllers", _filled_list, ()))
        scheduled = self._listed("schedules", self.top.get("schedules", each(_itself), ()))
        around = self._surroundings(folder, tuple(dict.fromkeys(label for label, _ in listed)))
        found = self._kept("", listed, controller(around))
        schedules = self._kept("schedules", scheduled, schedule(around.names))
        return Inventory(
            controllers=tuple(c for c in found if c.name not in self.rejected),
            schedules=tuple(s for s in schedules if f"schedules[{s.name}]" not in self.rejected),
            freezes=self.top.get("freezes", freezes(around.names), ()),
            software=self.top.get("software", software(around.credentials, folder), None),
            event_keys=self.top.get("event_keys", event_keys, _NO_KEYS),
            event_senders=self.top.get("event_senders", event_senders, ()),
            itsm=self.top.get("itsm", itsm(around.credentials, folder), None),
            notify=self.top.get("notify", notify(around.names), None),
            rejected={label: "\n".join(map(str, why)) for label, why in self.rejected.items()},
        )

    def _surroundings(self, folder: Path, names: tuple[str, ...]) -> Surroundings:
        """Everything beside the controllers, each entry checked even if nobody refers to it."""
        sets = self._named("credentials", secretive_section)
        sites = self._named("sites", Section)
        policy = self.top.get("policy", policy_over(Policy()), Policy())
        tag_policies = self._named("tag_policies", Section)
        self._kept("credentials", sets.items(), credentials)
        self._kept("sites", sites.items(), site_timezone)
        self._kept("tag_policies", tag_policies.items(), policy_over(policy))
        known = Names(controllers=names, sites=tuple(sites))
        return Surroundings(folder, known, sets, sites, policy, tag_policies)

    def _named(self, key: str, read: Reader[Section]) -> Mapping[str, YamlValue]:
        """The entries of a mapping whose keys are names; a name written twice is fatal."""

        def entries(value: YamlValue) -> Mapping[str, YamlValue]:
            section = read(value)
            section.settle()
            return section.entries

        none: Mapping[str, YamlValue] = {}
        return self.top.get(key, entries, none)

    def _listed(self, kind: str, items: Iterable[YamlValue]) -> tuple[tuple[str, YamlValue], ...]:
        """Every entry of a list with its name, or its place where it has none; each name once."""
        first: dict[str, YamlValue] = {}
        labelled = []
        for item in items:
            name = stated_name(item)
            value = item if name is None else item.labelled(kind, name)
            label = value.path if name is None else name
            if label in first:
                again = f"the name {label!r} again (first in line {first[label].line})"
                self._reject(kind, label, value.refuse("every name once", found=again))
            first.setdefault(label, value)
            labelled.append((label, value))
        return tuple(labelled)

    def _kept(
        self, kind: str, entries: Iterable[tuple[str, YamlValue]], read: Reader[T]
    ) -> tuple[T, ...]:
        """What could be read of the entries; why not, for the others, is noted."""
        kept: list[T] = []
        for label, value in entries:
            try:
                kept.append(read(value))
            except InvalidFile as err:
                self._reject(kind, label, err)
        return tuple(kept)

    def _reject(self, kind: str, label: str, error: InvalidFile) -> None:
        place = label if kind in {"", "controllers"} else f"{kind}[{label}]"
        self.rejected[place] = self.rejected.get(place, ()) + error.problems


def _itself(value: YamlValue) -> YamlValue:
    return value


def _filled_list(value: YamlValue) -> tuple[YamlValue, ...]:
    items = value.items()
    if not items:
        raise value.refuse("at least one controller", found="an empty list")
    return items
