"""Look: read one controller, as much of it as is needed for the whole picture.

A whole look asks for everything. A thrifty one asks for the pulse of every AP, then for the rows of
those that are worth it, and takes the rest from what is kept, with its age; of those that plainly
serve as before it is not even read back. It becomes a whole one as often as the policy says, and
whenever it cannot tell: then both are compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.observation import SWEEP_TOPICS, ApPulse, ControllerView
from service.domain.polling.choosing import (
    DETAIL_TOPICS,
    MOST_SINGLY,
    PULSE_TOPICS,
    is_whole_due,
    worth_a_look,
)
from service.domain.polling.comparing import differences
from service.domain.polling.composing import NOBODY, composed
from service.domain.polling.note import PollNote, note_of
from service.ports.driver import ControllerDriver
from service.usecases.context import Context
from service.usecases.truth import dated

READ_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Looked:
    """One look.

    Attributes:
        view: what was seen and what is remembered, dated by the best clock at hand.
        note: what is to be kept of it for the next.
        differences: what the thrifty looks before did not notice, as a whole one found it out.
    """

    view: ControllerView
    note: PollNote
    differences: tuple[str, ...] = ()


def look(
    context: Context, controller: Controller, driver: ControllerDriver, *, is_thrifty: bool
) -> Looked:
    """Look at one controller over an open session; see the driver port for errors."""
    note = context.store.poll_note(controller.name)
    pulse = _pulse(context, driver, note) if is_thrifty else None
    if note is None or pulse is None or pulse.pulses is None or pulse.release != note.view.release:
        return _whole(context, driver, note, None)
    is_due = is_whole_due(note, pulse.read_at, reconcile_s=controller.policy.reconcile_s)
    store, pulses = context.store, pulse.pulses
    kept = NOBODY if is_due else store.as_kept(note.controller, pulses)  # else all is compared
    others = tuple(one for one in pulses if one.mac.value not in kept.marks)
    histories = store.histories(note.controller, of=[one.mac for one in others])
    told = composed(note, pulse, _details(driver, others, histories), histories, kept)
    return _whole(context, driver, note, told) if is_due else Looked(told, note_of(told, note))


def _pulse(
    context: Context, driver: ControllerDriver, note: PollNote | None
) -> ControllerView | None:
    """What every thrifty look asks for; None where there is nothing to hold it against."""
    if note is None:
        return None
    return dated(context, driver.read(PULSE_TOPICS, timeout_s=READ_TIMEOUT_S))


def _details(
    driver: ControllerDriver,
    pulses: Iterable[ApPulse],
    histories: dict[BaseRadioMac, ApHistory],
) -> ControllerView | None:
    """The rows of the APs that are worth it; of all, where they are many or none of them shows."""
    wanted = worth_a_look(pulses, histories)
    if not wanted:
        return None
    if len(wanted) <= MOST_SINGLY:
        some = driver.read(DETAIL_TOPICS, timeout_s=READ_TIMEOUT_S, aps=wanted)
        if any(ap.mac in wanted for ap in some.aps or ()):
            return some
    return driver.read(DETAIL_TOPICS, timeout_s=READ_TIMEOUT_S)


def _whole(
    context: Context,
    driver: ControllerDriver,
    note: PollNote | None,
    told: ControllerView | None,
) -> Looked:
    view = dated(context, driver.read(SWEEP_TOPICS, timeout_s=READ_TIMEOUT_S))
    found = () if told is None else differences(told, view)
    return Looked(view, note_of(view, note, len(found)), found)
