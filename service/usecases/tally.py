"""Count what the engine did, for monitoring. Nothing hangs on it: a count may be lost, work not."""

from bisect import bisect_left
from collections.abc import Iterable

from service.domain.remediation import Run
from service.domain.signals import Ended, changes_settled, ended_as, steps_ended
from service.ports.signals import (
    CHANGES,
    FALSE_SECONDS,
    REMEDIATIONS,
    STEP_SECONDS,
    STEPS,
    Added,
)
from service.usecases.context import Context
from service.usecases.progress import Progress

BUCKETS_S = (1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0)
"""From one request to the longest wait for access points that the policy has by itself."""
BEYOND = "+Inf"


def tally(context: Context, remediation: str, progress: Progress) -> None:
    """Count what one move wrote into the journal. Raises StoreError: it is not counted."""
    added = [Added(CHANGES, (outcome,)) for outcome in changes_settled(progress.noted)]
    ended = ended_as(progress.noted)
    run = Run(context.store.journal(remediation)) if progress.noted else None
    if run is not None:
        added += [one for step in steps_ended(run, progress.noted) for one in _of_step(step)]
    if run is not None and ended is not None:
        added.append(Added(REMEDIATIONS, (run.charter.purpose, ended)))
    if added:
        context.store.add_up(_together(added))


def bucket_of(seconds: float) -> str:
    """The upper bound of the bucket that a duration falls into."""
    place = bisect_left(BUCKETS_S, seconds)
    return BEYOND if place == len(BUCKETS_S) else str(BUCKETS_S[place])


def _of_step(ended: Ended) -> Iterable[Added]:
    yield Added(STEPS, (ended.step, ended.outcome, bucket_of(ended.took_s)))
    yield Added(STEP_SECONDS, (ended.step, ended.outcome), ended.took_s)
    if ended.false_s:
        yield Added(FALSE_SECONDS, (), ended.false_s)


def _together(added: Iterable[Added]) -> list[Added]:
    """One addition to each sum: a statement may name a row only once."""
    whole: dict[tuple[str, tuple[str, ...]], float] = {}
    for one in added:
        key = (one.name, one.labels)
        whole[key] = whole.get(key, 0.0) + one.by
    return [Added(name, labels, by) for (name, labels), by in whole.items()]
