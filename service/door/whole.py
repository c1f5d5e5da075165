"""One change that somebody asks for by HTTP: done whole or not at all, refusals recorded."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from service.domain.audit import Caller
from service.errors import AprejoinError
from service.usecases.audit import tell_refusals
from service.usecases.context import Context
from service.usecases.held_jobs import HeldJobs

T = TypeVar("T")


def whole(
    context: Context,
    queue: HeldJobs,
    act: Callable[[Context], T],
    *,
    caller: Caller,
    who: str,
    call: str,
) -> T:
    """Do it in one transaction; jobs are handed on once it is durable.

    Args:
        context: the ports, as who asks may see them.
        queue: the one that `act` enqueues to.
        act: does it.
        caller: where it comes from.
        who: whose word it is.
        call: what was asked for, for the audit trail.
    """
    own = replace(context, caller=caller, refusals=[])
    try:
        with own.store.together():
            done = act(own)
    except AprejoinError as err:
        tell_refusals(own, err, who=who, call=call)
        raise
    queue.release()
    return done
