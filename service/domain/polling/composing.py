"""One look out of what was asked now and what is remembered, each fact with its age."""

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApPulse, ApSighting, ControllerView, Topic, aged
from service.domain.polling.choosing import PULSE_TOPICS
from service.domain.polling.comparing import PULSE
from service.domain.polling.note import PollNote, times_of

_told = attrgetter("raw_state", *PULSE)


def composed(
    note: PollNote,
    pulse: ControllerView,
    details: ControllerView | None,
    histories: Mapping[BaseRadioMac, ApHistory],
) -> ControllerView:
    """The look of a poll that did not ask for everything.

    Args:
        note: what earlier polls said of the controller.
        pulse: what was asked now.
        details: the rows of APs that were worth them, or of all; None: of none.
        histories: what earlier polls said of its APs.
    """
    closer = {ap.mac.value: ap for ap in (details.aps or () if details else ())}
    pulses = pulse.pulses or ()
    aps = {
        one.mac.value: closer.get(one.mac.value) or _sighting(one, histories.get(one.mac))
        for one in pulses
    }
    aps |= closer  # came between the two questions
    newest = details or pulse
    return replace(
        note.view,
        read_at=pulse.read_at,
        release=pulse.release,
        clock=pulse.clock,
        ntp_state=pulse.ntp_state,
        load_percent=pulse.load_percent,
        aps=tuple(aps[mac] for mac in sorted(aps)),
        by_hand=pulse.by_hand,
        transport=pulse.transport,
        transport_note=pulse.transport_note,
        pulses=pulse.pulses,
        remembered=times_of(note),
        unknown=_unknown(note, pulse, details),
        origins={**note.view.origins, **pulse.origins, **newest.origins},
    )


def _sighting(pulse: ApPulse, known: ApHistory | None) -> ApSighting:
    """An AP by its pulse, and for the rest as it was known; without a row, by its pulse alone."""
    base = ApSighting(pulse.mac, pulse.state) if known is None else known.last
    since = None if known is None else base.details_at or known.last_seen
    if _told(base) == _told(pulse):  # nearly all
        return aged(base, since)
    told = {name: getattr(pulse, name) for name in PULSE}
    return replace(base, raw_state=pulse.raw_state, details_at=since, **told)


def _unknown(
    note: PollNote, pulse: ControllerView, details: ControllerView | None
) -> Mapping[Topic, str]:
    """What could not be read, by the newest that asked for it."""
    before = {topic: why for topic, why in note.view.unknown.items() if topic not in PULSE_TOPICS}
    return {**before, **pulse.unknown, **(details.unknown if details else {})}
