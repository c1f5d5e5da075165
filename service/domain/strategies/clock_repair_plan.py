"""Working out the repair of one controller's clock: whether it is proven wrong, and what holds it.

Proven by two sources beside the controller: its own word, even one that NTP vouches for, says
nothing of a clock that is in doubt.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from service.domain.changes import (
    CLOCK,
    PROBE,
    WITNESS,
    AddNtp,
    ProveTimer,
    RemoveNtp,
    RemoveTimers,
    SaveConfig,
    SetClock,
)
from service.domain.instants import AGREEMENT_S, TrueTime
from service.domain.journal import Charter, ClockRepair
from service.domain.ntp import NtpConfig, NtpEntry
from service.domain.observation import ControllerView, Platform, Topic
from service.domain.plan import Asked, NoPlan, Plan, Planned, PlanStep, Situation
from service.domain.steps.mending import repair_by_hand
from service.domain.steps.protocol import TIMER_COUNTDOWN_S
from service.domain.steps.repair import ADD, REPAIR, follows_another
from service.domain.strategies import clock_repair
from service.domain.strategies.drafting import (
    APPROVAL_LASTS,
    NAME,
    Shown,
    drafted,
    sealed,
    steps_as_shown,
)
from service.domain.strategies.refusals import (
    CLOCK_TRUE_S,
    UNSAVED,
    another_window,
    installation,
)
from service.domain.wallclock import ClockZone

WITNESSES = 2
SLOTS = {Platform.AIREOS: ("1", "2", "3")}
"""Numbered places of NTP servers, on a platform that has them (agentNtpServerIndex 1..3)."""
UNDOING = frozenset({"ntp-listener", "standby"})
"""Hazards that would undo the repair, or be made worse by it; others are told."""
ZONE_AHEAD, QUARTER = timedelta(hours=1), timedelta(minutes=15)
NOT_PROVEN = (
    "true time is not proven: it takes two sources beside the controller that agree within "
    f"{AGREEMENT_S:g} s, of: this host's disciplined clock, other controllers in sync that were "
    "swept in the last 15 minutes, and NTP servers that answer this host (those of the controller "
    "and the policy's ntp_servers)"
)
NEVER_WRONG_AGAIN = (
    "however it ends, the clock is left at true time: going home takes off the NTP servers that "
    "were added, and never sets a wrong time again"
)


def plan_clock_repair(situation: Situation, asked: Asked) -> Planned:
    """The repair of a wrong clock, or why there is none."""
    view, true_time = situation.view, situation.true_time
    reasons = list(_refusals(view, true_time, asked))
    if reasons or true_time is None:
        return NoPlan("; ".join(reasons))
    wanted = situation.controller.policy.ntp_servers
    servers, left_out = missing_servers(wanted, view)
    charter = _charter(situation, asked, true_time, servers)
    return Plan(
        charter=charter,
        window=None,
        steps=tuple(_steps(charter)),
        impact=tuple(_impact(view, charter, left_out)),
        alternatives=(),
        expires=true_time.at + APPROVAL_LASTS,
        by_hand=repair_by_hand(charter),
    )


def offset_of(view: ControllerView, true_time: TrueTime | None) -> float | None:
    """The controller's clock minus true time, seconds; None where either is not known."""
    if view.clock is None or true_time is None:
        return None
    return (view.clock.shown_at(true_time.instant) - true_time.at).total_seconds()


def is_wrong(view: ControllerView, true_time: TrueTime | None) -> bool:
    """Whether the clock is known to be wrong."""
    off_s = offset_of(view, true_time)
    return off_s is not None and abs(off_s) > CLOCK_TRUE_S


def missing_servers(
    wanted: tuple[str, ...], view: ControllerView
) -> tuple[NtpConfig, tuple[str, ...]]:
    """The servers to add, and those for which the controller has no place left."""
    entries = view.ntp.entries if view.ntp else ()
    there = {_plain(entry.host) for entry in entries}
    missing = tuple(host for host in wanted if _plain(host) not in there)
    places = SLOTS.get(view.platform)
    if places is None:
        return NtpConfig(tuple(_server(host) for host in missing)), ()
    taken = {entry.slot for entry in entries}
    free = [place for place in places if place not in taken]
    fitting = zip(missing, free, strict=False)
    added = NtpConfig(tuple(_server(host, place) for host, place in fitting))
    return added, missing[len(free) :]


def _server(host: str, slot: str = "") -> NtpEntry:
    # The model's list by address takes names, too (a union); under which list a box then keeps a
    # name is unverified: what is looked for afterwards is the host.
    return NtpEntry("server", "server-list", host, slot=slot)


def _plain(host: str) -> str:
    """One spelling of a host."""
    try:
        return str(ip_address(host))
    except ValueError:
        return host.lower().removesuffix(".")


# -- refusals ----------------------------------------------------------------------------------


def _refusals(view: ControllerView, true_time: TrueTime | None, asked: Asked) -> Iterator[str]:
    for topic, value in (
        (Topic.CLOCK, view.clock),
        (Topic.CLOCK_ZONE, view.zone),
        (Topic.NTP_CONFIG, view.ntp),
        (Topic.TIMERS, view.timers),
    ):
        if value is None:
            yield f"{topic} cannot be read: {view.unknown.get(topic, 'no answer')}"
    yield from _time(view, true_time)
    yield from _followed(view)
    for hazard in view.hazards or ():
        if hazard.kind in UNDOING:
            yield f"{hazard.detail} [{hazard.path}]"
    yield from installation(view)
    yield from another_window(view)
    if view.unsaved and not asked.save_pending:
        yield UNSAVED


def _time(view: ControllerView, true_time: TrueTime | None) -> Iterator[str]:
    if true_time is None or len(set(true_time.sources)) < WITNESSES:
        yield NOT_PROVEN
        return
    off_s = offset_of(view, true_time)
    if off_s is not None and abs(off_s) <= CLOCK_TRUE_S:
        yield f"the clock is true already: {off_s:+.1f} s"
    if view.zone is not None and not _zone_stands(view.zone, true_time.at):
        yield f"the time of zone {view.zone.name} changes within the hour: wait until it has"


def _zone_stands(zone: ClockZone, now: datetime) -> bool:
    """Whether the zone's offset is one and the same until an hour from now, and its hours plain."""
    moments = [now + number * QUARTER for number in range(ZONE_AHEAD // QUARTER + 1)]
    offsets = {zone.local(one) - one.astimezone(UTC).replace(tzinfo=None) for one in moments}
    return len(offsets) == 1 and all(zone.is_plain(one) for one in moments)


def _followed(view: ControllerView) -> Iterator[str]:
    """A clock that follows somebody would follow them back."""
    if view.ntp_state is not None and follows_another(view.ntp_state):
        peer = view.ntp_state.system_peer or "somebody"
        yield (
            f"NTP is in sync with {peer}, and the clock is wrong all the same: what is set would "
            "be pulled back; mend that server, or take it off, and plan again"
        )


# -- what is shown -----------------------------------------------------------------------------


def _charter(
    situation: Situation, asked: Asked, true_time: TrueTime, servers: NtpConfig
) -> Charter:
    charter = drafted(situation, asked, clock_repair.NAME, true_time)
    repair = ClockRepair(servers, at_once=not situation.view.restores_itself)
    return sealed(replace(charter, repair=repair))


def _steps(charter: Charter) -> Iterator[PlanStep]:
    """Every step with its changes; times in them are worked out again when sent."""
    return steps_as_shown(
        charter,
        "NTP servers, clock, zone and what is saved",
        _shown(charter),
        forward=clock_repair.forward,
        home=clock_repair.home,
    )


def _shown(charter: Charter) -> Shown:
    zone, now = charter.zone, charter.true_time.at
    servers = charter.repair.servers if charter.repair else NtpConfig()
    at_once = charter.repair is not None and charter.repair.at_once
    after_s = 0 if at_once else TIMER_COUNTDOWN_S
    true_wall = zone.local(now + timedelta(seconds=after_s)).replace(microsecond=0)
    gone = RemoveTimers((PROBE, WITNESS, CLOCK))
    proof = ProveTimer(NAME, TIMER_COUNTDOWN_S, (zone.local(now).year,))
    return {
        "prove-timer": ((proof,), (gone,)),
        REPAIR: ((SetClock(NAME, after_s, true_wall),), ()),
        ADD: ((AddNtp(servers),), (RemoveNtp(servers),)) if servers.entries else ((), ()),
        "disarm": ((gone,), ()),
        "save": ((SaveConfig(),), ()),
    }


def _impact(view: ControllerView, charter: Charter, left_out: tuple[str, ...]) -> Iterator[str]:
    off_s = offset_of(view, charter.true_time) or 0.0
    sources = " and ".join(charter.true_time.sources)
    yield (
        f"the clock is {off_s:+.1f} s from true time, proven by {sources}; it jumps by "
        f"{-off_s:+.0f} s, once: logs, analytics and whatever counts on dates show it"
    )
    yield NEVER_WRONG_AGAIN
    yield "a person approves it always, whatever the policy's approval says"
    yield from _held(view, charter, left_out)
    for hazard in view.hazards or ():
        yield f"sees the clock jump: {hazard.detail}"
    if view.standby is not None:
        yield f"there is a standby controller ({view.standby}): its clock is not looked at"
    if view.unsaved is None and not charter.save_pending:
        lost = "" if not _added(charter) else ", so the next reload forgets the added servers"
        yield f"the controller can't tell whether it is saved: nothing is saved{lost}"
    for topic in (Topic.HAZARDS, Topic.INSTALL, Topic.REDUNDANCY):
        if topic in view.unknown:
            yield f"{topic} could not be read: {view.unknown[topic]}"


def _held(view: ControllerView, charter: Charter, left_out: tuple[str, ...]) -> Iterator[str]:
    """What holds the clock afterwards."""
    servers = _added(charter)
    there = view.ntp.entries if view.ntp else ()
    if servers:
        yield f"added, and kept if the clock then follows: {', '.join(e.label for e in servers)}"
    if left_out:
        yield f"not added, for the controller has no place left: {', '.join(left_out)}"
    if there:
        named = ", ".join(entry.label for entry in there)
        yield (
            f"there already, and not touched: {named}; a controller gives up on servers that are "
            "far from its clock (AireOS beyond 1000 s): if it does not follow them at true time "
            "either, enter one of them once more by hand"
        )
    if not servers and not there:
        yield (
            "no NTP server is there, and the policy's ntp_servers names none: the time is set, and "
            "nothing will hold it"
        )


def _added(charter: Charter) -> tuple[NtpEntry, ...]:
    return charter.repair.servers.entries if charter.repair else ()
