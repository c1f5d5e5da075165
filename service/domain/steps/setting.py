"""What sets a clock: a timed applet where the box has timers, a command where it has none.

A command acts at once and takes a wall time. Whether that is local or UTC no document of such a box
may tell, so it is measured: a clock that is off by exactly the zone's offset is set once more, the
other way round.
"""

from datetime import UTC, datetime

from service.domain.changes import Reads, SetClock
from service.domain.remediation import Run, Sent
from service.domain.steps.protocol import TIMER_COUNTDOWN_S


def countdown_s(run: Run) -> int:
    """How long after its arrival a setting acts."""
    repair = run.charter.repair
    at_once = run.charter.guardians or (repair is not None and repair.at_once)
    return 0 if at_once else TIMER_COUNTDOWN_S


def wall(run: Run, moment: datetime, reads: Reads) -> datetime:
    """The wall time (naive) that names a moment, as the box takes it."""
    if reads == "utc":
        return moment.astimezone(UTC).replace(tzinfo=None)
    return run.charter.zone.local(moment)


def reads_as(run: Run) -> Reads:
    """How the box takes a wall time, by what was sent last; local until it is known better."""
    settings = [s.change for s in run.sent if isinstance(s.change, SetClock)]
    return settings[-1].reads if settings else "local"


def misread(run: Run, sent: Sent, off_s: float, *, at: datetime, within_s: float) -> Reads | None:
    """How else the box took the wall time, where its clock is off by exactly its zone's offset.

    None: it is not, or a timer set it, which takes local time.

    Args:
        run: whose zone counts.
        sent: the setting that the clock shows.
        off_s: the controller's clock minus what was meant.
        at: the moment that was meant.
        within_s: how exactly.
    """
    change = sent.change
    if not isinstance(change, SetClock) or change.countdown_s:
        return None
    zone_s = (run.charter.zone.local(at) - at.astimezone(UTC).replace(tzinfo=None)).total_seconds()
    expected_s = zone_s if change.reads == "local" else -zone_s
    if abs(zone_s) <= within_s or abs(off_s - expected_s) > within_s:
        return None
    return "utc" if change.reads == "local" else "local"
