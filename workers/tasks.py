"""The jobs as Celery tasks: each calls one use case of the runtime and knows nothing else.

A runtime is opened for every task and closed after it, so that a changed inventory counts at once
and no connection outlives the work that needed it.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

import structlog
from celery import Celery, Task

from service.ports.jobs import (
    AdvanceCampaign,
    AdvanceRemediation,
    Job,
    MakePlan,
    NudgeRemediations,
    PollController,
    SweepFleet,
)
from service.queue import canary
from workers.retry import Fail, Leave, Retry, action_for

log = structlog.get_logger(__name__)


class Runtime(Protocol):
    """The use cases that jobs call."""

    def poll(self, controller_name: str, sweep_id: str) -> object:
        """Look at one controller and keep what was seen."""

    def sweep(self, sweep_id: str) -> object:
        """Make a sweep that was asked for."""

    def plan(self, plan_id: str) -> object:
        """Work out a plan that was asked for."""

    def advance(self, remediation_id: str) -> object:
        """Carry a remediation forward until it has to wait, if it is time for that."""

    def campaign(self, campaign_id: str) -> object:
        """Look after a campaign, if it is time for that."""

    def nudge(self) -> object:
        """Queue everything that is due or was left."""


OpenRuntime: TypeAlias = Callable[[], AbstractContextManager[Runtime]]


def register(app: Celery, open_runtime: OpenRuntime) -> None:
    """Register one task for every job, under the job's own name, and the canary."""

    @app.task(name=PollController.NAME, bind=True, shared=False)
    def poll_controller(task: Task[Any, Any], controller: str, sweep: str) -> None:
        job = PollController(controller, sweep)
        _carry_out(task, job, open_runtime, lambda runtime: runtime.poll(controller, sweep))

    @app.task(name=SweepFleet.NAME, bind=True, shared=False)
    def sweep_fleet(task: Task[Any, Any], sweep: str) -> None:
        _carry_out(task, SweepFleet(sweep), open_runtime, lambda runtime: runtime.sweep(sweep))

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

    @app.task(name=NudgeRemediations.NAME, bind=True, shared=False)
    def nudge_remediations(task: Task[Any, Any]) -> None:
        _carry_out(task, NudgeRemediations(), open_runtime, lambda runtime: runtime.nudge())

    @app.task(name=canary.NAME, shared=False)
    def sing(token: str) -> None:
        canary.sing(app.conf.broker_url, token)


def _carry_out(
    task: Task[Any, Any],
    job: Job,
    open_runtime: OpenRuntime,
    use_case: Callable[[Runtime], object],
) -> None:
    """Run a use case and turn its failure into what Celery should do."""
    try:
        with open_runtime() as runtime:
            use_case(runtime)
    except Exception as err:
        tried = task.request.retries
        match action_for(err, tried=tried):
            case Retry(after_s):
                log.warning("job.retried", job=job.NAME, reason=str(err), after_s=after_s)
                raise task.retry(exc=err, countdown=after_s, max_retries=None) from err
            case Leave():
                log.info("job.left", job=job.NAME, reason=str(err))
            case Fail():
                log.error("job.failed", job=str(job), tried=tried)  # noqa: TRY400 - Celery shows it
                raise
