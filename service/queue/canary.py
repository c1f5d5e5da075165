"""A canary through a lane's workers: the only honest sign that jobs are being taken.

A worker can be alive, connected and yet deaf. So a task is sent through the same workers on a queue
of its own (a long backlog does not delay it more than one job), and the worker writes the token
back beside the queues.
"""

import secrets
from contextlib import closing
from dataclasses import dataclass

import redis
from kombu import Queue
from kombu.exceptions import OperationalError

from service.errors import StoreError
from service.ports.jobs import Lane
from service.queue.broker_address import client
from service.queue.celery_app import canary_queue, celery_app, named_queue

NAME = "aprejoin.canary"
OF_BEAT = "aprejoin.canary-of-beat"
"""The task that beat sends by itself: a worker of the lane notes in the store that it came."""
_KEPT_S = 600
_SLACK_S = 2.0


@dataclass(frozen=True, slots=True)
class Canary:
    """Sends canaries and hears them come back."""

    broker_url: str

    def send(self, lane: Lane) -> str:
        """Send one through a lane; the token to listen for.

        Raises:
            StoreError: the broker cannot be reached.
        """
        token = secrets.token_hex(8)
        self.send_to(named_queue(canary_queue(lane)), token)
        return token

    def send_to(self, queue: Queue, token: str) -> None:
        """Send one to whoever reads a queue.

        Raises:
            StoreError: the broker cannot be reached.
        """
        app = celery_app(self.broker_url, visibility_timeout_s=_KEPT_S)
        app.amqp.queues.add(queue)
        try:
            app.send_task(NAME, kwargs={"token": token}, queue=queue.name, expires=_KEPT_S)
        except OperationalError as err:
            raise StoreError(f"the broker took no canary: {err}") from err
        finally:
            app.close()

    def heard(self, token: str, *, within_s: float = 0.0) -> bool:
        """Whether a canary came back, waiting for it up to some seconds."""
        try:
            with closing(client(self.broker_url, timeout_s=within_s + _SLACK_S)) as link:
                if within_s <= 0:
                    return bool(link.lpop(song_key(token)))
                return link.blpop([song_key(token)], timeout=within_s) is not None
        except redis.RedisError:
            return False


def sing(broker_url: str, token: str) -> None:
    """What the worker does with a canary: write its token where it is listened for."""
    with closing(client(broker_url)) as link, link.pipeline() as both:
        both.rpush(song_key(token), token)
        both.expire(song_key(token), _KEPT_S)
        both.execute()


def song_key(token: str) -> str:
    """Where a canary that was heard leaves its token."""
    return f"aprejoin:canary:{token}"
