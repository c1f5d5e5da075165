"""Guard: hosts stand by to bring home controllers that have no timer of their own.

Workers that take remediations guard, and so does a command that carries one out. The rules are the
domain's (`domain/guardians.py`); here they are told of, asked, and acted upon.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from service.domain.guardians import Guardian, living, too_few
from service.domain.inventory import Controller
from service.domain.journal import Charter
from service.domain.policy import ApprovalRule
from service.domain.remediation import Run
from service.domain.strategies.known import is_for_a_person
from service.errors import Refused, StoreError
from service.ports.guardians import Guardians
from service.ports.requests import Kind
from service.ports.store import Holder
from service.usecases.context import Context

STRICTNESS: tuple[ApprovalRule, ...] = ("none", "required", "four-eyes")


@dataclass(frozen=True, slots=True)
class Guard:
    """One process that could bring controllers home."""

    store: Guardians
    me: Holder

    def stand(self) -> None:
        """Say that it lives. Raises StoreError."""
        self.store.guard(self._who, host=self.me.host, boot_id=self.me.boot_id)

    def stand_down(self) -> None:
        """Say that it stops: whoever counts on it need not wait. Raises StoreError."""
        self.store.stand_down(self._who)

    @property
    def _who(self) -> str:
        me = self.me
        return f"{me.host} {me.boot_id} {me.pid} {me.started}"


def stand_down(context: Context) -> None:
    """Say that this process stops."""
    with suppress(StoreError):  # then it is missed a minute later
        Guard(context.store, context.processes.me()).stand_down()


def guardians_with(context: Context, *, steady_s: float = 0.0) -> tuple[Guardian, ...]:
    """Everybody who guards, and this process, which certainly lives.

    Args:
        context: the ports.
        steady_s: for how long this process has worked on what is to be guarded.
    """
    me = context.processes.me()
    Guard(context.store, me).stand()
    return (Guardian(me.host, me.boot_id, 0.0, steady_s), *context.store.guardians())


def check_guardians(context: Context, charter: Charter) -> None:
    """Refused where a controller cannot restore itself, and too few hosts guard it."""
    job = charter.staging
    needed = max(charter.guardians, job.guardians if job else 0)
    if not needed:
        return
    wanting = too_few(living(guardians_with(context)), needed)
    if wanting is not None:
        name = charter.controller if job is None else job.controller
        raise Refused(
            f"{name} cannot restore itself: {wanting}. Run workers (`aprejoin "
            "worker --queues remediate`) on another host with the same database, or accept the "
            "risk of one with the policy's aireos_guardians: 1"
        )


def asks_a_person(controller: Controller, charter: Charter) -> Controller:
    """The controller with the approval that a plan needs.

    One guardian alone is a person's risk, and a wrong clock is never mended without a person. What
    is opened next door takes no less than it would there.
    """
    job = charter.staging
    alone = 1 in {charter.guardians, job.guardians if job else 0}
    rule = max(controller.policy.approval, job.approval if job else "none", key=STRICTNESS.index)
    strict = replace(controller, policy=replace(controller.policy, approval=rule))
    return with_a_person(strict) if alone or is_for_a_person(charter.strategy) else strict


def with_a_person(controller: Controller) -> Controller:
    """The controller, its policy asking for somebody's word where it asks for nobody's."""
    policy = controller.policy
    if policy.approval != "none":
        return controller
    return replace(controller, policy=replace(policy, approval="required"))


def is_unguarded(context: Context, run: Run) -> bool:
    """Whether a window is open, forward, with too few guardians: it has to be looked at at once."""
    needed = run.charter.guardians
    if not needed or run.phase != "forward":
        return False
    return too_few(living(guardians_with(context)), needed) is not None


def hurry_unguarded(context: Context) -> None:
    """Make due at once what workers carry forward without enough guardians."""
    for row in context.store.remediations(unfinished=True):
        due = context.store.due_of(Kind.REMEDIATION, row.id) if row.charter.guardians else None
        if due is None or due.is_due:
            continue
        found = living(context.store.guardians())
        if too_few(found, row.charter.guardians) is None:
            continue
        run = Run(context.store.journal(row.id))
        if run.charter.guardians and run.phase == "forward":
            why = "a guardian was lost"
            context.store.set_due(Kind.REMEDIATION, row.id, in_s=0.0, why=why)
