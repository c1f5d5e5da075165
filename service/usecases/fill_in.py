"""Fill in what pages show of the fleet, where a version that did not know them kept the words.

A bounded number of controllers in a transaction, each whole or not at all: whoever dies meanwhile
leaves the rest to the next turn. The store says whose turn it is.
"""

from service.usecases.context import Context

EVERY_S = 60.0
AT_ONCE, MOST_TIMES = 50, 40


def fill_in(context: Context) -> int:
    """Make what is missing of the newest words; of how many controllers."""
    if not context.store.take_tick("fleet-view.fill", apart_s=EVERY_S):
        return 0
    done = 0
    for _ in range(MOST_TIMES):
        some = context.store.fill_fleet_view(most=AT_ONCE)
        done += some
        if some < AT_ONCE:
            break
    return done
