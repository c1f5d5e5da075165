"""Edit the fleet: entries of the inventory file are added, changed and removed for a caller.

What a change may do is judged by what becomes of the fleet, not by what was asked for. The file is
written last, inside of the transaction that has the record: neither is there without the other,
but for a process that dies in between; then the trail has the inventory as changed by nobody known.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from service.domain.audit import Act
from service.domain.fleet_change import FleetChange
from service.errors import InvalidInput, MatchFailed, NotFound, Refused, ScopeNeeded
from service.ports.fleet_file import WHOLE, Entry, FleetEdit, Part
from service.usecases.audit import Acting, acting
from service.usecases.context import Context
from service.usecases.inventory_notes import told_of
from service.usecases.listing import Keyed
from service.usecases.listing import Part as Page

Check = Callable[[Entry], None]
KINDS = {
    Part.CONTROLLERS: "controller",
    Part.SCHEDULES: "schedule",
    Part.FREEZES: "freeze",
    Part.CREDENTIALS: "set of credentials",
    Part.SITES: "site",
    Part.TAG_POLICIES: "policy of a tag",
    Part.EVENT_KEYS: "key of events",
    Part.POLICY: "policy",
}
OTHERS = ("ha_peer", "staging")
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Spot:
    """An entry that somebody means."""

    part: Part
    name: str = WHOLE

    @property
    def label(self) -> str:
        """The entry for people."""
        return f"{KINDS[self.part]} {self.name}".rstrip()


def read_entry(context: Context, spot: Spot) -> Entry:
    """An entry as the file has it; an empty one where the fleet comes from elsewhere.

    Raises:
        NotFound: there is none that the caller may see.
    """
    held = context.fleet_file.entries(spot.part)
    if spot.part is Part.CONTROLLERS and not context.scope.is_whole:
        context.controller(spot.name)
    if spot.name in held:
        return held[spot.name]
    if _is_known(context, spot):
        return {}
    raise NotFound(KINDS[spot.part], spot.name, known=tuple(held) if context.scope.is_whole else ())


def shown_entry(context: Context, spot: Spot) -> Entry:
    """An entry for whoever looks; an empty one where the file cannot be read now.

    Raises:
        NotFound: there is none that the caller may see.
    """
    try:
        return read_entry(context, spot)
    except (InvalidInput, Refused):
        return {}


def show_entries(context: Context, part: Part, page: Page) -> list[Keyed]:
    """Entries of a part of the file, by name."""
    held = context.fleet_file.entries(part)
    found = page.of(held.items(), lambda one: (one[0],))
    return [(key, {"name": name, "entry": dict(entry)}) for key, (name, entry) in found]


def _is_known(context: Context, spot: Spot) -> bool:
    """Whether the fleet has it, wherever it comes from."""
    match spot.part:
        case Part.CONTROLLERS:
            return context.inventory.get(spot.name) is not None
        case Part.SCHEDULES:
            return any(one.name == spot.name for one in context.inventory.schedules)
        case Part.FREEZES:
            return any(one.name == spot.name for one in context.inventory.freezes)
        case _:
            return spot.part is Part.POLICY


def add_entry(context: Context, edit: FleetEdit, spot: Spot, entry: Entry, *, who: str) -> Entry:
    """A new entry.

    Raises:
        Refused: there is one of that name; or as `_carry_out`.
        InvalidInput: the loader does not take it.
    """
    with _changing(context, spot, who) as act:
        edit.begin()
        if spot.name in edit.entries(spot.part):
            raise Refused(f"there is a {spot.label} already")
        return _written(context, edit, act, spot, entry, told="added")


def replace_entry(
    context: Context, edit: FleetEdit, spot: Spot, entry: Entry, *, who: str, check: Check
) -> Entry:
    """An entry that says something else, whole.

    Args:
        context: the ports.
        edit: of the file.
        spot: which.
        entry: all of it.
        who: wants it.
        check: whether what is there is what the caller has read. Raises MatchFailed.

    Raises:
        NotFound, Refused, InvalidInput, MatchFailed.
    """
    with _changing(context, spot, who) as act:
        check(_begun(context, edit, spot))
        return _written(context, edit, act, spot, entry, told="changed")


def put_entry(
    context: Context,
    edit: FleetEdit,
    spot: Spot,
    entry: Entry,
    *,
    who: str,
    check: Callable[[Entry | None], None],
) -> Entry:
    """An entry that says this from now on, whether there was one or not (None)."""
    with _changing(context, spot, who) as act:
        edit.begin()
        held = edit.entries(spot.part).get(spot.name)
        check(held)
        told = "added" if held is None else "changed"
        return _written(context, edit, act, spot, entry, told=told)


def patch_entry(
    context: Context, edit: FleetEdit, spot: Spot, patch: Entry, *, who: str, check: Check
) -> Entry:
    """The same with a merge patch (RFC 7396): what it does not name stays, null takes away."""
    with _changing(context, spot, who) as act:
        held = _begun(context, edit, spot)
        check(held)
        return _written(context, edit, act, spot, merged(held, patch), told="changed")


def remove_entry(context: Context, edit: FleetEdit, spot: Spot, *, who: str, check: Check) -> None:
    """An entry less. Raises as `replace_entry`."""
    with _changing(context, spot, who) as act:
        check(_begun(context, edit, spot))
        edit.want(spot.part, {spot.name: None})
        carry_out(context, edit, act, f"{spot.label} removed")


def merged(held: Entry, patch: Entry) -> dict[str, object]:
    """RFC 7396 on one entry."""
    found = dict(held)
    for key, value in patch.items():
        before = found.get(key)
        if isinstance(value, Mapping):
            found[key] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            found[key] = value
    return {key: value for key, value in found.items() if value is not None}


def carry_out(context: Context, edit: FleetEdit, act: Acting, told: str) -> FleetChange:
    """Write what is wanted, if it may be.

    Raises:
        InvalidInput: the loader does not take it.
        ScopeNeeded: it touches controllers that are none of the caller's.
        Refused: it takes a controller away from a remediation; the file cannot be written.
    """
    change = judge(context, edit)
    with act.done():
        saved = edit.save()
        files = f"file {saved.before[:DIGITS]} -> {saved.after[:DIGITS]}"
        act.about(detail=f"{told}; {files}; now {told_of(change.after)}")
    return change


def begin(edit: FleetEdit, expected: str | None) -> None:
    """Hold the file, and see that it is the one that the caller has seen. Raises MatchFailed."""
    edit.begin()
    if expected is not None and expected != edit.digest:
        raise MatchFailed


def judge(context: Context, edit: FleetEdit) -> FleetChange:
    """What would become of the fleet, if that may be. Raises as `carry_out`."""
    change = edit.checked()
    strange = () if context.scope.is_whole else change.strange_to(context.scope)
    if strange:
        raise ScopeNeeded(context.scope.label)
    _check_held(context, change)
    return change


def _changing(context: Context, spot: Spot, who: str) -> AbstractContextManager[Acting]:
    controller = spot.name if spot.part is Part.CONTROLLERS else ""
    about = f"inventory, {spot.label}"
    return acting(context, Act.INVENTORY_CHANGE, who=who, about=about, controller=controller)


def _begun(context: Context, edit: FleetEdit, spot: Spot) -> Entry:
    """The entry as it is while nobody else can change it."""
    if spot.part is Part.CONTROLLERS and not context.scope.is_whole:
        context.controller(spot.name)
    edit.begin()
    held = edit.entries(spot.part)
    if spot.name not in held:
        known = tuple(held) if context.scope.is_whole else context.inventory.names
        raise NotFound(KINDS[spot.part], spot.name, known=known)
    return held[spot.name]


def _written(
    context: Context, edit: FleetEdit, act: Acting, spot: Spot, entry: Entry, *, told: str
) -> Entry:
    if not context.scope.is_whole:
        _check_own(context, edit, entry)
    edit.want(spot.part, {spot.name: entry})
    carry_out(context, edit, act, f"{spot.label} {told}")
    return edit.entries(spot.part)[spot.name]


def _check_own(context: Context, edit: FleetEdit, entry: Entry) -> None:
    """Whoever has a part of the fleet names nothing of the rest: no login, no controller."""
    mine = context.inventory.names
    logins = {
        str(one.get("credentials"))
        for name, one in edit.entries(Part.CONTROLLERS).items()
        if name in mine
    }
    _check_named(entry, "credentials", logins)
    for key in OTHERS:
        _check_named(entry, key, mine)


def _check_named(entry: Entry, key: str, known: Iterable[str]) -> None:
    stated = entry.get(key)
    if stated is not None and stated not in set(known):
        raise InvalidInput(
            "names something outside of the token's part of the fleet",
            where=key,
            expected=f"one of {', '.join(sorted(known)) or 'none'}",
        )


def _check_held(context: Context, change: FleetChange) -> None:
    """A controller that is being mended, or is to be, stays where it is."""
    moved = set(change.moved)
    for name, why in _held(context, change).items():
        if name in moved:
            raise Refused(
                f"{name} {why}: until that has ended it is not removed, and neither its address "
                "nor how it is logged in to is changed"
            )


def _held(context: Context, change: FleetChange) -> dict[str, str]:
    """Controllers that somebody works on, or is about to, and why."""
    store = context.store
    held = {one.controller: f"is to be mended ({one.id})" for one in store.waiting_to_begin()}
    held |= {
        one.controller: f"is being mended ({one.id})" for one in store.remediations(unfinished=True)
    }
    for name in change.moved:
        lease = store.lease_of(name)
        if lease is not None and lease.left_s > 0:
            held.setdefault(name, f"is being changed by {lease.holder.label}")
    for name in tuple(held):
        controller = change.before.get(name)
        if controller is not None and controller.staging is not None:
            held.setdefault(
                controller.staging, f"is the staging controller of {name}, which {held[name]}"
            )
    return held
