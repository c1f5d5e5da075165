"""Poll one controller: one look, kept."""

from dataclasses import dataclass

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import SWEEP_TOPICS, ControllerView
from service.errors import DeviceError, InvalidInput
from service.usecases.context import Context
from service.usecases.patience import note_failure, note_success
from service.usecases.truth import dated

READ_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of a poll.

    Attributes:
        view: what was seen; None where the controller could not be read.
        error: why not.
    """

    controller: Controller
    view: ControllerView | None
    histories: dict[BaseRadioMac, ApHistory]
    error: str | None = None


def poll(context: Context, controller: Controller) -> Polled:
    """Look at one controller and extend its history. A controller that fails is an answer."""
    try:
        view = _look(context, controller)
    except (DeviceError, InvalidInput) as err:
        note_failure(context, controller, err)
        return Polled(controller, None, {}, str(err))
    note_success(context, controller)
    view = dated(context, view)
    return Polled(controller, view, context.store.add_poll(view))


def _look(context: Context, controller: Controller) -> ControllerView:
    driver = context.drivers.open(controller)
    try:
        return driver.read(SWEEP_TOPICS, timeout_s=READ_TIMEOUT_S)
    finally:
        driver.close()
