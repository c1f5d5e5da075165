"""When a controller's clock must not be touched, in the words that a person can act on.

Source: DESIGN.md, section 5, "Refused, with the reason shown". One generator, one line a rule.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.domain.changes import TIMER_PREFIX
from service.domain.instants import TrueTime
from service.domain.observation import ApSighting, ControllerView, Topic
from service.domain.policy import Policy
from service.domain.wallclock import ClockZone

UNDER_WAY = frozenset({"pre-dwnld-initiated", "pre-dwnld-in-progress"})
CLOCK_TRUE_S = 5.0
UNMODELLED = (
    "RadSec, management logins by certificate, NTP by DHCP, a scheduled reload, and whether a "
    "standby is hot"
)
"""What DESIGN.md refuses and no model of the contract shows: named in every plan."""
REPAIR_FIRST = "repair it first: clock-repair, by --issue CLOCK-SKEW"
NO_TRUE_TIME = (
    "true time is not known: the controller is not synchronised by NTP, and no two other sources "
    "agree within 2 s: give it an NTP server that answers"
)
UNSAVED = (
    "running differs from startup, and saving at the end would save those changes too: "
    "save or discard them, or accept it with --save-pending"
)


def refusals(
    view: ControllerView, policy: Policy, true_time: TrueTime | None, *, save_pending: bool
) -> Iterator[str]:
    """Every reason not to open a clock window on this controller now."""
    yield from _unreadable(view)
    yield from _time(view, true_time, policy)
    yield from _hidden_ntp(view)
    for hazard in view.hazards or ():
        yield f"{hazard.detail} [{hazard.path}]"
    yield from installation(view)
    yield from another_window(view)
    if view.unsaved and not save_pending:
        yield UNSAVED


def _unreadable(view: ControllerView) -> Iterator[str]:
    for topic, value in (
        (Topic.NTP_CONFIG, view.ntp),
        (Topic.CLOCK, view.clock),
        (Topic.CLOCK_ZONE, view.zone),
        (Topic.TIMERS, view.timers),
        (Topic.AP_JOIN, view.aps),
    ):
        if value is None:
            yield f"{topic} cannot be read: {view.unknown.get(topic, 'no answer')}"


def _time(view: ControllerView, true_time: TrueTime | None, policy: Policy) -> Iterator[str]:
    if true_time is None:
        yield NO_TRUE_TIME
        return
    if view.clock is not None:
        off = view.clock.shown_at(true_time.instant) - true_time.at
        if abs(off.total_seconds()) > CLOCK_TRUE_S:
            yield f"the clock is {off.total_seconds():+.0f} s from true time: {REPAIR_FIRST}"
    zone = view.zone or ClockZone()
    until = true_time.at + timedelta(seconds=policy.wait_for_aps_s + policy.dead_man_after_s)
    if not all(zone.is_plain(moment) for moment in _hours(true_time, until - true_time.at)):
        yield f"summer time of zone {zone.name} changes before {until:%Y-%m-%d %H:%M} UTC"


def _hidden_ntp(view: ControllerView) -> Iterator[str]:
    """NTP that follows nobody whom we could take away: by DHCP, or by another way unknown to us."""
    state = view.ntp_state
    if state is not None and state.synchronised and view.ntp is not None and not view.ntp.entries:
        yield (
            f"NTP is in sync with {state.system_peer or 'somebody'} and no server or peer is "
            "configured: what cannot be removed would pull the clock back"
        )


def _hours(true_time: TrueTime, span: timedelta) -> Iterator[datetime]:
    step = timedelta(minutes=15)
    for number in range(int(span / step) + 2):
        yield true_time.at + number * step


def installation(view: ControllerView) -> Iterator[str]:
    """An installation that is under way, or APs that load its image."""
    if view.install is not None:
        if view.install.uncommitted:
            yield (
                f"an installation is not committed: {', '.join(view.install.uncommitted)}: whoever "
                "began it has to commit or abort it first (show install summary)"
            )
        if view.install.abort_timer_active:
            yield "an installation's auto-abort timer is running: commit or abort it first"
        if view.install.activity:
            yield f"an installation is under way ({view.install.activity}): wait for its end"
    loading = [ap for ap in view.aps or () if _predownloads(ap)]
    if loading:
        yield f"{len(loading)} APs are predownloading an image: wait for them, or stop it"


def _predownloads(ap: ApSighting) -> bool:
    return ap.predownload in UNDER_WAY


def another_window(view: ControllerView) -> Iterator[str]:
    """A timer of ours: the name is the claim."""
    ours = [t.name for t in view.timers or () if t.name.startswith(TIMER_PREFIX)]
    if ours:
        yield f"{', '.join(ours)} on the controller: another clock window is open there"
