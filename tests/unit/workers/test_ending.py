"""A worker that was told to stop, and that Celery keeps waiting."""

import signal
import subprocess
import sys

STUCK = """
import os, sys, time
from celery import signals
from workers.ending import end_within

end_within(0.2)
if sys.argv[1] == "told":
    child = os.fork()  # as the pool's processes, which nobody else would end
    if child == 0:
        time.sleep(600)
    print(child, flush=True)
    signals.worker_shutting_down.send(sender=None)
    time.sleep(600)
time.sleep(1.0)
"""


def started(how: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", STUCK, how],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # as its supervisor starts it
    )


def test_a_stop_that_never_ends_is_ended_with_everything_that_was_forked():
    with started("told") as worker:
        assert worker.stdout is not None
        child = int(worker.stdout.readline())
        assert worker.wait(30) == -signal.SIGKILL
        assert worker.stdout.read().count("worker.stuck") == 1  # and both ends are closed: no child
        assert child > 0


def test_a_worker_that_nobody_told_to_stop_lives_on():
    with started("works") as worker:
        assert worker.wait(30) == 0
