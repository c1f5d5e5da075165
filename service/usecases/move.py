"""Move a remediation by one thing, whatever the store does meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from service.errors import JournalConflict, LeaseLost, StoreError
from service.usecases.advance import advance, call_home
from service.usecases.context import Context
from service.usecases.halt import why_halted
from service.usecases.progress import Progress
from service.usecases.work import Work

T = TypeVar("T")

STORE_WAIT_S, STORE_PATIENCE = 5.0, 60
"""A store that fails is asked again for some minutes: meanwhile a controller is in the past."""


def patiently(work: Work, reason: str | None) -> Progress:
    """One move; where the store fails, the same again: the journal says how far it came."""
    return insist(work.context, lambda: _move(work, reason))


def insist(context: Context, act: Callable[[], T]) -> T:
    """Do something with the store, again and again for some minutes where the store fails.

    Raises:
        LeaseLost, JournalConflict: at once: that is an answer.
        StoreError: it failed all the time.
    """
    for _ in range(STORE_PATIENCE):
        try:
            return act()
        except (LeaseLost, JournalConflict):
            raise
        except StoreError:
            context.clock.wait(STORE_WAIT_S)
    return act()


def _move(work: Work, reason: str | None) -> Progress:
    reason = reason or why_halted(work.context)
    if reason is not None:
        call_home(work, reason)
    progress = advance(work)
    return replace(progress, noted=work.told())
