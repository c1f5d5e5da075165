"""Review: a plan as somebody looks at it who is to give their word, or to withhold it."""

from dataclasses import dataclass
from datetime import datetime

from service.domain.documents import Document
from service.ports.requests import Only
from service.usecases.context import Context
from service.usecases.show import show_plan

NEWEST = 5


@dataclass(frozen=True, slots=True)
class Review:
    """One plan.

    Attributes:
        now: this host's clock.
        rule: whose word the controller's policy wants; None: the controller left the inventory.
        waiting: the remediation that waits to be carried out by it; None: there is none.
        running: the newest one that is, or was, carried out by it.
        newer: a later plan for the same controller whose digest is another one: something has
            changed since this one was read.
    """

    now: datetime
    shown: Document
    rule: str | None
    waiting: str | None
    running: str | None
    newer: str | None


def review(context: Context, plan: str) -> Review:
    """One plan by its id or digest. Raises NotFound."""
    shown, store = show_plan(context, plan), context.store
    digest, name = str(shown["digest"] or ""), str(shown["controller"])
    controller = context.inventory.get(name)
    waiting = store.waiting_for(digest) if digest else ()
    rows = [row for row in store.remediations(controller=name) if row.charter.digest == digest]
    return Review(
        now=context.clock.now().wall,
        shown=shown,
        rule=None if controller is None else controller.policy.approval,
        waiting=waiting[0].id if waiting else None,
        running=rows[0].id if rows else None,
        newer=_newer(context, shown),
    )


def _newer(context: Context, shown: Document) -> str | None:
    """The newest plan, where it is another one than this."""
    only = Only(controller=str(shown["controller"]))
    answered = (
        one
        for one in context.store.plans(limit=NEWEST, only=only)
        if one.answer.digest and one.issue in (None, shown["issue"])
    )
    newest = next(answered, None)
    if newest is None or not shown["digest"] or newest.answer.digest == shown["digest"]:
        return None
    return newest.id if str(shown["id"]) != newest.id else None
