"""One poll at a time on a controller, whoever asks for it: the others wait, and then poll, too."""

from collections.abc import Iterator
from contextlib import contextmanager

from service.domain.inventory import Controller
from service.errors import DeviceBusy
from service.ports.steering import Slot
from service.usecases.context import Context

HELD_S = 300.0
"""Longer than a poll takes whose controller answers nothing; a dead worker's turn ends by that."""
WAIT_S, MOST_WAITS = 0.5, 120


@contextmanager
def alone_at(context: Context, controller: Controller) -> Iterator[None]:
    """Have the only poll of a controller while the block runs, over all processes.

    Raises:
        DeviceBusy: another poll took all the time that one waits.
    """
    turn = _wait_for(context, controller)
    try:
        yield
    finally:
        context.store.give_slots(turn)


def _wait_for(context: Context, controller: Controller) -> Slot:
    for _ in range(MOST_WAITS):
        turn = context.store.take_slot(f"poll {controller.name}", limit=1, ttl_s=HELD_S)
        if turn is not None:
            return turn
        context.clock.wait(WAIT_S)
    raise DeviceBusy(controller.name, "poll", "another poll of ours has not ended")
