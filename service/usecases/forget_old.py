"""Forget what is old: states of access points are folded, then dropped; the long absent leave.

A bounded number of rows in a transaction, and of transactions in a turn: what is left has the next
turn. Whoever nudges or sweeps may call; the store says whose turn it is.
"""

from collections.abc import Callable
from datetime import timedelta

from service.domain.retention import FOLD_AFTER, Forgotten
from service.usecases.context import Context

EVERY_S = 3600.0
AT_ONCE, MOST_TIMES = 500, 10


def forget_old(context: Context) -> Forgotten | None:
    """Fold and drop; None: it is nobody's turn yet."""
    store, kept = context.store, context.retention
    if not store.take_tick("observations.forget", apart_s=EVERY_S):
        return None
    now = context.clock.now().wall
    states, absent = now - timedelta(days=kept.states), now - timedelta(days=kept.absent)
    return Forgotten(
        spells=_in_parts(lambda: store.forget_spells(before=states, most=AT_ONCE)),
        folded=_in_parts(lambda: store.fold_spells(before=now - FOLD_AFTER, most=AT_ONCE)),
        aps=_in_parts(lambda: store.forget_absent(before=absent, most=AT_ONCE)),
    )


def _in_parts(part: Callable[[], int]) -> int:
    done = 0
    for _ in range(MOST_TIMES):
        some = part()
        done += some
        if some < AT_ONCE:
            break
    return done
