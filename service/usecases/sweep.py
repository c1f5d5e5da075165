"""Sweep the fleet: poll every controller, then judge each in the light of the others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime

from service.domain.diagnosis import Diagnosis, DiagnosisContext, clock_offset_s, diagnose
from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant, TimeSource, agree
from service.domain.inventory import Controller
from service.domain.observation import ApState, ControllerView
from service.usecases.context import Context
from service.usecases.patience import why_left_alone
from service.usecases.poll import Polled, poll
from service.usecases.truth import host_clock, median_of, own_clock, true_time_beside

THREADS = 32
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
) -> Sweep:
    """Poll and judge; controllers keep their order.

    Args:
        context: the ports.
        controllers: whom to poll.
        sweep_id: its id.
        on_polled: told of each.
        is_patient: pass over those that failed lately, as schedules do.
    """
    started = context.clock.now().wall
    failings = context.store.failings() if is_patient else {}

    def look(controller: Controller) -> Polled:
        why = why_left_alone(context, controller, failings)
        return poll(context, controller) if why is None else Polled(controller, None, {}, why)

    polled = _poll_all(controllers, look, on_polled)
    judged = judge(context, [polled[controller.name] for controller in controllers])
    return Sweep(sweep_id, started, context.clock.now().wall, judged)


def judge(context: Context, polled: Sequence[Polled]) -> tuple[Judged, ...]:
    """Diagnose controllers that were polled together."""
    homes = _registered(p.view for p in polled if p.view is not None)
    return tuple(_judge_one(context, one, polled, homes) for one in polled)


def _poll_all(
    controllers: Sequence[Controller],
    look: Callable[[Controller], Polled],
    on_polled: Callable[[Polled], None],
) -> Mapping[str, Polled]:
    results = {}
    with ThreadPoolExecutor(max_workers=min(THREADS, max(1, len(controllers)))) as pool:
        futures = [pool.submit(look, controller) for controller in controllers]
        for future in as_completed(futures):
            one = future.result()
            results[one.controller.name] = one
            on_polled(one)
    return results


def _judge_one(
    context: Context,
    one: Polled,
    all_polled: Sequence[Polled],
    homes: Mapping[BaseRadioMac, frozenset[str]],
) -> Judged:
    if one.view is None:
        return Judged(one, Diagnosis(), None, None)
    offset_s, sources = _clock_offset(context, one, all_polled)
    elsewhere = {mac for mac, names in homes.items() if names - {one.controller.name}}
    diagnosis = diagnose(
        one.view,
        one.histories,
        context.catalogue,
        DiagnosisContext(
            policy=one.controller.policy,
            clock_offset_s=offset_s,
            clock_sources=sources,
            elsewhere=frozenset(elsewhere),
        ),
    )
    if offset_s is None and one.view.clock is not None:
        return Judged(one, diagnosis, one.view.clock.offset_s, "this host's clock, unverified")
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


def _registered(views: Iterable[ControllerView]) -> Mapping[BaseRadioMac, frozenset[str]]:
    """Where each AP is registered."""
    homes: dict[BaseRadioMac, frozenset[str]] = {}
    for view in views:
        for ap in view.aps or ():
            if ap.state is ApState.REGISTERED:
                homes[ap.mac] = homes.get(ap.mac, frozenset()) | {view.controller}
    return homes
