"""Sweep the fleet: poll every controller, then judge each in the light of the others."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.diagnosis import Diagnosis, DiagnosisContext, clock_offset_s, diagnose
from service.domain.diagnosis.case import plainly_serves
from service.domain.history import THERE
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant, TimeSource, agree
from service.domain.inventory import Controller
from service.domain.observation import ApState, ControllerView
from service.domain.polling.turns import after, grade_of, is_loaded
from service.domain.signals import signs_of
from service.usecases.context import Context
from service.usecases.elsewhere import serving_elsewhere
from service.usecases.patience import why_left_alone
from service.usecases.poll import Polled, poll
from service.usecases.truth import host_clock, median_of, own_clock, true_time_beside

THREADS = 50
"""A whole part at once: controllers think for longer than reading them takes. With 32 a sweep of
300 took a third longer, and a worker held about as much (docs/performance.md)."""
UNVERIFIED = "this host's clock, unverified"
"""What an offset is measured against where nothing vouches for true time."""
DOUBTFUL_S = 30.0
"""How far a clock may be from this host's before a controller that is polled alone makes us ask
whoever else knows the time; in a larger sweep the others answer that."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One controller after a sweep.

    Attributes:
        clock_offset_s: controller minus true time (or minus this host's clock where nothing
            vouches); None where the clock was not read.
        clock_reference: what the offset is measured against.
    """

    polled: Polled
    diagnosis: Diagnosis
    clock_offset_s: float | None
    clock_reference: str | None


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep of the fleet."""

    id: str
    started: datetime
    finished: datetime
    controllers: tuple[Judged, ...]


def sweep(
    context: Context,
    controllers: Sequence[Controller],
    *,
    sweep_id: str,
    on_polled: Callable[[Polled], None] = lambda _: None,
    is_patient: bool = False,
    is_thrifty: bool = False,
) -> Sweep:
    """Poll and judge; controllers keep their order.

    Args:
        context: the ports.
        controllers: whom to poll.
        sweep_id: its id.
        on_polled: told of each.
        is_patient: pass over those that failed lately, as schedules do.
        is_thrifty: ask for no more than is needed, as schedules do.
    """
    started = context.clock.now().wall
    failings = context.store.failings() if is_patient else {}

    def look(controller: Controller) -> Polled:
        why = why_left_alone(context, controller, failings)
        if why is not None:
            return Polled(controller, None, {}, why)
        return worth_judging(poll(context, controller, is_thrifty=is_thrifty))

    polled = _poll_all(controllers, look, on_polled)
    judged = judge(context, [polled[controller.name] for controller in controllers])
    _note_turns(context, judged)
    _note_signs(context, judged)
    return Sweep(sweep_id, started, context.clock.now().wall, judged)


def worth_judging(polled: Polled) -> Polled:
    """A poll without the histories that no rule looks at: held until all are polled, they add up.

    Those of access points that plainly serve, as they did by their history; log lines may be about
    anybody.
    """
    view = polled.view
    if view is None or view.logs:
        return polled
    serving = {ap.mac.value for ap in view.aps or () if plainly_serves(ap)}
    held = {
        mac: past
        for mac, past in polled.histories.items()
        if mac.value not in serving or past.last.state not in THERE
    }
    return replace(polled, histories=held)


def judge(context: Context, polled: Sequence[Polled]) -> tuple[Judged, ...]:
    """Diagnose controllers that were polled together."""
    waiting = [_waiting(one) for one in polled]
    homes = _registered(
        (one.view for one in polled if one.view is not None),
        {mac.value for macs in waiting for mac in macs},
    )
    return tuple(
        _judge_one(context, one, polled, _elsewhere(one.controller.name, macs, homes))
        for one, macs in zip(polled, waiting, strict=True)
    )


def _note_turns(context: Context, judged: Sequence[Judged]) -> None:
    """Keep how each controller fares and how it bore its poll, for schedules to go by."""
    known = context.store.poll_turns()
    context.store.note_turns(
        after(
            known.get(one.polled.controller.name),
            one.polled.controller.name,
            grade_of(one.diagnosis, one.polled.histories.values(), view),
            busy_s=one.polled.busy_s,
            answer_s=2 * view.clock.uncertainty_s if view.clock else 0.0,
            loaded=is_loaded(view.load_percent, one.polled.controller.policy),
        )
        for one in judged
        for view in [one.polled.view]
        if view is not None
    )


def _note_signs(context: Context, judged: Sequence[Judged]) -> None:
    """Keep each poll in a few numbers, for monitoring."""
    known = context.store.signs()
    context.store.keep_signs(
        signs_of(
            view,
            one.diagnosis.findings,
            one.clock_offset_s,
            known.get(view.controller),
            vouched=one.clock_reference not in (None, UNVERIFIED),
        )
        for one in judged
        for view in [one.polled.view]
        if view is not None
    )


def _poll_all(
    controllers: Sequence[Controller],
    look: Callable[[Controller], Polled],
    on_polled: Callable[[Polled], None],
) -> Mapping[str, Polled]:
    results = {}
    with ThreadPoolExecutor(max_workers=min(THREADS, max(1, len(controllers)))) as pool:
        futures = [pool.submit(copy_context().run, look, one) for one in controllers]
        for future in as_completed(futures):
            one = future.result()
            results[one.controller.name] = one
            on_polled(one)
    return results


def _judge_one(
    context: Context,
    one: Polled,
    all_polled: Sequence[Polled],
    elsewhere: frozenset[BaseRadioMac],
) -> Judged:
    if one.view is None:
        return Judged(one, Diagnosis(), None, None)
    offset_s, sources = _clock_offset(context, one, all_polled)
    elsewhere |= serving_elsewhere(context, one, (p.controller.name for p in all_polled))
    diagnosis = diagnose(
        one.view,
        one.histories,
        context.catalogue,
        DiagnosisContext(
            policy=one.controller.policy,
            clock_offset_s=offset_s,
            clock_sources=sources,
            elsewhere=elsewhere,
        ),
    )
    if offset_s is None and one.view.clock is not None:
        return Judged(one, diagnosis, one.view.clock.offset_s, UNVERIFIED)
    return Judged(one, diagnosis, offset_s, " and ".join(sources) or None)


def _clock_offset(
    context: Context, one: Polled, all_polled: Sequence[Polled]
) -> tuple[float | None, tuple[str, ...]]:
    """Controller minus true time where two sources agree, with their names."""
    if one.view is None or one.view.clock is None:
        return None, ()
    host, now = host_clock(context), context.clock.now()
    sources = [source for source in (host, _others(one, all_polled, now)) if source]
    truth = agree(tuple(sources), now)
    if truth is None and len(all_polled) == 1 and abs(one.view.clock.offset_s) > DOUBTFUL_S:
        truth = true_time_beside(context, one.view, one.controller.policy.ntp_servers)
    if truth is None:
        return None, ()
    return clock_offset_s(one.view.clock, truth), truth.sources


def _others(one: Polled, all_polled: Sequence[Polled], now: Instant) -> TimeSource | None:
    clocks = [
        own
        for other in all_polled
        if other.view is not None and other.controller.name != one.controller.name
        for own in [own_clock(other.view)]
        if own is not None
    ]
    return median_of(clocks, now)


def _waiting(one: Polled) -> list[BaseRadioMac]:
    """The APs that polls of a controller saw and that do not serve there: nearly none."""
    now = [ap.mac for ap in one.view.aps or () if ap.state not in THERE] if one.view else []
    return now + [mac for mac, past in one.histories.items() if past.last.state not in THERE]


def _elsewhere(
    name: str, macs: Iterable[BaseRadioMac], homes: Mapping[str, frozenset[str]]
) -> frozenset[BaseRadioMac]:
    """Those of a controller's APs that are registered on another one."""
    return frozenset(mac for mac in macs if homes.get(mac.value, frozenset()) - {name})


def _registered(
    views: Iterable[ControllerView], wanted: Collection[str]
) -> Mapping[str, frozenset[str]]:
    """Where each of some APs is registered, by MAC."""
    homes: dict[str, frozenset[str]] = {}
    for view in views if wanted else ():
        for ap in view.aps or ():
            if ap.state is ApState.REGISTERED and ap.mac.value in wanted:
                homes[ap.mac.value] = homes.get(ap.mac.value, frozenset()) | {view.controller}
    return homes
