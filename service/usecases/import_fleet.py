"""Import: controllers and what belongs to them, taken over into the inventory from elsewhere.

A document of the inventory's own form says its entries whole. A register knows where a controller
is and what it is called, and nothing of how it is treated: of an entry that is there already only
that is taken over. A dry run goes all the way, but for the writing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from service.domain.audit import Act
from service.domain.documents import Document
from service.domain.fleet_change import FleetChange
from service.errors import InvalidInput
from service.ports.fleet_file import Entry, FleetEdit, Part
from service.ports.registers import FromRegister
from service.usecases.audit import acting
from service.usecases.context import Context
from service.usecases.edit_fleet import begin, carry_out, judge

Brought: TypeAlias = Mapping[Part, Mapping[str, Entry]]
Wanted: TypeAlias = dict[Part, dict[str, Entry | None]]
REGISTERED = ("platform", "host", "site", "tags")
"""What a register says of a controller."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class ImportWish:
    """How something is taken over.

    Attributes:
        source: for people.
        remove: controllers that it does not have leave the inventory.
        dry_run: nothing is written.
        expected: the file's digest that the caller has seen; None: whichever.
    """

    source: str
    remove: bool = False
    dry_run: bool = False
    expected: str | None = None


def import_document(
    context: Context, edit: FleetEdit, text: str, wish: ImportWish, *, who: str
) -> Document:
    """Take a document of the inventory's form over; what became of each part.

    Raises:
        InvalidInput: it, or what would come of it, is not of that form. Refused, MatchFailed.
    """
    return _import(context, edit, context.fleet_file.read(text), wish, who=who)


def import_register(
    context: Context, edit: FleetEdit, found: FromRegister, wish: ImportWish, *, who: str
) -> Document:
    """Take over what a register has. Raises as `import_document`."""
    left = [{"name": name, "reason": reason} for name, reason in found.left_out]
    brought = context.fleet_file.read(found.text)
    if not brought.get(Part.CONTROLLERS):
        raise InvalidInput(
            f"none of the {len(left)} devices found is a controller",
            where=wish.source,
            expected="a filter that finds wireless controllers",
        )
    return {**_import(context, edit, brought, wish, who=who, is_register=True), "left_out": left}


def _import(
    context: Context,
    edit: FleetEdit,
    brought: Brought,
    wish: ImportWish,
    *,
    who: str,
    is_register: bool = False,
) -> Document:
    about = f"inventory, import of {wish.source}"
    with acting(context, Act.INVENTORY_CHANGE, who=who, about=about) as act:
        begin(edit, wish.expected)
        held = {part: edit.entries(part) for part in Part}
        wanted = _only_registered(held, brought) if is_register else _whole(brought)
        if wish.remove:
            gone = held[Part.CONTROLLERS].keys() - brought.get(Part.CONTROLLERS, {}).keys()
            wanted.setdefault(Part.CONTROLLERS, {}).update(dict.fromkeys(sorted(gone), None))
        for part in sorted(wanted, key=lambda one: one is Part.CONTROLLERS):
            edit.want(part, {k: v for k, v in wanted[part].items() if held[part].get(k) != v})
        told = _differences(held, {part: edit.entries(part) for part in Part})
        if wish.dry_run or not told["parts"]:
            change = judge(context, edit)
        else:
            change = carry_out(context, edit, act, _summary(told))
        written = bool(told["parts"]) and not wish.dry_run
    return {**told, "touched": _touched(change), "written": written, "left_out": []}


def _whole(brought: Brought) -> Wanted:
    return {part: dict(entries) for part, entries in brought.items()}


def _only_registered(held: Brought, brought: Brought) -> Wanted:
    """What a register knows, over what the inventory has."""
    wanted: Wanted = {Part.CONTROLLERS: {}, Part.SITES: {}, Part.CREDENTIALS: {}}
    used = set()
    for name, entry in brought.get(Part.CONTROLLERS, {}).items():
        old = held[Part.CONTROLLERS].get(name)
        known = {key: entry[key] for key in REGISTERED if key in entry}
        wanted[Part.CONTROLLERS][name] = entry if old is None else {**old, **known}
        used |= {entry["credentials"]} if old is None else set()
    for name, site in brought.get(Part.SITES, {}).items():
        wanted[Part.SITES][name] = {**held[Part.SITES].get(name, {}), **site}
    for name, login in brought.get(Part.CREDENTIALS, {}).items():
        if name in used and name not in held[Part.CREDENTIALS]:
            wanted[Part.CREDENTIALS][name] = login
    return wanted


def _differences(before: Brought, after: Brought) -> Document:
    """What is different, part by part and entry by entry."""
    found = {}
    for part in Part:
        old, new = before[part], after[part]
        told: Document = {
            "added": {name: dict(new[name]) for name in new if name not in old},
            "changed": {
                name: {"before": dict(old[name]), "after": dict(new[name])}
                for name in new
                if name in old and old[name] != new[name]
            },
            "removed": [name for name in old if name not in new],
        }
        if any(told.values()):
            found[part.value] = told
    return {"parts": found}


def _touched(change: FleetChange) -> Document:
    """Controllers for which something is different, also where that stands elsewhere."""
    return {
        "added": list(change.added),
        "changed": list(change.changed),
        "removed": list(change.removed),
    }


def _summary(told: Document) -> str:
    """How many of what, for the trail."""
    parts = told["parts"]
    words = [
        f"{len(names)} {part} {verb}"
        for part, verbs in (parts.items() if isinstance(parts, dict) else ())
        for verb, names in verbs.items()
        if names
    ]
    return f"import: {', '.join(words[:SHOWN])}"
