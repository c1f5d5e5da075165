"""Whether one worker hears: canaries on a queue that it alone reads, answered at the broker.

A worker can be alive, connected and yet deaf, and a lane's own canary is answered by whichever
worker is not. Both ends are here: what a supervisor sends and looks for, and what a worker says of
itself, so that one that is busy is told from one that is deaf (`silence.py`).
"""

import json
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Protocol

import redis

from service.errors import StoreError
from service.queue.broker_address import answers, client
from service.queue.canary import Canary, song_key
from service.queue.celery_app import own_queue
from service.queue.silence import Heard, Hears, Silence, Word

WORD_EVERY_S = 2.0
_WORD_LIVES_S = 20
"""A loop may be late on a busy machine; one that says nothing for longer hangs."""
_MOST_WAITING = 3


class Pulse(Protocol):
    """Whether a child still does its work."""

    @property
    def has_work(self) -> bool:
        """Whether it has jobs under way, which have their time to end."""

    def begin(self) -> None:
        """It was started again."""

    def listen(self, now_s: float) -> Hears:
        """Look once."""

    def close(self) -> None:
        """Let go of what looking took."""


class Ear:
    """A supervisor's view of one worker. Used by one thread.

    Attributes:
        worker: its full name, which no other one has.
    """

    def __init__(self, broker_url: str, worker: str, silence: Silence, *, every_s: float) -> None:
        self.worker = worker
        self._broker_url = broker_url
        self._silence = silence
        self._every_s = every_s
        self._sent_s: float | None = None
        self._link = client(broker_url)

    def send(self) -> None:
        """Send a canary. Raises StoreError where the broker takes none."""
        Canary(self._broker_url).send_to(own_queue(self.worker), self.worker)

    def look(self) -> Heard | None:
        """What came back, and what the worker says of itself; None: the broker does not answer."""
        try:
            with self._link.pipeline(transaction=False) as all_:
                all_.delete(song_key(self.worker))
                all_.llen(own_queue(self.worker).name)
                all_.get(_word_key(self.worker))
                sang, waiting, word = all_.execute()
        except (redis.RedisError, OSError):
            return None
        return Heard(bool(sang), int(waiting), None if word is None else _word(word))

    def has_sung(self) -> bool:
        """Whether a canary came back since the last look."""
        heard = self.look()
        return heard is not None and heard.sang

    def begin(self) -> None:
        """The worker was started again."""
        self._silence.begin()

    def listen(self, now_s: float) -> Hears:
        """Look, and send the next canary if it is time for that."""
        heard = self.look()
        hears = self._silence.note(heard, now_s)
        is_due = self._sent_s is None or now_s - self._sent_s >= self._every_s
        if heard is not None and is_due and heard.waiting < _MOST_WAITING:
            self._sent_s = now_s
            with suppress(StoreError):  # the broker was there a moment ago: the next look sees it
                self.send()
        return hears

    @property
    def has_work(self) -> bool:
        """Whether jobs were under way when the worker last said something."""
        return self._silence.has_work

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()


class FilePulse:
    """The same view of a child that only sends: it writes a file with every message. Of one thread.

    Args:
        written_ns: when it last wrote; only that it changes counts, for a wall clock may be set.
    """

    has_work = False

    def __init__(self, broker_url: str, written_ns: Callable[[], int], silence: Silence) -> None:
        self._broker_url = broker_url
        self._written_ns = written_ns
        self._silence = silence
        self._seen_ns = 0

    def begin(self) -> None:
        """The child was started again."""
        self._silence.begin()

    def listen(self, now_s: float) -> Hears:
        """Look once; without a broker there is nothing to write about."""
        before_ns, self._seen_ns = self._seen_ns, self._written_ns()
        sang = before_ns != self._seen_ns
        return self._silence.note(Heard(sang) if sang or answers(self._broker_url) else None, now_s)

    def close(self) -> None:
        """Nothing is held."""


def say(broker_url: str, worker: str, word: Word) -> None:
    """What a worker says of itself, for a while. Raises StoreError."""
    text = json.dumps([word.under_way, word.at_once])
    try:
        with closing(client(broker_url)) as link:
            link.set(_word_key(worker), text, ex=_WORD_LIVES_S)
    except (redis.RedisError, OSError) as err:
        raise StoreError(f"the broker took no word of this worker: {err}") from err


def _word(text: bytes) -> Word:
    under_way, at_once = json.loads(text)
    return Word(int(under_way), int(at_once))


def _word_key(worker: str) -> str:
    return f"aprejoin:word:{worker}"
