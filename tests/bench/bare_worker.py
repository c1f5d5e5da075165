"""A Celery worker with nothing of ours but a job's name: it knocks where a poll would begin."""

import os
import socket

from celery import Celery

PORT = "BARE_PORT"
JOB, QUEUE = "aprejoin.poll-controller", "poll"

app = Celery("bare", set_as_current=False)  # the broker is Celery's own variable
app.conf.update(accept_content=["json"], task_ignore_result=True, task_default_queue=QUEUE)


@app.task(name=JOB, shared=False)
def knock(**_: str) -> None:
    """Connect, as a poll does first."""
    socket.create_connection(("127.0.0.1", int(os.environ[PORT]))).close()
