"""Whether an AP that has not joined here serves on another controller, by what polls kept.

A sweep of the whole fleet sees that itself. A plan, or a sweep of a few, looks at what was seen of
the others last: it counts for as long as a reading of a clock does, and only if nobody saw the AP
try here since.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from service.domain.history import THERE, ApHistory, is_failing, is_there
from service.domain.identity import BaseRadioMac
from service.usecases.context import Context
from service.usecases.poll import Polled

RECENT = timedelta(minutes=15)


def serving_elsewhere(
    context: Context, one: Polled, polled: Iterable[str]
) -> frozenset[BaseRadioMac]:
    """The APs of one controller that another one, which was not polled with it, was seen to serve.

    Args:
        context: the ports.
        one: a controller with what polls saw of its APs.
        polled: the controllers that were polled together: these are known better.
    """
    here = {
        mac: past
        for mac, past in one.histories.items()
        if past.last.state not in THERE and is_failing(past.last)  # nearly all are there
    }
    others = set(context.inventory.names) - set(polled) - {one.controller.name}
    if one.view is None or not here or not others:
        return frozenset()
    told = context.store.sightings(here, on=others)
    return frozenset(_serving(here, told, one.view.read_at))


def _serving(
    here: dict[BaseRadioMac, ApHistory], there: Iterable[ApHistory], now: datetime
) -> Iterator[BaseRadioMac]:
    for past in there:
        tried = here[past.mac].attempt_at
        is_recent = timedelta(0) <= now - past.last_seen <= RECENT
        if is_there(past.last) and is_recent and (tried is None or tried <= past.last_seen):
            yield past.mac
