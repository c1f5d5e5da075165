"""The ASGI application of the API processes: `uvicorn --factory service.asgi:application`.

Everything comes from the environment (service.settings); the inventory is read anew when it
changes, for the workers do so too.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from threading import Lock

from fastapi import FastAPI

from service.api.app import make_app
from service.api.front import Front
from service.bootstrap import open_context
from service.config.latest_inventory import LatestInventory
from service.errors import StoreError
from service.ports.jobs import Lane
from service.queue.broker_address import embedded_url
from service.queue.canary import Canary
from service.queue.celery_queue import CeleryQueue
from service.settings import Settings
from service.telemetry.logs import configure_logs
from service.usecases.context import Context

CHECKED_FOR_S, CANARY_WITHIN_S = 5.0, 3.0
CHECKED_LANES = (Lane.POLL, Lane.REMEDIATE)


def application(settings: Settings | None = None) -> FastAPI:
    """The application of these settings, else of the environment.

    Raises:
        InvalidInput: a bad setting.
    """
    settings = settings or Settings.from_environment()
    configure_logs(level=settings.log_level, form=settings.log_format)
    return make_app(partial(open_front, settings))


@contextmanager
def open_front(settings: Settings) -> Iterator[Front]:
    """The ports of an API process.

    Raises:
        InvalidInput: the inventory or a setting is bad. StoreError: the store cannot be opened.
    """
    broker_url = settings.broker_url or embedded_url(settings.state_dir)
    queue = CeleryQueue.at(broker_url, visibility_timeout_s=settings.visibility_timeout_s)
    inventory = LatestInventory(settings.inventory)
    with open_context(settings, settings.inventory, fleet=inventory()) as context:
        try:
            yield Front(context, queue, inventory, Readiness(context, Canary(broker_url)))
        finally:
            queue.close()


class Readiness:
    """Whether database and workers answer; asked at most every few seconds, whoever calls."""

    def __init__(self, context: Context, canary: Canary) -> None:
        self._context, self._canary = context, canary
        self._lock = Lock()
        self._checked: Mapping[str, bool] = {}
        self._at_s = float("-inf")

    def __call__(self) -> Mapping[str, bool]:
        """Each check by name.

        While one caller checks, the others get what was found before: nobody can tie up the API by
        asking often. Only the very first check is waited for.
        """
        if not self._lock.acquire(blocking=not self._checked):
            return self._checked
        try:
            now_s = self._context.clock.now().boottime_s
            if now_s - self._at_s >= CHECKED_FOR_S:
                self._checked = self._check()
                self._at_s = self._context.clock.now().boottime_s
            return self._checked
        finally:
            self._lock.release()

    def _check(self) -> Mapping[str, bool]:
        sent = {lane: self._sent(lane) for lane in CHECKED_LANES}
        lanes = {
            f"workers-{lane}": token is not None
            and self._canary.heard(token, within_s=CANARY_WITHIN_S)
            for lane, token in sent.items()
        }
        return {"database": _works(self._context.store.clocks), **lanes}

    def _sent(self, lane: Lane) -> str | None:
        try:
            return self._canary.send(lane)
        except StoreError:
            return None


def _works(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except StoreError:
        return False
    return True
