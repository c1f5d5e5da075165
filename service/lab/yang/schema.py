"""One release's schema: which nodes exist, of which type, with which restrictions.

Read from the files that `service.lab.generate_schema` writes. Choices and cases don't appear in
documents, so a node's children are given flattened, each with the cases it belongs to.
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from service.lab.errors import LabError

Name = tuple[str, str]  # namespace, local name
Case = tuple[int, int]  # a choice and the branch of it, as numbers


@dataclass(frozen=True, slots=True)
class Module:
    """A module as hello, yang-library and netconf-monitoring describe it."""

    name: str
    revision: str
    namespace: str
    prefix: str
    features: tuple[str, ...]
    yang_version: str


@dataclass(frozen=True, slots=True)
class Expression:
    """A must or a when: XPath text, module of each prefix, module of bare names, its message."""

    text: str
    prefixes: dict[str, str]
    module: str
    message: str


class Node:
    """A schema node, its restrictions and its children in the data tree."""

    def __init__(self, schema: "Schema", record: list[Any], cases: tuple[Case, ...] = ()) -> None:
        self._schema = schema
        self._kids: list[int] = record[4]
        self.kind: str = record[0]
        self.name: str = record[1]
        self.facts: dict[str, Any] = record[3]
        self.module = schema.modules[record[2]]
        self.cases = cases

    @property
    def is_list(self) -> bool:
        """A list, not a leaf-list."""
        return self.kind == "l"

    @property
    def is_leaf(self) -> bool:
        """A leaf or leaf-list: something with a value."""
        return self.kind in {"f", "m"}

    @property
    def is_open(self) -> bool:
        """An anyxml or anydata: anything may stand in it."""
        return self.kind == "a"

    @property
    def many(self) -> bool:
        """May appear several times in its parent."""
        return self.kind in {"l", "m"}

    @property
    def pruned(self) -> bool:
        """Exists on the device, isn't simulated here."""
        return "p" in self.facts

    @property
    def config(self) -> bool:
        """Configuration, as opposed to state."""
        return "r" not in self.facts

    @property
    def presence(self) -> bool:
        """A container whose existence means something."""
        return "P" in self.facts

    @property
    def obsolete(self) -> bool:
        """Marked obsolete in this release."""
        return self.facts.get("s") == "o"

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the key leaves of a list, in order."""
        return tuple(self.facts.get("k", ()))

    @cached_property
    def type(self) -> dict[str, Any]:
        """The resolved type of a leaf; see `service.lab.yang.values`."""
        found: dict[str, Any] = self._schema.types[self.facts["t"]]
        return found

    @cached_property
    def qname(self) -> str:
        """The element name in lxml's notation."""
        return f"{{{self.module.namespace}}}{self.name}"

    @cached_property
    def children(self) -> dict[str, "Node"]:
        """Children of the data tree by element name, choices flattened."""
        return {node.qname: node for node in self._flat(self._kids, ())}

    @cached_property
    def needed_choices(self) -> dict[int, str]:
        """Mandatory choices right below, number -> name: one branch has to be there."""
        records = {number: self._schema.nodes[number] for number in self._kids}
        return {n: r[1] for n, r in records.items() if r[0] == "o" and "M" in r[3]}

    def named(self, name: str) -> "Node | None":
        """The child of that local name, whatever its module: the modules here never clash."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, "Node"]:
        return {node.name: node for node in reversed(list(self.children.values()))}

    def _flat(self, ids: list[int], cases: tuple[Case, ...]) -> Iterator["Node"]:
        for number in ids:
            record = self._schema.nodes[number]
            if record[0] == "o":
                for branch in record[4]:
                    inside = self._schema.nodes[branch][4]
                    yield from self._flat(inside, (*cases, (number, branch)))
            else:
                yield Node(self._schema, record, cases)


class Schema:
    """Everything one release knows."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.release: str = document["release"]
        self.types: list[dict[str, Any]] = document["types"]
        self.nodes: list[list[Any]] = document["nodes"]
        self.modules = [
            Module(m[0], m[1], m[2], m[3], tuple(m[4]), m[5]) for m in document["modules"]
        ]
        self.expressions = [Expression(*e) for e in document["expressions"]]
        self.by_namespace = {m.namespace: m for m in self.modules}
        self.by_module = {m.name: m for m in self.modules}
        self._document = document

    @cached_property
    def data(self) -> dict[str, Node]:
        """Top-level data nodes by element name."""
        return self._tops("data")

    @cached_property
    def rpcs(self) -> dict[str, Node]:
        """Operations by element name; their children are `input` and `output`."""
        return self._tops("rpcs")

    @cached_property
    def notifications(self) -> dict[str, Node]:
        """Notifications by element name."""
        return self._tops("notifications")

    @cached_property
    def names(self) -> set[Name]:
        """Every node there is, anywhere, as (namespace, name)."""
        return {(self.modules[r[2]].namespace, r[1]) for r in self.nodes if r[0] not in {"o", "s"}}

    def namespace(self, module: str) -> str:
        """Namespace of a module, or a word that no document can hold when it is absent."""
        found = self.by_module.get(module)
        return found.namespace if found else f"absent:{module}"

    def _tops(self, part: str) -> dict[str, Node]:
        nodes = [Node(self, self.nodes[number]) for number in self._document[part]]
        return {node.qname: node for node in nodes}


def family(release: str) -> str:
    """'17.9' of '17.9.4a': the releases that share a model."""
    return ".".join(release.split(".")[:2])


@lru_cache(maxsize=16)
def read(path: Path) -> Schema:
    """The schema in a file written by the generator."""
    return Schema(json.loads(gzip.decompress(path.read_bytes())))


def shipped() -> dict[str, Path]:
    """Schema files that come with the lab, by release family."""
    folder = Path(str(files("service.lab"))) / "schema"
    return {p.name.removesuffix(".json.gz"): p for p in sorted(folder.glob("*.json.gz"))}


def of_release(release: str) -> Schema:
    """The shipped schema of a release's family.

    Raises:
        LabError: the family isn't shipped; its modules have to be given.
    """
    known = shipped()
    if (path := known.get(family(release))) is None:
        raise LabError(
            f"release {release}: the lab ships the models of {', '.join(known)} only;"
            " give a folder with this release's YANG modules"
        )
    return read(path)
