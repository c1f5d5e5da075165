"""The jobs as Celery tasks: each calls one use case of the runtime and knows nothing else.

A runtime is opened for every task and closed after it, so that a changed inventory counts at once
and no connection outlives the work that needed it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, Protocol, TypeAlias

import structlog
from celery import Celery, Task
from opentelemetry.trace import SpanKind

from service.errors import AprejoinError
from service.ports.correlation import (
    HEADER,
    Correlation,
    correlation_of,
    current,
    following,
)
from service.ports.jobs import (
    AdvanceCampaign,
    AdvanceRemediation,
    DeliverWebhook,
    Job,
    MakePlan,
    NudgeRemediations,
    PollController,
    SweepFleet,
    SweepPart,
    TellPeople,
    TendTicket,
)
from service.queue import canary
from service.telemetry.traces import traced
from workers.retry import Fail, Leave, Retry, action_for

log = structlog.get_logger(__name__)


class Runtime(Protocol):
    """The use cases that jobs call."""

    def correlation_of(self, job: Job) -> Correlation | None:
        """What a job goes back to, by the store; None: nobody said."""

    def poll(self, controller_name: str, sweep_id: str) -> object:
        """Look at one controller and keep what was seen."""

    def sweep(self, sweep_id: str) -> object:
        """Make a sweep that was asked for."""

    def part(self, sweep_id: str) -> object:
        """Poll parts of a sweep until none is left."""

    def plan(self, plan_id: str) -> object:
        """Work out a plan that was asked for."""

    def advance(self, remediation_id: str) -> object:
        """Carry a remediation forward until it has to wait, if it is time for that."""

    def campaign(self, campaign_id: str) -> object:
        """Look after a campaign, if it is time for that."""

    def deliver(self, webhook_id: str) -> object:
        """Send to one webhook what is due there."""

    def people(self, channel: str) -> object:
        """Tell one channel what waits there."""

    def ticket(self, ticket_id: str) -> object:
        """Tell a ticket what it is to be told."""

    def count_failed(self, job: str, outcome: str) -> object:
        """Count a job that failed, for monitoring."""

    def sang(self, lane: str) -> object:
        """Note that a canary of beat came through a lane."""

    def nudge(self) -> object:
        """Queue everything that is due or was left."""


OpenRuntime: TypeAlias = Callable[[], AbstractContextManager[Runtime]]


def register(app: Celery, open_runtime: OpenRuntime) -> None:
    """Register one task for every job, under the job's own name, and the canary."""

    @app.task(name=PollController.NAME, bind=True, shared=False)
    def poll_controller(task: Task[Any, Any], controller: str, sweep: str) -> None:
        job = PollController(controller, sweep)
        _carry_out(task, job, open_runtime, lambda runtime: runtime.poll(controller, sweep))

    @app.task(name=MakePlan.NAME, bind=True, shared=False)
    def make_plan(task: Task[Any, Any], plan: str) -> None:
        _carry_out(task, MakePlan(plan), open_runtime, lambda runtime: runtime.plan(plan))

    @app.task(name=AdvanceRemediation.NAME, bind=True, shared=False)
    def advance_remediation(task: Task[Any, Any], remediation: str) -> None:
        job = AdvanceRemediation(remediation)
        _carry_out(task, job, open_runtime, lambda runtime: runtime.advance(remediation))

    @app.task(name=AdvanceCampaign.NAME, bind=True, shared=False)
    def advance_campaign(task: Task[Any, Any], campaign: str) -> None:
        job = AdvanceCampaign(campaign)
        _carry_out(task, job, open_runtime, lambda runtime: runtime.campaign(campaign))

    _register_sweeping(app, open_runtime)
    _register_telling(app, open_runtime)

    @app.task(name=NudgeRemediations.NAME, bind=True, shared=False)
    def nudge_remediations(task: Task[Any, Any]) -> None:
        _carry_out(task, NudgeRemediations(), open_runtime, lambda runtime: runtime.nudge())

    @app.task(name=canary.NAME, shared=False)
    def sing(token: str) -> None:
        canary.sing(app.conf.broker_url, token)

    @app.task(name=canary.OF_BEAT, shared=False)
    def sing_for_beat(lane: str) -> None:
        with open_runtime() as runtime:
            runtime.sang(lane)


def _register_sweeping(app: Celery, open_runtime: OpenRuntime) -> None:
    @app.task(name=SweepFleet.NAME, bind=True, shared=False)
    def sweep_fleet(task: Task[Any, Any], sweep: str) -> None:
        _carry_out(task, SweepFleet(sweep), open_runtime, lambda runtime: runtime.sweep(sweep))

    @app.task(name=SweepPart.NAME, bind=True, shared=False)
    def sweep_part(task: Task[Any, Any], sweep: str) -> None:
        _carry_out(task, SweepPart(sweep), open_runtime, lambda runtime: runtime.part(sweep))


def _register_telling(app: Celery, open_runtime: OpenRuntime) -> None:
    @app.task(name=DeliverWebhook.NAME, bind=True, shared=False)
    def deliver_webhook(task: Task[Any, Any], webhook: str) -> None:
        _carry_out(
            task, DeliverWebhook(webhook), open_runtime, lambda runtime: runtime.deliver(webhook)
        )

    @app.task(name=TellPeople.NAME, bind=True, shared=False)
    def tell_people(task: Task[Any, Any], channel: str) -> None:
        _carry_out(task, TellPeople(channel), open_runtime, lambda runtime: runtime.people(channel))

    @app.task(name=TendTicket.NAME, bind=True, shared=False)
    def tend_ticket(task: Task[Any, Any], ticket: str) -> None:
        _carry_out(task, TendTicket(ticket), open_runtime, lambda runtime: runtime.ticket(ticket))


def _carry_out(
    task: Task[Any, Any],
    job: Job,
    open_runtime: OpenRuntime,
    use_case: Callable[[Runtime], object],
) -> None:
    """Run a use case and turn its failure into what Celery should do.

    What it goes back to came with the message, or is in the store where the message is a nudge's.
    """
    correlation = told_by(task)
    try:
        with open_runtime() as runtime:
            correlation = correlation or runtime.correlation_of(job)
            with traced(f"job {job.NAME}", SpanKind.CONSUMER, correlation):
                use_case(runtime)
    except Exception as err:
        with following(correlation):
            _count(open_runtime, job, err, tried=task.request.retries)
            if _is_settled(task, job, err):
                return
        raise


def _is_settled(task: Task[Any, Any], job: Job, err: Exception) -> bool:
    """Whether a failure asks for no more than was done; to try again, Celery's own is raised."""
    tried = task.request.retries
    match action_for(err, tried=tried):
        case Retry(after_s):
            log.warning("job.retried", job=job.NAME, reason=str(err), after_s=after_s)
            correlation = current()
            headers = {} if correlation is None else {HEADER: correlation.text}
            raise task.retry(exc=err, countdown=after_s, max_retries=None, headers=headers) from err
        case Leave():
            log.info("job.left", job=job.NAME, reason=str(err))
            return True
        case Fail():
            log.error("job.failed", job=str(job), tried=tried)
            return False


def _count(open_runtime: OpenRuntime, job: Job, err: Exception, *, tried: int) -> None:
    """Count what becomes of a job that failed; where even that fails, the log has it."""
    action = action_for(err, tried=tried)
    if isinstance(action, Leave):
        return
    with suppress(AprejoinError), open_runtime() as runtime:
        runtime.count_failed(job.NAME, "retried" if isinstance(action, Retry) else "failed")


def told_by(task: Task[Any, Any]) -> Correlation | None:
    """What a message says of where it comes from; None: nothing."""
    headers = task.request.get("headers")
    own = headers.get(HEADER) if isinstance(headers, dict) else None
    return correlation_of(own or task.request.get(HEADER))
