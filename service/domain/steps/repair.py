"""What a repair of a clock did, and what a look shows of it: three-way, as far as it is ours.

A clock that was wrong is never made wrong again: only what was added to NTP goes back.
"""

from collections.abc import Iterator
from typing import TypeAlias

from service.domain.changes import AddNtp, SetClock
from service.domain.ntp import NtpConfig, NtpEntry, NtpState
from service.domain.observation import ControllerView
from service.domain.remediation import Run
from service.domain.steps.mending import clock_line, ntp_lines, ntp_text, removal_lines
from service.domain.steps.protocol import CLOCK_TOLERANCE_S, Moment
from service.domain.steps.set_false_clock import offset_s
from service.domain.steps.set_true_clock import CLOSE_ENOUGH_S

REPAIR, ADD, FOLLOW = "repair-clock", "add-ntp", "follow-ntp"
FOUND = "found"
"""What the repairing step remembers: the clock's offset as it was found."""
ITSELF = "127.127."
"""Where a controller that is an NTP master says whom it follows: its own clock (IOS)."""
SHOWN_BY_DEFAULT = frozenset({("burst", "true"), ("iburst", "true")})
"""IOS XE 17.3: what the model says of an entry without options; a box may show it."""

Difference: TypeAlias = tuple[str, str]
"""What is different, and the command that mends it."""


def is_kept(run: Run) -> bool:
    """Whether the clock was repaired to the end, so that what we added stays."""
    return run.ended_at(FOLLOW) is not None


def follows_another(state: NtpState | None) -> bool:
    """Whether the clock follows another one than itself."""
    if state is None or not state.synchronised:
        return False
    return not (state.system_peer or "").startswith(ITSELF)


def absent(wanted: NtpConfig, there: NtpConfig) -> NtpConfig:
    """Those of the wanted that are not there, under whatever form the box keeps them."""
    return NtpConfig(tuple(one for one in wanted.entries if _found(one, there) is None))


def added(run: Run) -> NtpConfig:
    """The servers that we may have added."""
    repair = run.charter.repair
    if repair is None or not run.may_have_sent(AddNtp):
        return NtpConfig()
    return repair.servers


def added_there(run: Run, there: NtpConfig) -> NtpConfig:
    """What is there of that, as the box keeps it; what somebody gave options since is theirs."""
    found = (_found(one, there) for one in added(run).entries)
    return NtpConfig(tuple(one for one in found if one is not None and _as_added(one)))


def differences(run: Run, view: ControllerView, moment: Moment) -> Iterator[Difference]:
    """What is not as it has to be at the end, by this look."""
    yield from ntp_differences(run, view)
    yield from clock_differences(run, view, moment)


def ntp_differences(run: Run, view: ControllerView) -> Iterator[Difference]:
    """What is kept and missing, or not kept and left; and what others did beside it."""
    if view.ntp is None or not added(run).entries:
        return
    by_hand, ours = run.charter.by_hand, added_there(run, view.ntp)
    if is_kept(run):
        for entry in absent(added(run), view.ntp).entries:
            for line in ntp_lines(by_hand, [entry]):
                yield f"missing: ntp {entry.label}", line
    else:
        for entry in ours.entries:
            yield f"left: ntp {entry.label}", removal_lines(by_hand, [entry])[0]
    look = f"{by_hand.look_at_ntp}   ! theirs to keep or take away"
    for entry in others(run, view.ntp):
        yield f"changed by others: {ntp_text(entry)}", look


def others(run: Run, there: NtpConfig) -> Iterator[NtpEntry]:
    """Entries that somebody else added, changed or took away."""
    captured, ours = run.charter.ntp, added_there(run, there)
    yield from there.without(captured).without(ours).entries
    yield from captured.without(there).entries
    yield from (theirs for _, theirs in captured.altered_in(there))


def clock_differences(run: Run, view: ControllerView, moment: Moment) -> Iterator[Difference]:
    """Where we set the clock: within 2 s where it follows NTP, else within 5 s."""
    if view.clock is None or not run.may_have_sent(SetClock):
        return
    off_s = offset_s(view, moment)
    if off_s is None:
        yield "nothing vouches for the clock any more", clock_line(run, moment)
        return
    allowed_s = CLOCK_TOLERANCE_S if follows_another(view.ntp_state) else CLOSE_ENOUGH_S
    if abs(off_s) > allowed_s + view.clock.uncertainty_s:
        yield f"the clock is {off_s:+.1f} s from true time", clock_line(run, moment)


def _as_added(entry: NtpEntry) -> bool:
    """Whether nobody gave it options since."""
    return all(leaf in SHOWN_BY_DEFAULT for leaf in entry.leaves)


def _found(wanted: NtpEntry, there: NtpConfig) -> NtpEntry | None:
    """The entry of a host: a box may keep a name under another form than it was sent in."""
    return next(
        (
            one
            for one in there.entries
            if (one.role, one.vrf, one.slot, one.host)
            == (wanted.role, wanted.vrf, wanted.slot, wanted.host)
        ),
        None,
    )
