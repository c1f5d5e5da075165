"""The queue over both brokers: jobs by name on their lane, errors that say so, and life goes on."""

import base64
import dataclasses
import json
import typing
from pathlib import Path

import pytest

from service.errors import StoreError
from service.ports.jobs import JOBS, Lane, PollController
from service.queue.broker_address import answers
from service.queue.canary import Canary, sing
from service.queue.celery_app import canary_queue
from service.queue.celery_queue import CeleryQueue
from tests.support.brokers import KINDS, running


@pytest.fixture(scope="module", params=KINDS)
def broker(request, tmp_path_factory):
    with running(request.param, Path(tmp_path_factory.mktemp("broker"))) as found:
        yield found


@pytest.fixture
def queue(broker):
    broker.flush()
    found = CeleryQueue.at(broker.url, visibility_timeout_s=60)
    yield found
    found.close()


def filled(kind):
    """A job with an id in every field."""
    return kind(**{one.name: f"{one.name}-1" for one in dataclasses.fields(kind)})


def told(message: bytes) -> tuple[str, dict]:
    """The name and the payload of a message as it lies in the broker."""
    envelope = json.loads(message)
    _, kwargs, _ = json.loads(base64.b64decode(envelope["body"]))
    return envelope["headers"]["task"], kwargs


@pytest.mark.parametrize("kind", JOBS)
def test_a_job_lies_on_its_lane_under_its_name_and_holds_ids_and_nothing_else(broker, queue, kind):
    queue.enqueue(filled(kind))
    (message,) = broker.messages(kind.LANE)
    assert told(message) == (kind.NAME, dataclasses.asdict(filled(kind)))
    assert set(typing.get_type_hints(kind, include_extras=True).values()) <= {
        str,
        typing.ClassVar[str],
        typing.ClassVar[Lane],
    }
    others = [lane for lane in Lane if lane is not kind.LANE]
    assert [broker.length(lane) for lane in others] == [0] * len(others)


def test_jobs_of_a_lane_come_out_in_the_order_in_which_they_went_in(broker, queue):
    for number in range(20):
        queue.enqueue(PollController(f"c-{number}", "s-1"))
    names = [told(message)[1]["controller"] for message in broker.messages(Lane.POLL)]
    assert names == [f"c-{number}" for number in range(20)]


def test_a_canary_is_heard_once_and_only_by_who_has_its_token(broker, queue):
    canary = Canary(broker.url)
    token = canary.send(Lane.NOTIFY)
    assert broker.length(canary_queue(Lane.NOTIFY)) == 1
    assert not canary.heard(token)
    sing(broker.url, token)
    assert not canary.heard("another")
    assert canary.heard(token)
    assert not canary.heard(token)


def test_what_is_flushed_is_gone_and_the_next_job_is_taken(broker, queue):
    queue.enqueue(PollController("hq-1", "s-1"))
    broker.flush()
    assert broker.length(Lane.POLL) == 0
    queue.enqueue(PollController("hq-2", "s-1"))
    assert broker.length(Lane.POLL) == 1


def test_a_broker_that_was_killed_is_an_error_and_once_it_is_back_the_same_queue_goes_on(
    broker, queue
):
    queue.enqueue(PollController("hq-1", "s-1"))
    broker.kill()
    assert not answers(broker.url)
    with pytest.raises(StoreError, match="the broker took no job"):
        queue.enqueue(PollController("hq-2", "s-1"))
    with pytest.raises(StoreError, match="the broker took no canary"):
        Canary(broker.url).send(Lane.POLL)
    assert not Canary(broker.url).heard("token")
    broker.again()
    queue.enqueue(PollController("hq-3", "s-1"))
    names = [told(message)[1]["controller"] for message in broker.messages(Lane.POLL)]
    assert names[-1] == "hq-3"
    assert "hq-2" not in names
