"""The jobs that the port names and the tasks that the workers register are the same."""

import inspect
from dataclasses import asdict, fields
from typing import get_args

import pytest

from service.ports.jobs import JOBS, Job, Lane
from service.queue import canary
from service.queue.celery_app import celery_app
from workers import app as worker_module
from workers.tasks import Runtime, register


class Recorder:
    """A runtime that remembers what it was asked for."""

    def __init__(self):
        self.asked = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def correlation_of(self, _job):
        return None

    def __getattr__(self, name):
        return lambda *arguments: self.asked.append((name, arguments))


def registered(app):
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_kind_of_job_is_listed_and_none_shares_a_name():
    assert set(JOBS) == set(get_args(Job))
    assert len({job.NAME for job in JOBS}) == len(JOBS)
    assert {job.LANE for job in JOBS} <= set(Lane)


def test_the_workers_register_exactly_the_jobs_and_the_canaries():
    canaries = {canary.NAME, canary.OF_BEAT}
    assert registered(worker_module.app) == {job.NAME for job in JOBS} | canaries


def test_a_canary_of_beat_is_noted_under_its_lane():
    recorder = Recorder()
    app = celery_app("memory://", visibility_timeout_s=60)
    register(app, lambda: recorder)
    app.tasks[canary.OF_BEAT].apply(kwargs={"lane": "poll"}, throw=True)
    assert recorder.asked == [("sang", ("poll",))]


@pytest.mark.parametrize("kind", JOBS)
def test_a_jobs_payload_is_ids_and_fits_its_task_and_one_use_case(kind):
    recorder = Recorder()
    app = celery_app("memory://", visibility_timeout_s=60)
    register(app, lambda: recorder)
    job = kind(*(f"id-of-{field.name}" for field in fields(kind)))
    app.tasks[kind.NAME].apply(kwargs=asdict(job), throw=True)
    ((use_case, arguments),) = recorder.asked
    assert set(arguments) == set(asdict(job).values())
    inspect.signature(getattr(Runtime, use_case)).bind(None, *arguments)
