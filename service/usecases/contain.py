"""Contain: remember what a person put in force by hand to keep access points away, and its lifting.

No controller is asked and none is changed: what is remembered is the person's own word.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

from service.domain.audit import Act
from service.domain.contained import LONGEST, Contained, demand, is_readable, read_kind
from service.domain.documents import Document, moment
from service.errors import InvalidInput, Refused
from service.usecases.audit import acting
from service.usecases.context import Context

KIND_EXPECTED = "KIND or KIND:where, for example switch-port:access-1 Gi1/0/7"


def note_applied(context: Context, controller: str, said: str, *, who: str, note: str) -> Contained:
    """Remember that a block was put in force; one that stands already stays as it was said first.

    Args:
        context: the ports.
        controller: whose access points it keeps away.
        said: `KIND[:where]`.
        who: who did it.
        note: anything worth knowing; may be empty.

    Raises:
        NotFound: no such controller.
        InvalidInput: unknown kind, or a text that nobody could read.
    """
    with acting(context, Act.CONTAINMENT_APPLIED, who=who, controller=controller) as act:
        name = context.controller(controller).name
        kind, place = _kind_of(said)
        note = " ".join(note.split())
        if not is_readable(note):
            expected = f"up to {LONGEST} characters"
            raise InvalidInput("no usable note", where="note", expected=expected)
        for one in context.store.containments(name, standing=True):
            if (one.kind, one.place) == (kind, place):
                act.about(f"containment {one.id}")
                return one
        item = uuid.uuid4().hex[:12]
        made = Contained(item, name, kind, place, note, who, context.clock.now().wall)
        act.about(f"containment {item}")
        with act.done(made.label):
            context.store.keep_containment(made)
        return made


def note_lifted(
    context: Context, controller: str, said: str | None, *, who: str
) -> tuple[Contained, ...]:
    """Remember that blocks were lifted; without a kind, all that stand on the controller.

    Raises:
        NotFound: no such controller.
        InvalidInput: unknown kind.
        Refused: none of them stands.
    """
    with acting(context, Act.CONTAINMENT_LIFTED, who=who, controller=controller) as act:
        name = context.controller(controller).name
        kind, place = _kind_of(said) if said else ("", "")
        found = [
            one
            for one in context.store.containments(name, standing=True)
            if kind in ("", one.kind) and place in ("", one.place)
        ]
        if not found:
            raise Refused(f"{name}: no such containment stands")
        at = context.clock.now().wall
        with act.done("; ".join(f"{one.id} {one.label}" for one in found)):
            for one in found:
                context.store.lift_containment(one.id, by=who, at=at)
    lifted = {one.id for one in found}
    return tuple(one for one in context.store.containments(name) if one.id in lifted)


def demands(context: Context, controller: str, until: datetime | None = None) -> list[str]:
    """What a person has to lift on a controller, oldest first.

    Args:
        context: the ports.
        controller: its name; it need not be in the inventory any more.
        until: what was applied later does not count; None: everything does.
    """
    standing = context.store.containments(controller, standing=True)
    return [demand(one) for one in reversed(standing) if until is None or one.at <= until]


def containments_document(found: Iterable[Contained]) -> list[Document]:
    """Containments for machines, in the order given."""
    return [containment_record(one) for one in found]


def containment_record(one: Contained) -> Document:
    """One that was applied by hand."""
    return {
        "id": one.id,
        "controller": one.controller,
        "kind": one.kind,
        "where": one.place,
        "note": one.note,
        "applied_by": one.by,
        "at": moment(one.at),
        "lifted_by": one.lifted_by,
        "lifted": moment(one.lifted),
        "undo": list(one.undo),
    }


def _kind_of(said: str) -> tuple[str, str]:
    try:
        return read_kind(said)
    except ValueError as err:
        raise InvalidInput(str(err), where="kind", expected=KIND_EXPECTED) from err
