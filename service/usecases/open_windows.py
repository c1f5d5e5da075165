"""Open windows: look at every clock that is false now, and tell what time alone makes news.

That a window was opened or closed is told from its journal. Here it is told that one stands too
long, or that what guards it is near its end; also while nothing moves in the journal any more.
"""

from service.domain.guardians import living
from service.domain.open_windows import open_window, open_window_news
from service.domain.remediation import Run
from service.domain.webhooks import Happening
from service.usecases.context import Context
from service.usecases.hand_out import hand_out

EVERY_S = 10.0
"""How often they are looked at: each look reads the journals of all unfinished remediations."""


def look_at_windows(context: Context) -> int:
    """Write down what is new of open windows, if it is time; how many deliveries that gave."""
    store, now = context.store, context.clock.now()
    if not store.take_tick("windows.look", apart_s=EVERY_S):
        return 0
    guarding = len(living(store.guardians()))
    happened: list[Happening] = []
    for row in store.remediations(unfinished=True):
        found = open_window(row.id, Run(store.journal(row.id)), now, guarding=guarding)
        if found is not None:
            happened.extend(open_window_news(found, now.wall))
    if not happened:
        return 0
    with store.together():
        return hand_out(context, store.webhooks(), happened)
