"""pyang's view of a module set turned into the lab's compact records.

Equal subtrees are stored once (a list of records, children by index): Cisco's modules repeat the
same groupings on every interface kind. This is the only file that touches pyang.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyang import context, repository, types

from service.lab.yang import published

NETCONF_FEATURES = ["writable-running", "candidate", "rollback-on-error", "validate", "xpath"]
DATA = {"container", "list", "leaf", "leaf-list", "choice", "case", "anyxml", "anydata"}
Record = list[Any]


@dataclass
class Tables:
    """Everything stored once; records point here by index."""

    nodes: list[Record] = field(default_factory=list)
    types: list[dict[str, Any]] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)
    expressions: list[list[Any]] = field(default_factory=list)
    identities: list[Any] = field(default_factory=list)  # pyang statements, not written out
    seen: dict[str, int] = field(default_factory=dict)

    def module(self, name: str) -> int:
        """Index of a module name."""
        if name not in self.modules:
            self.modules.append(name)
        return self.modules.index(name)

    def store(self, table: list[Any], item: object) -> int:
        """Index of an item in one of the tables; equal items share it."""
        key = f"{id(table)}{item!r}"
        if key not in self.seen:
            table.append(item)
            self.seen[key] = len(table) - 1
        return self.seen[key]


def load(folder: Path) -> Any:  # noqa: ANN401  # pyang carries no types
    """Parse and link every module of a folder, and those beside it, deviations applied."""
    ctx = context.Context(repository.FileRepository(str(folder), use_env=False))
    ctx.features["ietf-netconf"] = NETCONF_FEATURES
    for path in (*sorted(folder.glob("*.yang")), *published.beside(folder)):
        ctx.add_module(str(path), path.read_text(encoding="utf-8", errors="replace"))
    ctx.validate()
    for module in ctx.modules.values():
        module.prune()  # nodes of features that are off, and what deviations took away
    return ctx


def type_of(stmt: Any, tables: Tables) -> int:  # noqa: ANN401
    """Index of a resolved type: base name plus every restriction down the typedef chain."""
    record: dict[str, Any] = {"b": _base(stmt)}
    if _typedef(stmt) == "xpath1.0":
        record["x"] = 1
    spec = stmt.i_type_spec
    while spec is not None:
        _restrict(spec, record, tables)
        spec = getattr(spec, "base", None)
    return tables.store(tables.types, record)


def _restrict(spec: Any, record: dict[str, Any], tables: Tables) -> None:  # noqa: ANN401
    match spec:
        case types.RangeTypeSpec():
            record.setdefault("r", [_bounds(r) for r in spec.ranges])
        case types.LengthTypeSpec():
            record.setdefault("l", [_bounds(r) for r in spec.lengths])
        case types.PatternTypeSpec():
            found = [[p.spec, bool(p.invert_match)] for p in spec.res]
            record["p"] = record.get("p", []) + found
        case types.UnionTypeSpec():
            record["u"] = [type_of(member, tables) for member in spec.types]
        case types.PathTypeSpec():
            _follow(spec, record, tables)
        case _:
            _name(spec, record, tables)


def _name(spec: Any, record: dict[str, Any], tables: Tables) -> None:  # noqa: ANN401
    """Types whose values are named: enums, bits, identities; and decimals' digits."""
    match spec:
        case types.EnumTypeSpec():
            record.setdefault("e", [name for name, _ in spec.enums])
        case types.BitTypeSpec():
            record.setdefault("s", [bit[0] for bit in spec.bits])
        case types.Decimal64TypeSpec():
            record["f"] = spec.fraction_digits
        case types.IdentityrefTypeSpec():
            record["i"] = sorted(_identities(spec, tables))
        case _:
            pass


def _follow(spec: Any, record: dict[str, Any], tables: Tables) -> None:  # noqa: ANN401
    """A leafref takes the type of its target; whether the target exists is not checked."""
    target = getattr(spec, "i_target_node", None)
    if target is None or target.search_one("type") is None:
        record["b"] = "string"
        return
    pointed = tables.types[type_of(target.search_one("type"), tables)]
    record.update(pointed)


def _bounds(pair: tuple[Any, Any]) -> list[str]:
    low, high = pair
    return [str(low), str(low if high is None else high)]


def _typedef(stmt: Any) -> str:  # noqa: ANN401
    return str(stmt.arg).rpartition(":")[2]


def _base(stmt: Any) -> str:  # noqa: ANN401
    while getattr(stmt, "i_typedef", None) is not None:
        stmt = stmt.i_typedef.search_one("type")
    return _typedef(stmt)


def _identities(spec: Any, tables: Tables) -> set[tuple[str, str]]:  # noqa: ANN401
    """(module, name) of every identity derived from the bases, in the whole module set."""
    return {
        (candidate.i_module.i_modulename, candidate.arg)
        for base in spec.idbases
        for candidate in tables.identities
        if candidate is not base.i_identity and _derives(candidate, base.i_identity)
    }


def _derives(candidate: Any, identity: Any) -> bool:  # noqa: ANN401
    return any(
        base.i_identity is identity or (base.i_identity and _derives(base.i_identity, identity))
        for base in candidate.search("base")
        if getattr(base, "i_identity", None) is not None
    )


def expression(stmt: Any, tables: Tables) -> int:  # noqa: ANN401
    """Index of a must or when: its XPath, the namespaces of its prefixes, its error message."""
    module = stmt.i_orig_module
    own = module.i_modulename
    prefixes = {
        prefix: own if name == module.arg else name  # a submodule's prefix means its module
        for prefix, (name, _) in module.i_prefixes.items()
        if f"{prefix}:" in stmt.arg
    }
    message = stmt.search_one("error-message")
    text = re.sub(r"\s+", " ", stmt.arg).strip()
    words = re.sub(r"\s+", " ", message.arg) if message is not None else ""
    return tables.store(tables.expressions, [text, prefixes, own, words])


def children(stmt: Any, keywords: Iterable[str] = DATA) -> list[Any]:  # noqa: ANN401
    """Schema children of a statement, rpc input and output included when asked for."""
    wanted = set(keywords)
    return [c for c in getattr(stmt, "i_children", []) if c.keyword in wanted]


def modules_of(ctx: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """Module statements by name, submodules left out."""
    found: dict[str, Any] = {}
    for (name, _), module in sorted(ctx.modules.items()):
        if module.keyword == "module":
            found[name] = module
    return found
