"""What may be asked for by RPC and action: one use case each, the same as REST's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.api.restconf.tree import Instance
from service.domain.documents import moment
from service.errors import InvalidInput
from service.ports.jobs import JobQueue
from service.ports.store import Approval
from service.ports.tokens import Role
from service.usecases.context import Context
from service.usecases.decide import Verb, approve_plan, approve_remediation, want_back
from service.usecases.findings import acknowledge, lift_suppression, suppress
from service.usecases.reject import reject_plan
from service.usecases.request import PlanWish, request_plan, request_remediation, request_sweep
from service.usecases.show import show_plan

FLAGS = ("accept-suspected", "save-pending", "accept-reload", "accept-stranded")


@dataclass(frozen=True, slots=True)
class Asked:
    """One call.

    Attributes:
        who: the name of the token.
        key: of the entry that an action is called on; empty for an RPC.
        input: by the model's names.
    """

    context: Context
    queue: JobQueue
    who: str
    key: str
    input: Mapping[str, object]

    def text(self, name: str) -> str:
        """An input that is there."""
        return str(self.input[name])

    def perhaps(self, name: str) -> str | None:
        """An input that may be there."""
        found = self.input.get(name)
        return None if found is None else str(found)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of inputs; empty where there is none."""
        found = self.input.get(name, ())
        return tuple(map(str, found)) if isinstance(found, Sequence) else ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        role: who may call it, and all above.
        act: does it; its output by the model's names, None where the model has none.
    """

    role: Role
    act: Callable[[Asked], Instance | None]


def start_sweep(asked: Asked) -> Instance:
    """A sweep of controllers by name and tag."""
    names, tags = asked.texts("controller"), asked.texts("tag")
    return _sweep(asked, names, tags)


def start_sweep_here(asked: Asked) -> Instance:
    """A sweep of one controller."""
    return _sweep(asked, (asked.key,), ())


def _sweep(asked: Asked, names: tuple[str, ...], tags: tuple[str, ...]) -> Instance:
    found = request_sweep(asked.context, asked.queue, who=asked.who, names=names, tags=tags)
    return {"sweep": found.id}


def make_plan(asked: Asked) -> Instance:
    """A plan for the controller that is named."""
    return _plan(asked, asked.text("controller"))


def make_plan_here(asked: Asked) -> Instance:
    """A plan for the controller that it is called on."""
    return _plan(asked, asked.key)


def _plan(asked: Asked, controller: str) -> Instance:
    accepted = {flag.replace("-", "_"): asked.input.get(flag) is True for flag in FLAGS}
    wish = PlanWish(controller, asked.perhaps("issue"), asked.perhaps("strategy"), **accepted)
    return {"plan": request_plan(asked.context, asked.queue, wish, who=asked.who).id}


def carry_out(asked: Asked) -> Instance:
    """A remediation by the digest of its plan."""
    digest = asked.text("plan-digest")
    found = request_remediation(asked.context, asked.queue, digest, who=asked.who)
    return {"remediation": found.id}


def approve_digest(asked: Asked) -> Instance:
    """Somebody's word for a plan, by its digest."""
    return _word(approve_plan(asked.context, asked.queue, asked.text("plan-digest"), who=asked.who))


def approve_this_plan(asked: Asked) -> Instance:
    """Somebody's word for a plan, by its id."""
    digest = str(show_plan(asked.context, asked.key)["digest"] or asked.key)
    return _word(approve_plan(asked.context, asked.queue, digest, who=asked.who))


def approve_this_remediation(asked: Asked) -> Instance:
    """Somebody's word for a remediation that waits for it."""
    return _word(approve_remediation(asked.context, asked.queue, asked.key, who=asked.who))


def reject_this_plan(asked: Asked) -> None:
    """Somebody's no to a plan, by its id."""
    digest = str(show_plan(asked.context, asked.key)["digest"] or asked.key)
    reject_plan(asked.context, digest, who=asked.who, reason=asked.text("reason"))


def acknowledge_this(asked: Asked) -> None:
    """That somebody knows of a finding."""
    note = asked.perhaps("note") or ""
    acknowledge(asked.context, asked.key, who=asked.who, note=note)


def suppress_this(asked: Asked) -> None:
    """That nothing begins for a finding by itself. Raises InvalidInput."""
    given = asked.text("until")
    try:
        until = datetime.fromisoformat(given)
    except ValueError:
        raise InvalidInput("no such day or hour", where="until", expected="RFC 3339") from None
    reason = asked.text("reason")
    suppress(asked.context, asked.key, who=asked.who, reason=reason, until=until)


def lift_this(asked: Asked) -> None:
    """That things begin for a finding again."""
    lift_suppression(asked.context, asked.key, who=asked.who)


def _word(given: Approval) -> Instance:
    return {"approver": given.approver, "expires": moment(given.expires)}


def _back(verb: Verb) -> Callable[[Asked], None]:
    def act(asked: Asked) -> None:
        want_back(asked.context, asked.queue, asked.key, verb, who=asked.who)

    return act


OPERATIONS: Mapping[str, Operation] = {
    "start-sweep": Operation(Role.OPERATOR, start_sweep),
    "make-plan": Operation(Role.OPERATOR, make_plan),
    "request-remediation": Operation(Role.OPERATOR, carry_out),
    "approve-plan": Operation(Role.APPROVER, approve_digest),
    "controllers/controller/start-sweep": Operation(Role.OPERATOR, start_sweep_here),
    "controllers/controller/make-plan": Operation(Role.OPERATOR, make_plan_here),
    "findings/finding/acknowledge": Operation(Role.OPERATOR, acknowledge_this),
    "findings/finding/suppress": Operation(Role.OPERATOR, suppress_this),
    "findings/finding/lift-suppression": Operation(Role.OPERATOR, lift_this),
    "plans/plan/approve": Operation(Role.APPROVER, approve_this_plan),
    "plans/plan/reject": Operation(Role.APPROVER, reject_this_plan),
    "remediations/remediation/approve": Operation(Role.APPROVER, approve_this_remediation),
    "remediations/remediation/cancel": Operation(Role.OPERATOR, _back("cancel")),
    "remediations/remediation/rollback": Operation(Role.OPERATOR, _back("rollback")),
}
"""By their places in the model; a test holds the two against each other."""
