"""A worker that was told to stop is gone after the grace, whatever it still waits for.

Celery's warm shutdown can wait for ever: its main process asks for a broker that is gone, again and
again, while a pool process waits for it to read a long result (seen with Celery 5.7). What was not
finished by then is in the database, and somebody else goes on with it.
"""

import os
import signal
import threading
from typing import Any

import structlog
from celery import signals

log = structlog.get_logger(__name__)


def end_within(grace_s: float) -> None:
    """From now on a stop that was asked for is over after so many seconds, with all processes."""

    @signals.worker_shutting_down.connect(weak=False)
    def begin(**_: Any) -> None:  # noqa: ANN401 - Celery's own
        last = threading.Timer(grace_s, _end_at_once)
        last.daemon = True
        last.start()


def _end_at_once() -> None:
    """Kill this process and those that it forked; our own group alone, where there is one."""
    log.error("worker.stuck", reason="it was told to stop, and did not in time")
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
