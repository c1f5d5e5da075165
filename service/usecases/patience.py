"""Patience: a controller that fails is asked less and less often by schedules, never by people.

Every look is noted, whoever asked for it; who obeys the pauses is said by the caller.
"""

from datetime import timedelta

from service.domain.backoff import Failing, Trouble, entry_of, is_left_alone
from service.domain.documents import moment
from service.domain.inventory import Controller
from service.errors import AuthenticationRefused, DeviceBusy, DeviceError, InvalidInput
from service.usecases.context import Context


def note_failure(
    context: Context, controller: Controller, error: DeviceError | InvalidInput
) -> None:
    """It could not be read. A busy one answers, and what is wrong on our side is no fault of it."""
    if isinstance(error, DeviceBusy | InvalidInput):
        return
    trouble: Trouble = "refused" if isinstance(error, AuthenticationRefused) else "unreachable"
    context.store.note_failing(
        controller.name,
        trouble,
        entry=entry_of(controller),
        detail=str(error),
        longest_s=controller.policy.longest_backoff_s,
    )


def note_success(context: Context, controller: Controller) -> None:
    """It answered: it starts afresh."""
    context.store.forget_failing(controller.name)


def why_left_alone(
    context: Context, controller: Controller, failings: dict[str, Failing]
) -> str | None:
    """Why a schedule passes this controller over, with when it is asked next; None: it asks."""
    failing = failings.get(controller.name)
    if failing is None or not is_left_alone(failing, controller):
        return None
    if failing.left_s is None:
        how = f"aprejoin sweep {controller.name} asks; so does a changed inventory entry"
        return f"{failing.detail}; the login was refused and is not tried again by itself: {how}"
    next_try = moment(context.clock.now().wall + timedelta(seconds=failing.left_s))
    return f"{failing.detail}; failed {failing.times} times in a row, next try {next_try}"
