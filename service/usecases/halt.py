"""Halt: one switch for the whole fleet. Nothing new is changed; what is under way goes home.

A remediation that is on its way forward is called home, for what it would do next is a new change.
One that is on its way home, and every restore, goes on as if nothing had happened. Plans are made.
"""

from service.domain.audit import Act
from service.domain.documents import Document, moment
from service.errors import InvalidInput, Refused
from service.ports.requests import Kind
from service.ports.steering import Halt
from service.usecases.audit import acting
from service.usecases.context import Context

LONGEST_REASON = 500


def halt(context: Context, *, who: str, reason: str) -> Halt:
    """Throw the switch; where it was thrown already, who did and why stays as it is.

    Raises:
        InvalidInput: no reason that a person could read.
    """
    with acting(context, Act.HALT, who=who) as act:
        told = " ".join(reason.split())
        if not told or len(told) > LONGEST_REASON or not told.isprintable():
            raise InvalidInput(
                "no usable reason", where="reason", expected=f"1 to {LONGEST_REASON} characters"
            )
        with act.done(told):
            wanted = Halt(who, context.clock.now().wall, told)
            holds = context.store.halt(wanted)
    for row in context.store.remediations(unfinished=True):
        if context.store.due_of(Kind.REMEDIATION, row.id) is not None:
            why = f"halted by {who}"
            context.store.set_due(Kind.REMEDIATION, row.id, in_s=0.0, why=why)
    return holds


def resume(context: Context, *, who: str) -> Halt:
    """Lift it. Raises Refused where nothing is halted."""
    with acting(context, Act.RESUME, who=who) as act, act.done():
        lifted = context.store.resume(by=who, at=context.clock.now().wall)
        if lifted is None:
            raise Refused("nothing is halted")
    for asked in context.store.waiting_to_begin():
        context.store.set_due(Kind.REMEDIATION, asked.id, in_s=0.0, why=f"{who} lifted the halt")
    return lifted


def why_halted(context: Context) -> str | None:
    """Who halted everything and why; None: nobody did."""
    holds = context.store.halted()
    return None if holds is None else told(holds)


def told(holds: Halt) -> str:
    """A halt in one line."""
    return f"halted by {holds.by} at {moment(holds.at)}: {holds.reason}"


def check_not_halted(context: Context) -> None:
    """Refused where the fleet is halted."""
    why = why_halted(context)
    if why is not None:
        raise Refused(f"all new changes are {why}; to go on: aprejoin resume")


def halt_document(holds: Halt | None) -> Document | None:
    """A halt for machines; None where there is none."""
    if holds is None:
        return None
    return {"by": holds.by, "at": moment(holds.at), "reason": holds.reason}
