"""Poll one controller: one look, kept."""

from dataclasses import dataclass

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import SWEEP_TOPICS, ControllerView
from service.errors import DeviceError, InvalidInput
from service.usecases.context import Context

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
        driver = context.drivers.open(controller)
    except (DeviceError, InvalidInput) as err:
        return Polled(controller, None, {}, str(err))
    try:
        view = driver.read(SWEEP_TOPICS, timeout_s=READ_TIMEOUT_S)
    except DeviceError as err:
        return Polled(controller, None, {}, str(err))
    finally:
        driver.close()
    return Polled(controller, view, context.store.add_poll(view))
