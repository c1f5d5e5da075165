"""Keep the lease while one request takes longer than the lease lasts.

A controller that works out the hash of a gigabyte answers after minutes. Only what changes nothing
may take so long: a successor who takes over when this process died must not meet its effect.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from service.errors import StoreError
from service.usecases.orphans import LEASE_TTL_S
from service.usecases.work import Work

EVERY_S = LEASE_TTL_S / 4


@contextmanager
def lease_kept(work: Work, for_s: float, *, every_s: float = EVERY_S) -> Iterator[None]:
    """Renew it by a second thread, for as long as the request may take and not longer."""
    if for_s < LEASE_TTL_S / 2:
        yield
        return
    over = Event()
    keeper = Thread(target=_keep, args=(work, over, for_s, every_s), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(work: Work, over: Event, for_s: float, every_s: float) -> None:
    for _ in range(int(for_s / every_s)):
        if over.wait(every_s):
            return
        with suppress(StoreError):  # lost or failing: whoever writes next is told
            work.renew()
