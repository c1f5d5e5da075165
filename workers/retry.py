"""What Celery does when a job fails: the one place that turns our errors into Celery's terms.

The class of an error says whether trying again can help. A refused login is never tried again: it
locks accounts. Waits are short, for on Redis a waiting message is held by a worker; what needs
longer has its due time in the store and comes back with a nudge.
"""

from dataclasses import dataclass
from typing import TypeAlias

from service.errors import (
    DeviceBusy,
    DeviceUnreachable,
    JournalConflict,
    LeaseHeld,
    LeaseLost,
    OutcomeUnknown,
    StoreError,
)

FIRST_WAIT_S, LONGEST_WAIT_S = 5.0, 45.0
MOST_RETRIES = 3
AT_ONCE_S = 0.2


@dataclass(frozen=True, slots=True)
class Retry:
    """Send the job again after a while."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody else does this work, or a nudge will bring it back: end quietly."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Trying again changes nothing: end, and say so."""


Action: TypeAlias = Retry | Leave | Fail


def action_for(error: Exception, *, tried: int) -> Action:
    """What to do about an error.

    Args:
        error: what the job raised; anything that is not ours is a defect.
        tried: how often the job was retried before.
    """
    match error:
        case LeaseHeld() | LeaseLost():
            return Leave()
        case JournalConflict():  # read again, decide again
            return Retry(AT_ONCE_S) if tried < MOST_RETRIES else Leave()
        case DeviceUnreachable() | DeviceBusy() | StoreError():
            return _backoff(tried)
        case OutcomeUnknown():  # the next try reads first: the journal says what was sent
            return _backoff(tried)
        case _:
            return Fail()


def _backoff(tried: int) -> Action:
    if tried >= MOST_RETRIES:
        return Fail()
    return Retry(min(FIRST_WAIT_S * 3**tried, LONGEST_WAIT_S))
