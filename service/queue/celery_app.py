"""The Celery application, with the settings that producers and workers must share.

Each value that is not Celery's own was measured: on Redis a killed worker's job comes back only
when a scan finds it older than the visibility timeout, so that timeout lies above the longest task
and the scan runs every few seconds. Results are not kept; snapshots and journals are in the store.
"""

import socket

from celery import Celery
from kombu import Exchange, Queue

from service.ports.jobs import Lane

RESTORE_EVERY_S = 5
"""How often a worker looks for jobs that a dead one left (Celery's own: about 100 s)."""

_HARD_LIMIT, _SOFT_LIMIT = 0.9, 0.8  # of the visibility timeout: a job ends before it comes again
_CONNECT_S, _REPLY_S = 5, 30
_UNANSWERED_S = 10
"""A worker's request for messages is answered every second by a broker that lives; one that was not
for so long, and a second or two, is sent again over a new connection (kombu's own: 25)."""
_PROBED = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}
"""A host that vanished without a word is noticed by the kernel, where the system has that; like the
connections to PostgreSQL."""
_OWN_LIVES_S = 600


def canary_queue(lane: Lane) -> str:
    """The queue of the canary that proves a lane alive; read by the same workers as the lane."""
    return f"canary.{lane}"


def own_queue(worker: str) -> Queue:
    """The queue of the canaries for one worker, by its full name; goes when nobody reads it."""
    name = f"canary.{worker}"
    return Queue(name, Exchange(name), routing_key=name, expires=_OWN_LIVES_S)


def celery_app(broker_url: str, *, visibility_timeout_s: float) -> Celery:
    """A Celery application that nobody else sees; the caller registers tasks, or none."""
    app = Celery("aprejoin", set_as_current=False)
    app.conf.update(
        broker_url=broker_url,
        broker_read_url=broker_url,  # these two keep CELERY_BROKER_URL from going before ours
        broker_write_url=broker_url,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a broker that comes back finds its workers waiting
        broker_transport_options={
            "visibility_timeout": visibility_timeout_s,
            "unacked_restore_interval": RESTORE_EVERY_S,
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": _CONNECT_S,
            "socket_timeout": _REPLY_S,
            "socket_keepalive": True,
            "socket_keepalive_options": _probed(),
            "health_check_interval": _UNANSWERED_S,
        },
        accept_content=["json"],
        task_serializer="json",
        event_serializer="json",
        task_queues=[named_queue(name) for lane in Lane for name in (lane, canary_queue(lane))],
        task_default_queue=str(Lane.POLL),
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=visibility_timeout_s * _HARD_LIMIT,
        task_soft_time_limit=visibility_timeout_s * _SOFT_LIMIT,
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        timezone="UTC",
        enable_utc=True,
    )
    return app


def _probed() -> dict[int, int]:
    """The options of a socket by their numbers; macOS lacks some."""
    return {
        getattr(socket, name): value for name, value in _PROBED.items() if hasattr(socket, name)
    }


def named_queue(name: str) -> Queue:
    """A queue with an exchange of its own name."""
    return Queue(name, Exchange(name), routing_key=name)
