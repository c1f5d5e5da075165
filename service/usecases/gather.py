"""Gather: keep what a remediation sees and sends. Where that fails, the work goes on without it."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from service.domain.documents import plan_document
from service.domain.evidence.looks import (
    CLOCK,
    changed,
    clock_document,
    is_news,
    known,
    view_document,
)
from service.domain.evidence.plain import plain
from service.domain.instants import Instant
from service.domain.journal import Charter
from service.domain.observation import ControllerView
from service.domain.plan import Plan
from service.errors import StoreError
from service.usecases.context import Context
from service.usecases.plan import Proposal


@dataclass(slots=True)
class Gathered:
    """What one process knows to be kept already.

    Attributes:
        seen: the newest value of each key; None: the store was not asked yet.
        view: the last look of which everything is kept.
        clock: when a reading of the clock was kept last, and its offset.
    """

    seen: dict[str, object] | None = None
    view: ControllerView | None = None
    clock: tuple[Instant, object] | None = None


def keep_beginning(context: Context, remediation: str, proposal: Proposal, plan: Plan) -> None:
    """What was found and planned, with every payload; in the transaction of the opening."""
    at = context.clock.now().wall
    macs = [ap.mac for ap in plan.charter.aps]
    before = {**view_document(proposal.view, macs), CLOCK: plain(proposal.view.clock)}
    context.store.keep_piece(remediation, "before", before, at=at)
    planned = plain(plan_document(plan, proposal.payloads))
    context.store.keep_piece(remediation, "plan", {"plan": planned}, at=at)


def keep_look(
    context: Context,
    remediation: str,
    gathered: Gathered,
    charter: Charter,
    *,
    step: str,
    view: ControllerView,
    now: Instant,
    true_now: datetime | None,
) -> None:
    """What a look says that is not kept yet."""
    with suppress(StoreError):
        if gathered.seen is None:
            pieces = context.store.pieces(remediation)
            gathered.seen = {key: value for key, (_, value) in known(pieces).items()}
        macs = (ap.mac for ap in charter.aps)
        found = changed(gathered.seen, view_document(view, macs, unlike=gathered.view))
        clock = clock_document(view, now, true_now)
        if is_news(gathered.clock, now, clock):
            found[CLOCK] = clock
            gathered.clock = now, clock["offset_s"]
        if found:
            document = {"step": step, "seen": found}
            context.store.keep_piece(remediation, "look", document, at=now.wall)
            gathered.seen.update(found)
        gathered.view = view


def keep_sent(
    context: Context, remediation: str, seq: int, payloads: Iterable[str], *, session: str
) -> None:
    """What was sent for an intent, without secrets."""
    document = {"seq": seq, "session": session, "payloads": plain(tuple(payloads))}
    if not document["payloads"]:
        return
    with suppress(StoreError):
        at = context.clock.now().wall
        context.store.keep_piece(remediation, "sent", document, at=at)
