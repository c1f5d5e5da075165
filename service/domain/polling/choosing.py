"""How much a poll asks for: everything, or the pulse and what it shows to be worth a closer look.

What is not asked for is at most `reconcile_s` old: then a whole poll is due, which also says
whether the polls between told the truth. When exactly is told by the controller's name, so that
the fleet's whole polls spread.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from service.domain.history import THERE, ApHistory
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApPulse, Topic
from service.domain.polling.note import PollNote

PULSE_TOPICS = frozenset({Topic.CLOCK, Topic.LOAD, Topic.NTP_STATE, Topic.AP_PULSE})
"""What every poll asks for."""
DETAIL_TOPICS = frozenset({Topic.AP_JOIN, Topic.AP_JOIN_STATS})
MOST_SINGLY = 64
"""More APs than that are not asked for one by one: their whole tables are read."""
EARLY = 0.25
"""By which share of the interval at most a whole poll comes early."""
STEPS = 10_000


def is_whole_due(note: PollNote | None, now: datetime, *, reconcile_s: float) -> bool:
    """Whether everything is to be asked for: for want of a note, or since it is too old.

    A note from the future (a clock was set) counts as too old.
    """
    if note is None:
        return True
    early_s = reconcile_s * EARLY * share_of(note.controller)
    return not timedelta(0) <= now - note.whole_at < timedelta(seconds=reconcile_s - early_s)


def share_of(name: str) -> float:
    """A number from 0 up to 1, always the same for one name."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8]) % STEPS / STEPS


def worth_a_look(
    pulses: Iterable[ApPulse], histories: Mapping[BaseRadioMac, ApHistory]
) -> frozenset[BaseRadioMac]:
    """The APs whose rows are to be read: new ones, those that moved, and all that do not serve."""
    return frozenset(pulse.mac for pulse in pulses if not is_quiet(pulse, histories.get(pulse.mac)))


def is_quiet(pulse: ApPulse, known: ApHistory | None) -> bool:
    """Whether an AP serves, as it did when it was seen last, without having left meanwhile."""
    if known is None or pulse.state not in THERE:
        return False
    last = known.last
    then = (last.state, last.boot_time, last.join_time, last.is_joined)
    return then == (pulse.state, pulse.boot_time, pulse.join_time, pulse.is_joined)
