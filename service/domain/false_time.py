"""Is a controller in false time right now, since when, and when does it go home at the latest?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.changes import SetClock
from service.domain.instants import Instant
from service.domain.remediation import Run, Sent


@dataclass(frozen=True, slots=True)
class FalseTime:
    """One controller whose clock may be false now.

    Attributes:
        since: when the false moment was sent, by the wall clock of the host that sent it.
        shown: the false moment that was set.
        switch_at: when the controller's own dead-man's switch sets true time, at the earliest;
            None: it has none that may be ticking, hosts guard it.
        switch_in_s: seconds until then, by what this boot has counted; below 0: it fired.
        guardians: how many hosts guard it instead; 0: its own switch does.
        is_proven: the controller took the false moment; else the reply was lost or is awaited.
        seq: the journal's entry that set it.
    """

    since: datetime
    shown: datetime | None
    switch_at: datetime | None
    switch_in_s: float | None
    guardians: int
    is_proven: bool
    seq: int = 0


def false_time(run: Run, now: Instant) -> FalseTime | None:
    """Of an unfinished remediation; None: its clock was not touched, or was set true since.

    A true time whose fate is unknown counts as not set: nobody has read it back.
    """
    last = _last_set(run)
    if last is None or run.closed is not None or not last.change_is_false:
        return None
    fires = [(run.remaining_s(guard, now), guard) for guard in run.guards()]
    in_s = min((left for left, _ in fires), default=None)
    return FalseTime(
        last.sent.at.wall,
        run.charter.moment,
        None if in_s is None else now.wall + timedelta(seconds=in_s),
        in_s,
        run.charter.guardians,
        last.sent.outcome == "applied",
        last.sent.seq,
    )


@dataclass(frozen=True, slots=True)
class _Set:
    sent: Sent
    change_is_false: bool


def _last_set(run: Run) -> _Set | None:
    """The newest setting of the clock that counts."""
    found: _Set | None = None
    for sent in run.sent:
        if not isinstance(sent.change, SetClock) or not sent.may_have_happened:
            continue
        if sent.change.is_false:
            found = _Set(sent, change_is_false=True)
        elif sent.outcome == "applied":
            found = _Set(sent, change_is_false=False)
    return found
