"""The vendor's modules of one release, parsed by pyang, with paths resolved against them.

They are not compiled: most of that is copying groupings to thousands of places that nobody asks
for, and takes minutes for all releases. A path is followed from statement to statement instead,
through what a module includes, uses and augments (RFC 7950, 5.1, 7.13, 7.17). Deviations, features
and refinements take part in no path of the contract.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pyang import context, repository, statements

from service.drivers.paths import Contract, Step
from service.lab.yang import published
from service.uncollected import uncollected
from tests.support.facts import IOSXE, RELEASES

PUBLISHED = frozenset({"Cisco-IOS-XE-process-cpu-oper", "Cisco-IOS-XE-wireless-mobility-oper"})
"""What the vendor publishes and the facts lack. Its paths are held against the lab's abridged text,
which says where its names were read; the words of its types come from the facts."""
DATA = {"container", "list", "leaf", "leaf-list", "rpc", "notification"}
THROUGH = {"choice", "case", "input"}
"""What a path of data doesn't name."""
Node = statements.Statement


@dataclass(frozen=True)
class Place:
    """A statement, where it stands in the tree of data and choices.

    Attributes:
        home: the module whose namespace its children are in.
        path: (namespace, name) of every node down to it, those that data doesn't show among them.
    """

    node: Node
    home: Node
    path: tuple[Step, ...] = ()


class Modules:
    """Statements of a module set, by the names that others call them by."""

    def __init__(self, parsed: dict[str, Node]) -> None:
        self.parsed = parsed

    def home(self, statement: Node) -> Node:
        """The module that a statement is written for, also in a submodule."""
        top = statement.top
        return self.parsed[top.search_one("belongs-to").arg] if top.keyword == "submodule" else top

    def texts(self, module: Node) -> Iterator[Node]:
        """A module and what it includes."""
        yield module
        for include in module.search("include"):
            yield from self.texts(self.parsed[include.arg])

    def imported(self, prefix: str, statement: Node) -> Node:
        """The module that a prefix stands for where a statement is written."""
        for one in statement.top.search("import"):
            if one.search_one("prefix").arg == prefix:
                return self.parsed[one.arg]
        return self.home(statement)

    def definition(self, keyword: str, user: Node) -> Node:
        """The grouping or typedef that a statement names."""
        prefix, _, name = user.arg.rpartition(":")
        module = self.imported(prefix, user) if prefix else self.home(user)
        scope = None if prefix else user.parent
        while scope is not None:
            found = scope.search_one(keyword, name)
            if found is not None:
                return found
            scope = scope.parent
        texts = self.texts(module)
        return next(found for text in texts if (found := text.search_one(keyword, name)))


class Models:
    """Parsed modules and a way to ask them for a path."""

    def __init__(self, parsed: dict[str, Node]) -> None:
        self._modules = Modules(parsed)
        self._by_namespace = {
            module.search_one("namespace").arg: module
            for module in parsed.values()
            if module.keyword == "module"
        }
        self._inside: dict[tuple[Step, ...], dict[Step, Place]] = {}

    def has_namespace(self, namespace: str) -> bool:
        return namespace in self._by_namespace

    def resolve(self, steps: tuple[Step, ...]) -> Node | None:
        """The node at a path, looking through choices; None where there is none."""
        module = self._by_namespace.get(steps[0][0])
        place = None if module is None else Place(module, module)
        for step in steps:
            place = None if place is None else self._children(place).get(step)
        return None if place is None else place.node

    def words(self, leaf: Node) -> set[str]:
        """What an enumeration may say."""
        kind = leaf.search_one("type")
        while kind.arg != "enumeration":
            kind = self._modules.definition("typedef", kind).search_one("type")
        return {one.arg for one in kind.search("enum")}

    def _children(self, place: Place) -> dict[Step, Place]:
        known = place.path or ((_namespace(place.home), ""),)
        if known not in self._inside:
            self._inside[known] = dict(self._below(place))
        return self._inside[known]

    def _below(self, place: Place) -> Iterator[tuple[Step, Place]]:
        texts = [place.node] if place.path else self._modules.texts(place.node)
        for text in texts:
            yield from self._among(text.substmts, place)
        for augment in self._augments.get(place.path, ()):
            home = self._modules.home(augment)
            yield from self._among(augment.substmts, Place(place.node, home, place.path))

    def _among(self, found: list[Node], place: Place) -> Iterator[tuple[Step, Place]]:
        for node in found:
            step = (_namespace(place.home), node.arg or node.keyword)
            here = Place(node, place.home, (*place.path, step))
            if node.keyword in DATA:
                yield step, here
            elif node.keyword in THROUGH:
                yield from self._below(here)
            elif node.keyword == "uses":
                grouping = self._modules.definition("grouping", node)
                yield from self._among(grouping.substmts, place)

    @cached_property
    def _augments(self) -> dict[tuple[Step, ...], list[Node]]:
        """What modules add to each other's trees, by the path of the place that it is added to."""
        found: dict[tuple[Step, ...], list[Node]] = {}
        for text in self._modules.parsed.values():
            for augment in text.search("augment"):
                found.setdefault(self._target(augment), []).append(augment)
        return found

    def _target(self, augment: Node) -> tuple[Step, ...]:
        names = (name.rpartition(":") for name in augment.arg.strip("/").split("/"))
        return tuple(
            (_namespace(self._modules.imported(prefix, augment)), name) for prefix, _, name in names
        )


def _namespace(module: Node) -> str:
    return module.search_one("namespace").arg


@lru_cache(maxsize=1)
def models(release: str, names: tuple[str, ...]) -> Models:
    """The modules of a release and all that they import; those that it lacks are left out."""
    folder = IOSXE / "yang" / RELEASES[release]
    ctx = context.Context(repository.FileRepository(str(folder), use_env=False))
    found: dict[str, Node] = {}
    waiting = [name for name in names if name in PUBLISHED or (folder / f"{name}.yang").exists()]
    with uncollected():
        while waiting:
            name = waiting.pop()
            if name not in found:
                path = folder / f"{name}.yang"
                text = path.read_text() if path.exists() else published.text_of(name)
                found[name] = ctx.add_module(name, text)
                waiting += [
                    one.arg for kind in ("import", "include") for one in found[name].search(kind)
                ]
    return Models(found)


def all_models(contract: Contract, release: str) -> Models:
    """Every module that a contract names."""
    return models(release, tuple(module.name for module in contract.modules.values()))
