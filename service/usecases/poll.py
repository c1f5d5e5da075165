"""Poll one controller: one look, kept."""

from dataclasses import dataclass

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import ControllerView
from service.domain.redaction import redacted
from service.errors import DeviceError, InvalidInput
from service.usecases.context import Context
from service.usecases.look import READ_TIMEOUT_S, Looked, look
from service.usecases.patience import note_failure, note_success
from service.usecases.polling_turn import alone_at

__all__ = ["READ_TIMEOUT_S", "Polled", "poll"]


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of a poll.

    Attributes:
        view: what was seen; None where the controller could not be read.
        error: why not.
        differences: what polls that did not ask for everything had not noticed until now.
        busy_s: how long it took.
    """

    controller: Controller
    view: ControllerView | None
    histories: dict[BaseRadioMac, ApHistory]
    error: str | None = None
    differences: tuple[str, ...] = ()
    busy_s: float = 0.0


def poll(context: Context, controller: Controller, *, is_thrifty: bool = False) -> Polled:
    """Look at one controller and extend its history. A controller that fails is an answer.

    Args:
        context: the ports.
        controller: whom.
        is_thrifty: ask for no more than is needed; else everything is read afresh.
    """
    try:
        with alone_at(context, controller):
            began = context.clock.now()
            looked = _look(context, controller, is_thrifty=is_thrifty)
    except (DeviceError, InvalidInput) as err:
        note_failure(context, controller, err)
        return Polled(controller, None, {}, redacted(str(err)))
    busy_s = context.clock.now().seconds_since(began)
    with context.store.together():  # one write to the disk, not three
        note_success(context, controller)
        histories = context.store.add_poll(looked.view)
        context.store.keep_poll_note(looked.note)
    return Polled(controller, looked.view, histories, None, looked.differences, busy_s)


def _look(context: Context, controller: Controller, *, is_thrifty: bool) -> Looked:
    driver = context.drivers.open(controller)
    try:
        return look(context, controller, driver, is_thrifty=is_thrifty)
    finally:
        driver.close()
