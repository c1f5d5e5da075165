"""The second part of a remediation: planned again when it is its turn, and begun if it is the same.

The window before it took hours, maybe: nothing that was read for the approval counts any more. What
would be installed is worked out from a look at this moment; any other thing than was approved ends
it, and so does a closed window, before anything of it is written.
"""

from dataclasses import replace

from service.domain.finding import Confidence, Finding
from service.domain.inventory import Controller
from service.domain.journal import Continued, Sequel
from service.domain.plan import Asked, NoPlan, Planned, Situation
from service.domain.remediation import Run
from service.domain.sequel import SEAM, WAITS
from service.domain.steps.protocol import Fail, Hold
from service.domain.strategies.fixed_software_aireos_chain import plan_sequel
from service.usecases.keeping import lease_kept
from service.usecases.permits import closed_window
from service.usecases.plan import ALL_TOPICS, FRESH_S, INSTALLING, shelf_of
from service.usecases.poll import READ_TIMEOUT_S
from service.usecases.truth import dated, true_time_by
from service.usecases.work import Work

SHELF_S = 600.0
"""How long the files may take that lie ready: their sums are worked out where they are new."""


def next_part(work: Work, run: Run, then: Sequel) -> Continued | Hold | Fail:
    """What the next part begins with; not yet, and why; or that it is not begun at all.

    Raises:
        DeviceError: the controller cannot be read. RequestError: the inventory is at fault.
    """
    context, charter = work.context, run.charter
    controller = context.controller(charter.controller)
    with lease_kept(work, SHELF_S):
        shelf = shelf_of(context, controller)
    looked = context.clock.now()
    view = dated(context, work.connect(run).read(ALL_TOPICS | INSTALLING, timeout_s=READ_TIMEOUT_S))
    work.renew()
    issue = context.catalogue.get(charter.issue)
    if issue is None:
        return Fail(f"the catalogue has no issue {charter.issue} any more")
    situation = Situation(
        Finding(controller.name, issue.name, Confidence.CONFIRMED),
        issue,
        controller,
        view,
        true_time_by(context, view, controller.policy.ntp_servers),
        software=context.catalogue.software,
        shelf=shelf,
    )
    planned = plan_sequel(situation, run.finding, Asked.by(charter))
    if context.clock.now().seconds_since(looked) > FRESH_S:
        planned = NoPlan(f"the look took longer than {FRESH_S:g} s: too old to act on")
    return _judged(work, run, then, planned, controller)


def _judged(
    work: Work, run: Run, then: Sequel, planned: Planned, controller: Controller
) -> Continued | Hold | Fail:
    """By what was approved, and by what is allowed now."""
    if isinstance(planned, NoPlan):
        return _later(work, run, planned.reason)
    charter = planned.charter
    if charter.digest != then.digest:
        return Fail(
            f"what would be installed is not what was approved any more: {charter.digest[:12]} "
            f"instead of {then.digest[:12]}"
        )
    closed = closed_window(work.context, controller, charter.true_time.at, charter)
    if closed is not None:
        return Fail(closed)
    mended = f"{len(run.finding)} APs registered, clock true, NTP in sync"
    told = replace(charter, approved_by=run.charter.approved_by, ticket=run.charter.ticket)
    return Continued(told, mended)


def _later(work: Work, run: Run, why: str) -> Hold | Fail:
    """What forbids it now may pass, such as an AP that loads an image; but not for ever."""
    policy = run.charter.policy
    if run.elapsed_s(run.since(SEAM), work.context.clock.now()) >= policy.no_progress_s:
        return Fail(why)
    known = run.facts(SEAM).get(WAITS) == why
    return Hold(policy.poll_every_s, why, {} if known else {WAITS: why})
