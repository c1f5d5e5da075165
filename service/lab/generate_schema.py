"""Write the lab's schema of one release from the vendor's YANG modules.

    python -m service.lab.generate_schema MODULES_DIR RELEASE OUT.json.gz

Nothing in the result is typed by hand: nodes, types, enums, ranges and module revisions come from
the modules, and of the few that `yang/published` puts beside them. By hand is only what to leave
out: `PRUNED` names what the lab doesn't simulate, and the schema says so of each such node, so that
touching it is not answered "unknown".
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

from service.lab.yang.translate import (
    Record,
    Tables,
    children,
    expression,
    load,
    modules_of,
    type_of,
)
from service.uncollected import uncollected

KINDS = {"container": "c", "list": "l", "leaf": "f", "leaf-list": "m", "choice": "o", "case": "s"}
NATIVE = {  # children of /native kept whole (True) or as far as the named children
    "version": True, "hostname": True, "clock": True, "ntp": True, "event": True, "aaa": True,
    "crypto": {"pki"}, "key": True, "time-range": True, "radius": True, "tacacs": True,
    "ip": {"ssh", "domain", "vrf"}, "line": True, "archive": True, "redundancy": True,
    "username": True, "user-name": True, "vrf": True, "interface": True, "license": {"smart"},
}  # fmt: skip
INTERFACE = {"name", "ntp"}
ROOTS = {  # modules whose data, operations and notifications are simulated or at least judged
    "Cisco-IOS-XE-native", "Cisco-IOS-XE-wireless-ap-cfg",
    "Cisco-IOS-XE-wireless-access-point-oper",
    "Cisco-IOS-XE-wireless-ap-global-oper", "Cisco-IOS-XE-wireless-events-oper",
    "Cisco-IOS-XE-wireless-image-download-cfg", "Cisco-IOS-XE-install-oper",
    "Cisco-IOS-XE-install-rpc", "Cisco-IOS-XE-install-events", "Cisco-IOS-XE-ntp-oper",
    "Cisco-IOS-XE-device-hardware-oper", "Cisco-IOS-XE-crypto-pki-oper",
    "Cisco-IOS-XE-crypto-pki-events", "Cisco-IOS-XE-checkpoint-archive-oper",
    "Cisco-IOS-XE-cli-rpc", "Cisco-IOS-XE-rpc", "cisco-ia", "cisco-self-mgmt",
    "Cisco-IOS-XE-wireless-access-point-cmd-rpc", "Cisco-IOS-XE-wireless-access-point-cfg-rpc",
    "openconfig-system", "ietf-event-notifications", "ietf-yang-push", "ietf-netconf",
    "ietf-netconf-monitoring", "ietf-yang-library", "ietf-netconf-notifications",
    "Cisco-IOS-XE-xcopy-rpc", "Cisco-IOS-XE-verify-rpc", "tailf-netconf-transactions",
    "Cisco-IOS-XE-wireless-general-cfg", "Cisco-IOS-XE-ios-events-oper", "Cisco-IOS-XE-mdt-cfg",
    "Cisco-IOS-XE-wireless-mobility-oper", "Cisco-IOS-XE-process-cpu-oper",
}  # fmt: skip
STATUS = {"deprecated": "d", "obsolete": "o"}


def build(folder: Path, release: str) -> dict[str, Any]:
    """Read the modules of a folder and return the schema document."""
    with uncollected():
        modules = modules_of(load(folder))
    tables = Tables()
    for module in modules.values():
        tables.module(module.arg)
        tables.identities += module.search("identity")
    tops: dict[str, list[int]] = {"data": [], "rpcs": [], "notifications": []}
    for name, module in modules.items():
        keep = name in ROOTS
        tops["data"] += [_node(c, tables, (), keep=keep) for c in children(module)]
        tops["rpcs"] += [_operation(c, tables) for c in children(module, {"rpc"})]
        wanted = children(module, {"notification"}) if keep else []
        tops["notifications"] += [_node(c, tables, (), keep=True) for c in wanted]
    described = [_described(modules[name]) for name in tables.modules]
    return {
        "format": 1, "release": release, "modules": described, "types": tables.types,
        "expressions": tables.expressions, "nodes": tables.nodes, **tops,
    }  # fmt: skip


def _described(module: Any) -> list[Any]:  # noqa: ANN401
    """Name, revision, namespace, prefix, features, YANG version of a module."""
    version = module.search_one("yang-version")
    return [
        module.arg,
        max((r.arg for r in module.search("revision")), default=""),
        module.search_one("namespace").arg,
        module.search_one("prefix").arg,
        [f.arg for f in module.search("feature")],
        version.arg if version is not None else "1",
    ]


def _operation(stmt: Any, tables: Tables) -> int:  # noqa: ANN401
    """An rpc: its input and its output become two containers."""
    parts = [
        tables.store(tables.nodes, ["c", part.keyword, tables.module(stmt.i_module.arg), {}, kids])
        for part in children(stmt, {"input", "output"})
        for kids in [[_node(c, tables, (), keep=True) for c in children(part)]]
    ]
    record = ["c", stmt.arg, tables.module(stmt.i_module.arg), {}, parts]
    return tables.store(tables.nodes, record)


def _node(stmt: Any, tables: Tables, path: tuple[str, ...], *, keep: bool) -> int:  # noqa: ANN401
    """Index of a node's record: [kind, name, module, facts, children]."""
    here = path if stmt.keyword in {"choice", "case"} else (*path, stmt.arg)
    keep = keep and not _pruned(here)
    kids: list[int] = []
    if keep:
        kids = [_node(c, tables, here, keep=True) for c in children(stmt)]
    record: Record = [
        KINDS.get(stmt.keyword, "c" if stmt.keyword == "notification" else "a"),
        stmt.arg,
        tables.module(stmt.i_module.i_modulename),
        _facts(stmt, tables) if keep else {"p": 1},
        kids,
    ]
    return tables.store(tables.nodes, record)


def _pruned(path: tuple[str, ...]) -> bool:
    if len(path) < 2 or path[0] != "native":  # noqa: PLR2004  # /native itself
        return False
    kept = NATIVE.get(path[1], False)
    if path[1] == "interface" and len(path) > 3 and "subinterface" not in path[2]:  # noqa: PLR2004
        return path[3] not in INTERFACE
    if path[1] == "interface" and len(path) > 4 and "subinterface" in path[2]:  # noqa: PLR2004
        return path[4] not in INTERFACE
    if isinstance(kept, set):
        return len(path) > 2 and path[2] not in kept  # noqa: PLR2004
    return not kept


def _facts(stmt: Any, tables: Tables) -> dict[str, Any]:  # noqa: ANN401
    """What restricts a node, each under one letter (read by `service.lab.yang.schema`)."""
    facts: dict[str, Any] = _numbers(stmt)
    if (kind := stmt.search_one("type")) is not None and stmt.keyword in {"leaf", "leaf-list"}:
        facts["t"] = type_of(kind, tables)
    if stmt.keyword == "list" and stmt.search_one("key") is not None:
        facts["k"] = stmt.search_one("key").arg.split()
    if getattr(stmt, "i_config", None) is False:
        facts["r"] = 1  # read only
    for letter, keyword in (("m", "must"), ("w", "when")):
        if found := [expression(e, tables) for e in stmt.search(keyword)]:
            facts[letter] = found
    return facts


def _numbers(stmt: Any) -> dict[str, Any]:  # noqa: ANN401
    """Restrictions that are one statement with one word."""
    word = {s.keyword: s.arg for s in stmt.substmts if isinstance(s.keyword, str)}
    bounds = {"n": word.get("min-elements", ""), "x": word.get("max-elements", "")}
    facts: dict[str, Any] = {letter: int(n) for letter, n in bounds.items() if n.isdigit()}
    if "default" in word:
        facts["d"] = word["default"]
    flags = {
        "P": "presence" in word,
        "M": word.get("mandatory") == "true",
        "u": word.get("ordered-by") == "user",
    }
    facts |= {letter: 1 for letter, on in flags.items() if on}
    if word.get("status") in STATUS:
        facts["s"] = STATUS[word["status"]]
    return facts


def main(argv: list[str]) -> int:
    """Generate one file; 2 when called wrongly."""
    if len(argv) != 3:  # noqa: PLR2004
        sys.stderr.write(f"{__doc__}\n")
        return 2
    folder, release, out = Path(argv[0]), argv[1], Path(argv[2])
    write(build(folder, release), out)
    return 0


def write(document: dict[str, Any], out: Path) -> None:
    """Write a schema document; the same document gives the same bytes."""
    text = json.dumps(document, separators=(",", ":"))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
