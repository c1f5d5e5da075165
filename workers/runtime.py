"""What a job does: one use case, with the ports of this process.

An inventory with a bad entry, or one that is being edited, must not keep a controller in the past:
what was good last counts. Remediations are carried a bit at a time; the holder of a lease is a
process, so these jobs run in processes of their own (prefork), never beside each other in threads.
What plans, changes and messages need is loaded by whoever makes them: half of all, and polls need
none of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore

import structlog
from celery import Celery

from service.bootstrap import no_ways_yet, open_context
from service.domain.inventory import Inventory
from service.domain.journal import HomeCalled, StepFailed
from service.errors import StoreError
from service.ports.correlation import Correlation, correlation_of, following
from service.ports.jobs import (
    CLERKS,
    PARTS_AT_ONCE,
    READERS,
    TELLERS,
    AdvanceCampaign,
    AdvanceRemediation,
    DeliverWebhook,
    Job,
    JobQueue,
    MakePlan,
    PollController,
    SweepFleet,
    SweepPart,
    TellPeople,
    TendTicket,
)
from service.ports.requests import Kind, PlanAnswer
from service.ports.signals import CANARIES, JOBS_FAILED, Added
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.usecases.answer import answer_sweep, fail_sweep
from service.usecases.context import Context
from service.usecases.dispatch import waiting
from service.usecases.fill_in import fill_in
from service.usecases.forget_old import forget_old
from service.usecases.inventory_notes import note_inventory
from service.usecases.parts import answer_parts, divide, is_polled
from service.usecases.poll import poll
from service.usecases.progress import Progress
from service.usecases.request import nudge
from service.usecases.schedule import run_schedules
from service.usecases.sweep import Judged, Sweep
from service.usecases.tally import tally

READING, TELLING = BoundedSemaphore(READERS), BoundedSemaphore(TELLERS)
WRITING = BoundedSemaphore(CLERKS)
POLLING = BoundedSemaphore(PARTS_AT_ONCE)
WAYS = no_ways_yet()
"""What one job found out of how controllers are read, the next one need not."""
FOR_A_PLACE_S = 0.5
"""Who finds no place leaves at once: a nudge asks again for everything that is due."""
UNFORESEEN = "an error that nobody foresaw; the worker's log has it: "

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FleetRuntime:
    """The use cases behind the jobs."""

    context: Context
    queue: JobQueue

    def correlation_of(self, job: Job) -> Correlation | None:
        """What a job goes back to, by what is due."""
        match job:
            case SweepFleet(item) | SweepPart(item) | PollController(_, item):
                kind = Kind.SWEEP
            case MakePlan(item):
                kind = Kind.PLAN
            case AdvanceRemediation(item):
                kind = Kind.REMEDIATION
            case AdvanceCampaign(item):
                kind = Kind.CAMPAIGN
            case TendTicket(item):
                kind = Kind.TICKET
            case _:
                return None
        due = self.context.store.due_of(kind, item)
        return None if due is None else correlation_of(due.correlation)

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
        with _place(READING) as has_one:
            if has_one:
                self._sweep(sweep_id)

    def part(self, sweep_id: str) -> None:
        """Poll parts of a sweep until none is left; without a place here, it is for elsewhere."""
        if not POLLING.acquire(timeout=FOR_A_PLACE_S):
            nudge(self.queue, SweepPart(sweep_id))
            return
        try:
            self._parts(sweep_id)
        finally:
            POLLING.release()

    def _parts(self, sweep_id: str) -> None:
        try:
            for result in answer_parts(self.context, sweep_id):
                self._tell(result, "sweep.part")
        except StoreError:
            raise
        except Exception as err:
            fail_sweep(self.context, sweep_id, f"{UNFORESEEN}{type(err).__name__}")
            raise
        if is_polled(self.context, sweep_id):
            nudge(self.queue, SweepFleet(sweep_id))

    def _sweep(self, sweep_id: str) -> None:
        for _ in range(divide(self.context, sweep_id)):
            nudge(self.queue, SweepPart(sweep_id))
        try:
            result = answer_sweep(self.context, sweep_id)
        except StoreError:
            raise  # its claim runs out, and a nudge begins it anew
        except Exception as err:
            fail_sweep(self.context, sweep_id, f"{UNFORESEEN}{type(err).__name__}")
            raise
        if result is not None:
            self._tell(result, "sweep.done")

    def _tell(self, result: Sweep, event: str) -> None:
        _tell_differences(result)
        unread = [one.polled.controller.name for one in result.controllers if _failed(one)]
        log.info(event, sweep=result.id, controllers=len(result.controllers), unread=unread)

    def plan(self, plan_id: str) -> None:
        """Work out a plan that was asked for, unless another worker does."""
        with _place(READING) as has_one:
            if has_one:
                self._plan(plan_id)

    def _plan(self, plan_id: str) -> None:
        from service.usecases.answer_plan import answer_plan, settle_plan  # noqa: PLC0415 - see top

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
        """Queue whatever is due, or was left by a dead process; then schedules, last news."""
        from service.usecases.announce import due_channels  # noqa: PLC0415 - see top
        from service.usecases.notify import due_webhooks  # noqa: PLC0415 - see top

        for job in waiting(self.context):
            self.queue.enqueue(job)
        if note_inventory(self.context):
            log.info("inventory.noted", controllers=len(self.context.inventory.controllers))
        for asked in run_schedules(self.context, self.queue):
            with following(self.correlation_of(SweepFleet(asked.id))):
                log.info("schedule.ran", asked_by=asked.asked_by, sweep=asked.id)
        if filled := fill_in(self.context):
            log.info("fleet_view.filled", controllers=filled)
        if (forgotten := forget_old(self.context)) and not forgotten.is_nothing:
            log.info("observations.forgotten", **asdict(forgotten))
        for webhook in due_webhooks(self.context):
            self.queue.enqueue(DeliverWebhook(webhook))
        for channel in due_channels(self.context):
            self.queue.enqueue(TellPeople(channel))

    def deliver(self, webhook_id: str) -> None:
        """Send to one webhook what is due there; a few at a time, for others wait for threads."""
        from service.usecases.deliver import deliver  # noqa: PLC0415 - see top

        with _place(TELLING) as has_one:
            sent = deliver(self.context, webhook_id) if has_one else None
        if sent is not None and sent.failed + sent.dead:
            log.warning("webhook.failed", webhook=webhook_id, dead=sent.dead, reason=sent.reason)

    def people(self, channel: str) -> None:
        """Tell one channel what waits there; beside webhooks, and with as few of the threads."""
        from service.usecases.announce import announce  # noqa: PLC0415 - see top

        with _place(TELLING) as has_one:
            sent = announce(self.context, channel) if has_one else None
        if sent is not None and sent.failed + sent.dead:
            log.warning("people.untold", channel=channel, dead=sent.dead, reason=sent.reason)

    def campaign(self, campaign_id: str) -> None:
        """Look after a campaign, if it is time for that."""
        from service.usecases.campaign import advance_campaign  # noqa: PLC0415 - see top

        told = advance_campaign(self.context, campaign_id)
        if told.startswith("stopped"):
            log.warning("campaign.stopped", campaign=campaign_id, reason=told)
        elif told:
            log.info("campaign.moved", campaign=campaign_id, text=told)

    def ticket(self, ticket_id: str) -> None:
        """Tell a ticket what it is to be told, and ask what it says."""
        from service.usecases.tend import tend  # noqa: PLC0415 - see top

        with _place(WRITING) as has_one:
            told = tend(self.context, ticket_id) if has_one else None
        if told is None:
            return
        if told.trouble:
            log.warning("ticket.troubled", ticket=ticket_id, reason=told.trouble, sent=told.sent)
        elif told.sent:
            log.info("ticket.told", ticket=ticket_id, sent=told.sent)

    def advance(self, remediation_id: str) -> None:
        """Carry a remediation forward until it has to wait.

        Raises:
            LeaseHeld: somebody alive works on it.
        """
        from service.usecases.carry import carry  # noqa: PLC0415 - see top

        again_s = carry(self.context, remediation_id, on_progress=self._moved)
        if again_s == 0:  # there is more to do at once; a nudge would find it, too
            nudge(self.queue, AdvanceRemediation(remediation_id))

    def _moved(self, remediation: str, progress: Progress) -> None:
        log_move(remediation, progress)
        try:
            tally(self.context, remediation, progress)
        except StoreError as err:  # the work goes on; a count is lost
            log.warning("tally.lost", remediation=remediation, reason=str(err))

    def count_failed(self, job: str, outcome: str) -> None:
        """Count a job that failed."""
        self.context.store.add_up([Added(JOBS_FAILED, (job, outcome))])

    def sang(self, lane: str) -> None:
        """A canary of beat came as far as this."""
        self.context.store.add_up([Added(CANARIES, (lane,))])


@contextmanager
def _place(places: BoundedSemaphore) -> Iterator[bool]:
    """Take a place while the block runs; False: there is none."""
    has_one = places.acquire(blocking=False)
    try:
        yield has_one
    finally:
        if has_one:
            places.release()


@contextmanager
def open_runtime(app: Celery, inventory: Callable[[], Inventory]) -> Iterator[FleetRuntime]:
    """The runtime of one job, from the environment and the inventory as this process has it."""
    settings = Settings.from_environment()
    opened = open_context(settings, settings.inventory, fleet=inventory(), most_idle=1, ways=WAYS)
    with opened as context:
        yield FleetRuntime(context, CeleryQueue(app))


def _tell_differences(result: Sweep) -> None:
    """What polls that did not ask for everything had not noticed."""
    for one in result.controllers:
        if one.polled.differences:
            name, found = one.polled.controller.name, one.polled.differences
            log.warning("poll.differed", controller=name, count=len(found), first=found[0])


def _failed(one: Judged) -> bool:
    return one.polled.error is not None


def log_move(remediation: str, progress: Progress) -> None:
    """One line for each move, with everything that the journal says of it, in the same words."""
    from service.domain.journal_words import entry_document  # noqa: PLC0415 - see top

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
