"""The mobility tunnels of a controller that gets new software: noted before, compared afterwards.

A tunnel that was down before counts for nothing. Where nobody tells how the tunnels are, before or
afterwards, that is said, and nothing is judged by them.
"""

from service.domain.mobility import addresses_up
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run

TUNNELS = "tunnels"
"""Names the fact: the addresses of the peers whose tunnel is up; absent: nobody told."""


def noted(view: ControllerView) -> dict[str, str]:
    """What is remembered of the tunnels before anything changes."""
    return {} if view.peers is None else {TUNNELS: " ".join(addresses_up(view.peers))}


def told(view: ControllerView) -> str:
    """How many are up, for people; empty: there are none to tell of."""
    if view.peers is None:
        return f"mobility peers: not known ({view.unknown.get(Topic.MOBILITY, 'nobody tells')})"
    return f"mobility peers: {len(addresses_up(view.peers))} up" if view.peers else ""


def down_since(run: Run, step: str, view: ControllerView) -> tuple[str, ...]:
    """The tunnels that were up when a step noted them, and are not now; none where nobody tells."""
    if view.peers is None:
        return ()
    now = addresses_up(view.peers)
    return tuple(one for one in run.facts(step).get(TUNNELS, "").split() if one not in now)


def not_told(run: Run, step: str, view: ControllerView) -> bool:
    """Whether tunnels that were up cannot be seen now."""
    return view.peers is None and bool(run.facts(step).get(TUNNELS))
