"""How many messages wait at the broker: a hint beside the database, which knows what is due."""

from collections.abc import Mapping
from contextlib import closing

import redis

from service.ports.jobs import Lane
from service.queue.broker_address import client

UNACKNOWLEDGED = "unacked"
"""Where kombu keeps what a worker has; it belongs to no lane alone."""


def depths(broker_url: str) -> Mapping[str, int] | None:
    """Messages by lane, and under "" those that workers have; None: the broker does not answer."""
    try:
        with closing(client(broker_url)) as link, link.pipeline(transaction=False) as all_:
            for lane in Lane:
                all_.llen(str(lane))
            all_.hlen(UNACKNOWLEDGED)
            counts = all_.execute()
    except (redis.RedisError, OSError):
        return None
    return dict(zip((*map(str, Lane), ""), map(int, counts), strict=True))
