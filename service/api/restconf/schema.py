"""The YANG modules that this service implements, compiled into what reading and writing need.

The modules are the truth: no code names a type, a key or which data is configuration. They are
compiled once in a process, when somebody asks first; that takes a quarter of a second. What pyang
brings along of the IETF's modules is used as it is.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from service.drivers.paths import data_folder
from service.uncollected import uncollected

OURS = ("aprejoin", "aprejoin-types")
OTHERS = ("ietf-restconf-monitoring", "ietf-yang-library")
"""Implemented, too: what RFC 8040 wants of every server."""


class Kind(StrEnum):
    """What a statement of a schema is."""

    CONTAINER = "container"
    LIST = "list"
    LEAF = "leaf"
    LEAF_LIST = "leaf-list"
    RPC = "rpc"
    ACTION = "action"
    INPUT = "input"
    OUTPUT = "output"
    NOTIFICATION = "notification"


OPERATIONS = (Kind.RPC, Kind.ACTION)
NO_DATA = (*OPERATIONS, Kind.INPUT, Kind.OUTPUT, Kind.NOTIFICATION)
THROUGH = ("choice", "case")
"""What data does not show."""


@dataclass(frozen=True, slots=True)
class LeafType:
    """What values a leaf takes.

    Attributes:
        base: the built-in type behind all names; that of the target for a leafref.
        words: of an enumeration.
        identities: of an identityref: the module of each, by its name.
        digits: of a decimal64, after the point.
        fits: whether a text is within length, pattern and range.
    """

    base: str
    words: frozenset[str] = frozenset()
    identities: Mapping[str, str] = field(default_factory=dict)
    digits: int = 0
    fits: Callable[[str], bool] = field(default=lambda _: True, compare=False)


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a schema; choices and cases are looked through.

    Attributes:
        keys: of a list, in order; empty: it has none.
        type: of leaves and leaf-lists alone.
    """

    module: str
    name: str
    kind: Kind
    config: bool = True
    mandatory: bool = False
    keys: tuple[str, ...] = ()
    children: Mapping[str, "Node"] = field(default_factory=dict)
    type: LeafType | None = None

    @property
    def data(self) -> Iterator["Node"]:
        """What may stand in it."""
        return (one for one in self.children.values() if one.kind not in NO_DATA)

    @property
    def label(self) -> str:
        """Its name with its module's."""
        return f"{self.module}:{self.name}"

    def child(self, name: str, module: str | None = None) -> "Node | None":
        """The child of a name; `module` None: the module that this node is of."""
        found = self.children.get(name)
        return found if found is not None and found.module == (module or self.module) else None


@dataclass(frozen=True, slots=True)
class Module:
    """One module.

    Attributes:
        path: where its text is.
        implemented: its data or its identities are served; else only its types are used.
    """

    name: str
    revision: str
    namespace: str
    path: Path
    implemented: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """Every module, and the top of all data, operations and notifications."""

    modules: Mapping[str, Module]
    top: Mapping[str, Node]
    """By `module:name`."""


@cache
def schema() -> Schema:
    """The schema of this process."""
    from pyang import context, repository  # noqa: PLC0415 - a tenth of a second, for RESTCONF alone

    folder = data_folder() / "modules"
    found = context.Context(repository.FileRepository(str(folder), use_env=True))
    with uncollected():
        wanted = [found.search_module(None, name) for name in (*OURS, *OTHERS)]
        found.validate()
    broken = [f"{where.label()}: {tag}" for where, tag, _ in found.errors]
    if broken or None in wanted:
        raise RuntimeError(f"the YANG modules of the service do not compile: {broken}")
    modules = {one.arg: _module(one) for one in found.modules.values() if one.keyword == "module"}
    top = [
        _node(child) for one in wanted for child in _children(one) if child.keyword in list(Kind)
    ]
    return Schema(modules, {one.label: one for one in top})


def _module(statement: Any) -> Module:  # noqa: ANN401 - pyang is untyped
    revision = statement.search_one("revision")
    return Module(
        name=statement.arg,
        revision=revision.arg if revision is not None else "",
        namespace=statement.search_one("namespace").arg,
        path=Path(statement.pos.ref),
        implemented=bool(statement.search_one("identity")) or statement.arg in (*OURS, *OTHERS),
    )


def _children(statement: Any) -> Iterator[Any]:  # noqa: ANN401
    for child in getattr(statement, "i_children", ()):
        if child.keyword in THROUGH:
            yield from _children(child)
        else:
            yield child


def _node(statement: Any) -> Node:  # noqa: ANN401
    kind = Kind(statement.keyword)
    mandatory = statement.search_one("mandatory")
    return Node(
        module=statement.i_module.arg,
        name=statement.arg,
        kind=kind,
        config=bool(getattr(statement, "i_config", False)),
        mandatory=mandatory is not None and mandatory.arg == "true",
        keys=tuple(key.arg for key in getattr(statement, "i_key", None) or ()),
        children={child.arg: _node(child) for child in _children(statement)},
        type=_type(statement) if kind in (Kind.LEAF, Kind.LEAF_LIST) else None,
    )


def _type(leaf: Any) -> LeafType:  # noqa: ANN401
    stated = leaf.search_one("type")
    pointer = getattr(leaf, "i_leafref_ptr", None)
    if pointer is not None:
        return _type(pointer[0])
    spec, base = stated.i_type_spec, _built_in(stated)
    digits = _first(spec, "fraction_digits")
    return LeafType(
        base=base,
        words=frozenset(name for name, _ in _first(spec, "enums") or ()),
        identities=dict(_identities(spec)) if base == "identityref" else {},
        digits=int(digits or 0),
        fits=_fits(spec, leaf),
    )


def _built_in(stated: Any) -> str:  # noqa: ANN401
    """The built-in type behind a name."""
    while stated.i_typedef is not None:
        stated = stated.i_typedef.search_one("type")
    return str(stated.arg)


def _first(spec: Any, name: str) -> Any:  # noqa: ANN401
    """What the first of a chain of types says of a restriction."""
    while spec is not None:
        if getattr(spec, name, None) is not None:
            return getattr(spec, name)
        spec = getattr(spec, "base", None)
    return None


def _identities(spec: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    for base in _first(spec, "idbases") or ():
        root = base.i_identity
        for module in root.i_module.i_ctx.modules.values():
            for one in module.search("identity"):
                if _derives(one, root):
                    yield one.arg, module.arg


def _derives(identity: Any, root: Any) -> bool:  # noqa: ANN401
    bases = [base.i_identity for base in identity.search("base")]
    return any(base is root or _derives(base, root) for base in bases)


def _fits(spec: Any, leaf: Any) -> Callable[[str], bool]:  # noqa: ANN401
    def fits(text: str) -> bool:
        errors: list[Any] = []
        value = spec.str_to_val(errors, leaf.pos, text, leaf.i_module)
        return value is not None and bool(spec.validate(errors, leaf.pos, value, leaf.i_module))

    return fits
