"""Request: what is wanted is written down for workers, and they are nudged.

Nothing here talks to a controller. A broker that is away delays the work and loses none of it.
"""

import uuid
from contextlib import suppress
from dataclasses import dataclass

from service.domain.audit import Act
from service.domain.plan import Asked
from service.domain.ways import ORDER
from service.errors import InvalidInput, NotFound, Refused, StoreError
from service.ports.jobs import Job, JobQueue
from service.ports.requests import AskedPlan, AskedRemediation, AskedSweep, Kind
from service.usecases.audit import acting
from service.usecases.context import Context
from service.usecases.dispatch import job_of
from service.usecases.reject import check_not_rejected
from service.usecases.truth import believed_now


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What a plan is asked for with; None: the surest finding, the least invasive way."""

    controller: str
    issue: str | None = None
    strategy: str | None = None
    accept_suspected: bool = False
    save_pending: bool = False
    accept_reload: bool = False
    accept_stranded: bool = False


def request_sweep(
    context: Context,
    queue: JobQueue,
    *,
    who: str,
    names: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
) -> AskedSweep:
    """Ask for a sweep of controllers by name and tag; of all where neither is given.

    Raises:
        NotFound: no such controller. Refused: nobody is meant.
    """
    with acting(context, Act.SWEEP_ASK, who=who) as act:
        meant = tuple(controller.name for controller in context.inventory.chosen(names, tags))
        if not meant:
            raise Refused("no controller of the inventory is meant")
        asked = AskedSweep(_new_id(), context.clock.now().wall, who, meant)
        act.about(f"sweep {asked.id}", controller=meant[0] if len(meant) == 1 else "")
        with act.done(f"{len(meant)} controllers"):
            context.store.ask_sweep(asked)
    nudge(queue, job_of(Kind.SWEEP, asked.id))
    return asked


def request_plan(context: Context, queue: JobQueue, wish: PlanWish, *, who: str) -> AskedPlan:
    """Ask for a plan.

    Raises:
        NotFound, InvalidInput: no such controller, issue or strategy.
    """
    with acting(context, Act.PLAN_ASK, who=who, controller=wish.controller) as act:
        context.controller(wish.controller)
        _check(wish.issue, "issue", context.catalogue.names)
        _check(wish.strategy, "strategy", ORDER)
        asked = _plan_of(context, wish, who)
        act.about(f"plan {asked.id}")
        with act.done(_told(wish)):
            context.store.ask_plan(asked)
    nudge(queue, job_of(Kind.PLAN, asked.id))
    return asked


def _plan_of(context: Context, wish: PlanWish, who: str) -> AskedPlan:
    return AskedPlan(
        id=_new_id(),
        at=context.clock.now().wall,
        asked_by=who,
        controller=wish.controller,
        issue=wish.issue,
        strategy=wish.strategy,
        accept_suspected=wish.accept_suspected,
        save_pending=wish.save_pending,
        accept_reload=wish.accept_reload,
        accept_stranded=wish.accept_stranded,
    )


def _told(wish: PlanWish) -> str:
    """What is wanted beside the controller: what a person accepts with it is their word."""
    said = {"issue": wish.issue, "strategy": wish.strategy}
    flags = ("accept_suspected", "save_pending", "accept_reload", "accept_stranded")
    words = [f"{name} {value}" for name, value in said.items() if value]
    return ", ".join([*words, *(flag for flag in flags if getattr(wish, flag))])


def accepted_in(asked: AskedPlan) -> Asked:
    """What whoever asked for a plan accepts."""
    return Asked(
        accept_suspected=asked.accept_suspected,
        save_pending=asked.save_pending,
        accept_reload=asked.accept_reload,
        accept_stranded=asked.accept_stranded,
    )


def _check(value: str | None, what: str, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise InvalidInput(f"unknown {what} {value!r}", where=what, expected=", ".join(known))


def request_remediation(
    context: Context, queue: JobQueue, digest: str, *, who: str
) -> AskedRemediation:
    """Ask for a plan to be carried out; workers begin as soon as it is approved and may run.

    Raises:
        NotFound: no plan has that digest.
        Refused: it expired, or waits to be carried out already.
    """
    with acting(context, Act.REMEDIATION_ASK, who=who, digest=digest) as act:
        now = context.clock.now().wall
        plans = context.store.plans_with(digest)
        if not plans or not context.sees(plans[0].controller):
            raise NotFound("plan", digest)
        plan = plans[0]
        act.about(f"plan {plan.id}", controller=plan.controller)
        if plan.answer.expires is None or plan.answer.expires <= believed_now(context):
            raise Refused(f"the plan {digest[:12]} expired: ask for another one")
        check_not_rejected(context, plan)
        asked = AskedRemediation(_new_id(), now, who, plan.id, digest, plan.controller)
        with act.done(f"plan {plan.id}"):
            act.about(f"remediation {asked.id}")
            if not context.store.ask_remediation(asked):
                waiting = ", ".join(one.id for one in context.store.waiting_for(digest))
                raise Refused(f"the plan {digest[:12]} waits to be carried out already: {waiting}")
    nudge(queue, job_of(Kind.REMEDIATION, asked.id))
    return asked


def nudge(queue: JobQueue, job: Job) -> None:
    """Tell the workers; where the broker is away, the dispatcher finds it in the store."""
    with suppress(StoreError):
        queue.enqueue(job)


def _new_id() -> str:
    return uuid.uuid4().hex[:12]
