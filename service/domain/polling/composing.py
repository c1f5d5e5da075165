"""One look out of what was asked now and what is remembered, each fact with its age."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from service.domain.history import ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApPulse, ApSighting, ControllerView, Topic, aged
from service.domain.polling.choosing import PULSE_TOPICS
from service.domain.polling.comparing import PULSE
from service.domain.polling.note import PollNote, times_of

_told = attrgetter("raw_state", *PULSE)


@dataclass(frozen=True, slots=True)
class AsKept:
    """Access points that plainly serve, and whose pulse says what is kept of them already.

    Attributes:
        marks: the store's mark of what is kept of each, by MAC.
        details_at: when the rest of what is kept was asked for, the same of all of them.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    details_at: datetime | None = None


NOBODY = AsKept()


def composed(
    note: PollNote,
    pulse: ControllerView,
    details: ControllerView | None,
    histories: Mapping[BaseRadioMac, ApHistory],
    kept: AsKept = NOBODY,
) -> ControllerView:
    """The look of a poll that did not ask for everything.

    Args:
        note: what earlier polls said of the controller.
        pulse: what was asked now.
        details: the rows of APs that were worth them, or of all; None: of none.
        histories: what earlier polls said of its APs, but for those that are as they are kept.
        kept: who is as it is kept.
    """
    closer = {ap.mac.value: ap for ap in (details.aps or () if details else ())}
    marks = {mac: mark for mac, mark in kept.marks.items() if mac not in closer}
    aps = {
        mac: _by_pulse(one, kept.details_at)
        if mac in marks
        else closer.get(mac) or remembered(one, histories.get(one.mac))
        for one in pulse.pulses or ()
        for mac in (one.mac.value,)
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
        kept=marks,
        remembered=times_of(note),
        unknown=_unknown(note, pulse, details),
        origins={**note.view.origins, **pulse.origins, **newest.origins},
    )


def _by_pulse(pulse: ApPulse, details_at: datetime | None) -> ApSighting:
    """An AP of which the rest is kept elsewhere."""
    return ApSighting(
        pulse.mac,
        pulse.state,
        raw_state=pulse.raw_state,
        boot_time=pulse.boot_time,
        join_time=pulse.join_time,
        is_joined=pulse.is_joined,
        details_at=details_at,
    )


def remembered(pulse: ApPulse | ApSighting, known: ApHistory | None) -> ApSighting:
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
