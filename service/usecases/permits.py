"""May a remediation run: whose word it has, which window is open, what else is under way."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.inventory import Controller
from service.domain.journal import Charter
from service.domain.policy import open_window
from service.domain.staging import StagingJob, children_of
from service.domain.strategies.fixed_software_aireos import SILENT_S
from service.errors import NotApproved, Refused
from service.ports.store import RemediationRow
from service.usecases.context import Context
from service.usecases.halt import check_not_halted
from service.usecases.truth import believed_now

SWITCH_FIRES = "dead-man's switch fires"


def approver_of(
    context: Context,
    digest: str,
    controller: Controller,
    *,
    who: str,
    runs: bool,
    true_now: datetime | None = None,
) -> str:
    """Whose word the plan has.

    Args:
        context: the ports.
        digest: the plan's.
        controller: whose policy counts.
        who: the person who asks.
        runs: whether that person runs the command themselves: counts where one word is enough.
        true_now: true time; None: not known for sure.

    Raises:
        NotApproved: nobody's that counts; an approval of another form of the plan is none.
    """
    rule = controller.policy.approval
    if rule == "none":
        return "policy"
    if rule == "required" and runs:
        return who
    now = true_now or believed_now(context)
    words = [a for a in context.store.approvals(digest) if a.expires > now]
    others = [a for a in words if a.approver != who]
    if others:
        return others[0].approver
    wanted = "somebody else than who carries it out" if rule == "four-eyes" else "an approver"
    raise NotApproved(
        f"{controller.name}: the plan {digest[:12]} needs the word of {wanted}: "
        f"aprejoin approve {controller.name} -i INVENTORY"
    )


def closed_window(
    context: Context, controller: Controller, now: datetime, charter: Charter | None = None
) -> str | None:
    """Why the time from now until a dead-man's switch armed now fires is not allowed; None: it is.

    An installation's switch is the controller's own timer: where it fires, the box may reload. An
    AireOS that takes software has none: it has to be back from a restart that was begun now.

    Args:
        context: the ports.
        controller: whose windows and freezes count, as the inventory has them now.
        now: true time.
        charter: what is done; None: not known yet.
    """
    lasts_s, end = reaches(controller, charter)
    until = now + timedelta(seconds=lasts_s)
    if open_window(controller.policy, now, until, ZoneInfo(controller.timezone)) is None:
        return (
            f"no clock window of the policy holds from now until the {end} "
            f"({', '.join(controller.policy.clock_windows)}, {controller.timezone})"
        )
    for freeze in context.inventory.freezes:
        first = max(now, freeze.start)
        if first <= until and freeze.covers(controller, first):
            named = f" by {freeze.name}" if freeze.name else ""
            return f"frozen{named} from {freeze.start} to {freeze.end}"
    return None


def reaches(controller: Controller, charter: Charter | None) -> tuple[float, str]:
    """For how many seconds what is begun now may reach, and what ends then."""
    after_s = controller.policy.dead_man_after_s
    if charter is not None and charter.install is not None:
        after_s = charter.install.abort_after_min * 60.0
        return after_s, f"timer takes software back ({after_s / 60:.0f} min)"
    if charter is not None and charter.image is not None:
        after_s = max(after_s, SILENT_S)
        return after_s, f"controller is back from its restart ({after_s / 60:.0f} min)"
    return after_s, SWITCH_FIRES


def check_beside(
    context: Context,
    controller: Controller,
    others: Iterable[RemediationRow],
    *,
    staging: StagingJob | None = None,
) -> None:
    """Refused where what else is under way, or a halt, forbids it.

    A window that another one of them has opened next door counts with it, not beside it.

    Args:
        context: the ports.
        controller: that is to be changed.
        others: every remediation under way but our own.
        staging: where its APs would go.
    """
    check_not_halted(context)
    rows = tuple(others)
    names = {controller.name, staging.controller if staging else controller.name}
    for row in rows:
        _check_guests(row, names)
    children = {child for row in rows for child in children_of(row.id, row.charter.staging)}
    under_way = tuple(row for row in rows if row.id not in children)
    for row in under_way:
        _check_one(context, controller, row)
        if staging is not None and row.controller == staging.controller:
            raise Refused(f"{row.controller}: remediation {row.id} is not finished there")
    limit = controller.policy.max_parallel_remediations
    if len(under_way) >= limit:
        raise Refused(f"{len(under_way)} remediations are under way, the policy allows {limit}")


def _check_guests(row: RemediationRow, names: set[str]) -> None:
    """A controller that has the APs of another one, or is about to, is left alone."""
    job = row.charter.staging
    if job is not None and job.controller in names:
        raise Refused(
            f"{job.controller}: remediation {row.id} has APs of {row.controller} there; wait for "
            f"it, or bring them home: aprejoin restore {row.controller} -i INVENTORY"
        )


def _check_one(context: Context, controller: Controller, row: RemediationRow) -> None:
    if row.controller == controller.name:
        raise Refused(
            f"{controller.name}: remediation {row.id} is not finished: "
            f"aprejoin restore {controller.name} -i INVENTORY"
        )
    other = context.inventory.get(row.controller)
    if other is None:
        return
    for relation in controller.policy.one_at_a_time:
        if _related(controller, other, relation):
            raise Refused(
                f"{controller.name}: {other.name} shares its {relation} and is being changed"
            )


def _related(one: Controller, other: Controller, relation: str) -> bool:
    if relation == "ha_peer":
        return other.name == one.ha_peer or one.name == other.ha_peer
    value = getattr(one, relation, None)
    return value is not None and value == getattr(other, relation, None)
