"""What a job does: one use case, with the ports of this process.

An inventory with a bad entry, or one that is being edited, must not keep a controller in the past:
what was good last counts. Remediations are carried a bit at a time; the holder of a lease is a
process, so these jobs run in processes of their own (prefork), never beside each other in threads.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from celery import Celery

from service.bootstrap import open_context
from service.domain.inventory import Inventory
from service.domain.journal import HomeCalled, StepFailed
from service.errors import StoreError
from service.ports.jobs import AdvanceRemediation, JobQueue
from service.ports.requests import PlanAnswer
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.usecases.advance import Progress
from service.usecases.answer import answer_plan, answer_sweep, fail_sweep, settle_plan
from service.usecases.campaign import advance_campaign
from service.usecases.carry import carry
from service.usecases.context import Context
from service.usecases.dispatch import waiting
from service.usecases.poll import poll
from service.usecases.report import entry_document
from service.usecases.request import nudge
from service.usecases.schedule import run_schedules
from service.usecases.sweep import Judged

UNFORESEEN = "an error that nobody foresaw; the worker's log has it: "

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FleetRuntime:
    """The use cases behind the jobs."""

    context: Context
    queue: JobQueue

    def poll(self, controller_name: str, sweep_id: str) -> None:
        """Look at one controller; one that cannot be read is an answer, and said."""
        polled = poll(self.context, self.context.controller(controller_name))
        if polled.view is None:
            log.warning(
                "poll.failed", controller=controller_name, sweep=sweep_id, reason=polled.error
            )
        else:
            log.info("poll.done", controller=controller_name, sweep=sweep_id)

    def sweep(self, sweep_id: str) -> None:
        """Make a sweep that was asked for, unless another worker does."""
        try:
            result = answer_sweep(self.context, sweep_id)
        except StoreError:
            raise  # its claim runs out, and a nudge begins it anew
        except Exception as err:
            fail_sweep(self.context, sweep_id, f"{UNFORESEEN}{type(err).__name__}")
            raise
        if result is not None:
            unread = [one.polled.controller.name for one in result.controllers if _failed(one)]
            log.info(
                "sweep.done", sweep=sweep_id, controllers=len(result.controllers), unread=unread
            )

    def plan(self, plan_id: str) -> None:
        """Work out a plan that was asked for, unless another worker does."""
        try:
            answer = answer_plan(self.context, plan_id)
        except StoreError:
            raise
        except Exception as err:
            settle_plan(
                self.context,
                plan_id,
                PlanAnswer("failed", detail=f"{UNFORESEEN}{type(err).__name__}"),
            )
            raise
        if answer is not None:
            log.info("plan.answered", plan=plan_id, state=answer.state, digest=answer.digest)

    def nudge(self) -> None:
        """Queue whatever is due, or was left by a dead process; then what schedules want."""
        for job in waiting(self.context):
            self.queue.enqueue(job)
        for asked in run_schedules(self.context, self.queue):
            log.info("schedule.ran", asked_by=asked.asked_by, sweep=asked.id)

    def campaign(self, campaign_id: str) -> None:
        """Look after a campaign, if it is time for that."""
        told = advance_campaign(self.context, campaign_id)
        if told.startswith("stopped"):
            log.warning("campaign.stopped", campaign=campaign_id, reason=told)
        elif told:
            log.info("campaign.moved", campaign=campaign_id, text=told)

    def advance(self, remediation_id: str) -> None:
        """Carry a remediation forward until it has to wait.

        Raises:
            LeaseHeld: somebody alive works on it.
        """
        again_s = carry(self.context, remediation_id, on_progress=log_move)
        if again_s == 0:  # there is more to do at once; a nudge would find it, too
            nudge(self.queue, AdvanceRemediation(remediation_id))


@contextmanager
def open_runtime(app: Celery, inventory: Callable[[], Inventory]) -> Iterator[FleetRuntime]:
    """The runtime of one job, from the environment and the inventory as this process has it."""
    settings = Settings.from_environment()
    with open_context(settings, settings.inventory, fleet=inventory(), most_idle=1) as context:
        yield FleetRuntime(context, CeleryQueue(app))


def _failed(one: Judged) -> bool:
    return one.polled.view is None


def log_move(remediation: str, progress: Progress) -> None:
    """One line for each move, with everything that the journal says of it, in the same words."""
    events = [entry.event for entry in progress.noted]
    tell = log.warning if any(isinstance(e, StepFailed | HomeCalled) for e in events) else log.info
    tell(
        "remediation.moved",
        remediation=remediation,
        step=progress.step,
        text=progress.text,
        closed=None if progress.closed is None else progress.closed.state,
        journal=[f"{entry.seq} {entry_document(entry)['what']}" for entry in progress.noted],
    )
