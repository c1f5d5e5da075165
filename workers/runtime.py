"""What a job does: one use case, with the ports of this process.

An inventory with a bad entry must not keep a controller in the past, so it is read with
`keep_going`. A remediation whose process died is brought home a bit at a time: every nudge takes it
up, moves it on until it has to wait, and lets it go. The holder of a lease is a process, so these
jobs run in processes of their own (prefork), never beside each other in threads.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from celery import Celery

from service.bootstrap import open_context
from service.domain.inventory import Schedule
from service.domain.remediation import Run
from service.errors import NotFound
from service.ports.jobs import AdvanceRemediation, JobQueue, PollController
from service.ports.store import RemediationRow
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.usecases.advance import LEASE_TTL_S, Work, advance
from service.usecases.context import Context
from service.usecases.poll import poll
from service.usecases.recover import due, take_up

MOST_MOVES = 40
"""Moves of a remediation within one job; each is a device call or two, so a job ends in time."""

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
        """Queue a poll for every controller of the inventory."""
        self._queue_polls(self.context.inventory.names, sweep_id)

    def run_schedule(self, schedule_name: str) -> None:
        """Queue a poll for every controller of a schedule. Raises NotFound."""
        schedules = self.context.inventory.schedules
        found = next((s for s in schedules if s.name == schedule_name), None)
        if found is None:
            known = tuple(schedule.name for schedule in schedules)
            raise NotFound("schedule", schedule_name, known=known)
        self._queue_polls(self._meant_by(found), uuid.uuid4().hex[:12])

    def nudge(self) -> None:
        """Queue every remediation that a process left unfinished."""
        for row in due(self.context):
            log.warning("restore.due", controller=row.controller, remediation=row.id)
            self.queue.enqueue(AdvanceRemediation(row.id))

    def advance(self, remediation_id: str) -> None:
        """Move a remediation that was left on, until it has to wait or is closed.

        Raises:
            LeaseHeld: somebody alive works on it.
        """
        unfinished = self.context.store.remediations(unfinished=True)
        row = next((row for row in unfinished if row.id == remediation_id), None)
        work = None if row is None else self._work_on(row)
        if work is None:
            return
        try:
            _move_on(work)
        finally:
            work.disconnect()
            self.context.store.release(work.lease)

    def _work_on(self, row: RemediationRow) -> Work | None:
        """Take it up: the first time by calling it home, afterwards where it was let go."""
        run = Run(self.context.store.journal(row.id))
        if run.phase == "forward" or row.lease is not None:
            return take_up(self.context, row.controller)
        now, me = self.context.clock.now().wall, self.context.processes.me()
        lease = self.context.store.acquire(row.controller, me, now=now, ttl_s=LEASE_TTL_S)
        return Work(self.context, row.id, lease)

    def _queue_polls(self, names: tuple[str, ...], sweep_id: str) -> None:
        for name in names:
            self.queue.enqueue(PollController(name, sweep_id))

    def _meant_by(self, schedule: Schedule) -> tuple[str, ...]:
        everybody = not schedule.controllers and not schedule.tags
        return tuple(
            controller.name
            for controller in self.context.inventory.controllers
            if everybody
            or controller.name in schedule.controllers
            or set(controller.tags) & set(schedule.tags)
        )


@contextmanager
def open_runtime(app: Celery) -> Iterator[FleetRuntime]:
    """The runtime of one job, from the environment."""
    settings = Settings.from_environment()
    with open_context(settings, settings.inventory, keep_going=True) as context:
        yield FleetRuntime(context, CeleryQueue(app))


def _move_on(work: Work) -> None:
    for _ in range(MOST_MOVES):
        progress = advance(work)
        log.info(
            "restore.moved",
            remediation=work.remediation,
            step=progress.step,
            text=progress.text,
            closed=None if progress.closed is None else progress.closed.state,
        )
        if progress.closed is not None or progress.come_back_s > 0:
            return
