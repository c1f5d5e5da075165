"""Collecting opinions on true time; the rules of agreement are the domain's.

Never this host's clock alone: the controller's own NTP-synchronised clock, or two sources that
agree within 2 s.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from statistics import median

from service.domain.instants import Instant, TimeSource, TrueTime, agree, from_source
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ControllerView
from service.ports.store import ClockNote
from service.usecases.context import Context

NOTES_AGE_S = 900.0
SERVERS_ASKED = 3
STEADY_S = 0.5
"""A host whose wall clock was set by more than this while a source was asked heard nothing."""


def true_time_by(
    context: Context, view: ControllerView, wanted: Iterable[str] = ()
) -> TrueTime | None:
    """True time as of now, for work on one controller; None where nothing vouches.

    `wanted`: servers to ask where the controller's own clock vouches for nothing.
    """
    own = own_clock(view)
    if own is not None:
        return from_source(own, context.clock.now())
    return true_time_beside(context, view, wanted)


def true_time_beside(
    context: Context, view: ControllerView, wanted: Iterable[str] = ()
) -> TrueTime | None:
    """True time as of now by two sources that are not the controller; None without agreement.

    Args:
        context: the ports.
        view: the controller, whose servers are asked.
        wanted: hosts of other servers to ask, before its own.
    """
    entries = view.ntp.entries if view.ntp else ()
    more = tuple(NtpEntry("server", "server-list", host) for host in wanted)
    asked = tuple(opinions(context, view.controller, NtpConfig((*more, *entries))))
    return agree(asked, context.clock.now())


def believed_now(context: Context) -> datetime:
    """What time it most probably is: good enough to call a plan expired, never to set a clock.

    By the controllers that this host read lately and that NTP holds, else by its own wall clock.
    """
    now = context.clock.now()
    fleet = fleet_median(context.store.vouching_clocks(now.boot_id), now)
    return now.wall if fleet is None else now.wall + timedelta(seconds=fleet.offset_s)


def dated(context: Context, view: ControllerView) -> ControllerView:
    """The look, dated by the best clock at hand: its controller's, the fleet's, or this host's.

    Histories are kept by these dates, and a host's clock that is set must not make them end.
    """
    clock = view.clock
    if clock is None or clock.instant is None:
        return view
    if own_clock(view) is not None:
        return replace(view, read_at=clock.device_time)
    notes = context.store.vouching_clocks(clock.instant.boot_id)
    fleet = fleet_median(notes, clock.instant, but=view.controller)
    if fleet is None:
        return view
    return replace(view, read_at=clock.instant.wall + timedelta(seconds=fleet.offset_s))


def opinions(context: Context, controller: str, servers: NtpConfig) -> Iterable[TimeSource]:
    """Every source that is independent of one controller's own clock."""
    host = host_clock(context)
    if host is not None:
        yield host
    now = context.clock.now()
    others = fleet_median(context.store.vouching_clocks(now.boot_id), now, but=controller)
    if others is not None:
        yield others
    hosts = dict.fromkeys(entry.host for entry in servers.entries if entry.vrf is None)
    for name in tuple(hosts)[:SERVERS_ASKED]:  # each once: a server agrees with itself
        answer = _heard(context, partial(context.time_servers.ask, name))
        if answer is not None:
            yield answer


def host_clock(context: Context) -> TimeSource | None:
    """This host's clock, where something disciplines it: one opinion, never enough alone."""
    return _heard(context, context.clock.vouch)


def _heard(context: Context, ask: Callable[[], TimeSource | None]) -> TimeSource | None:
    """An opinion with the instant it compares with; None where the clock was set meanwhile."""
    before = context.clock.now()
    source = ask()
    now = context.clock.now()
    if source is None or now.boot_id != before.boot_id:
        return None
    return replace(source, at=now) if abs(now.stepped_s(before)) <= STEADY_S else None


def own_clock(view: ControllerView) -> TimeSource | None:
    """The controller's own clock as a source, if NTP holds it."""
    if view.clock is None or view.ntp_state is None or not view.ntp_state.synchronised:
        return None
    return TimeSource(
        f"{view.controller}, synchronised by NTP",
        view.clock.offset_s,
        view.clock.uncertainty_s,
        view.clock.instant,
    )


def median_of(clocks: Iterable[TimeSource], now: Instant) -> TimeSource | None:
    """One voice for several controllers' clocks, as of now; those read by another host say nothing.

    None where none is left.
    """
    known = [
        (offset_s, clock.uncertainty_s)
        for clock in clocks
        if (offset_s := clock.offset_at(now)) is not None
    ]
    if not known:
        return None
    return TimeSource(
        f"median of {len(known)} synchronised controllers",
        median(offset_s for offset_s, _ in known),
        max(uncertainty_s for _, uncertainty_s in known),
        now,
    )


def fleet_median(
    notes: Iterable[ClockNote], now: Instant, *, but: str | None = None
) -> TimeSource | None:
    """The median of the other controllers that NTP holds and that this host read lately.

    A note compares with the wall clock of whoever read it, as it was then. Carried on by the
    boot-time clock it survives a clock that was set since; of another host or boot it says nothing.
    """
    fresh = [
        TimeSource(note.controller, note.offset_s, note.uncertainty_s, note.at)
        for note in notes
        if note.synchronised
        and note.controller != but
        and note.at.boot_id == now.boot_id
        and 0 <= now.seconds_since(note.at) <= NOTES_AGE_S
    ]
    return median_of(fresh, now)
