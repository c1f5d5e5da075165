"""Collecting opinions on true time; the rules of agreement are the domain's.

Never this host's clock alone: the controller's own NTP-synchronised clock, or two sources that
agree within 2 s.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median

from service.domain.instants import TimeSource, TrueTime, agree, from_source
from service.domain.ntp import NtpConfig
from service.domain.observation import ControllerView
from service.ports.store import ClockNote
from service.usecases.context import Context

NOTES_AGE = timedelta(minutes=15)
SERVERS_ASKED = 3


def true_time_by(context: Context, view: ControllerView) -> TrueTime | None:
    """True time as of now, for work on one controller; None where nothing vouches."""
    now = context.clock.now()
    own = own_clock(view)
    if own is not None:
        return from_source(own, now)
    servers = view.ntp or NtpConfig()
    return agree(tuple(opinions(context, view.controller, servers)), now)


def opinions(context: Context, controller: str, servers: NtpConfig) -> Iterable[TimeSource]:
    """Every source that is independent of one controller's own clock."""
    host = context.clock.vouch()
    if host is not None:
        yield host
    others = fleet_median(context.store.clocks(), context, but=controller)
    if others is not None:
        yield others
    asked = [entry.host for entry in servers.entries if entry.vrf is None][:SERVERS_ASKED]
    for name in asked:
        answer = context.time_servers.ask(name)
        if answer is not None:
            yield answer


def own_clock(view: ControllerView) -> TimeSource | None:
    """The controller's own clock as a source, if NTP holds it."""
    if view.clock is None or view.ntp_state is None or not view.ntp_state.synchronised:
        return None
    return TimeSource(
        f"{view.controller}, synchronised by NTP", view.clock.offset_s, view.clock.uncertainty_s
    )


def fleet_median(notes: Sequence[ClockNote], context: Context, *, but: str) -> TimeSource | None:
    """The median of the other controllers that NTP holds and that were read lately.

    A note compares with this host's wall clock as it was then: one of an earlier boot says nothing.
    """
    now = context.clock.now()
    since = now.wall - min(NOTES_AGE, timedelta(seconds=now.boottime_s))
    fresh = [
        n for n in notes if n.synchronised and since <= n.at <= now.wall and n.controller != but
    ]
    if not fresh:
        return None
    return TimeSource(
        f"median of {len(fresh)} synchronised controllers",
        median(note.offset_s for note in fresh),
        max(note.uncertainty_s for note in fresh),
    )
