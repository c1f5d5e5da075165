"""APs that nobody waits for and that the false clock hits all the same.

A plan counts those that could not rejoin, by their age. This watches whether it was right: an AP
outside of the finding that joined before and now fails in the handshake, again and again, is one
that the window keeps off. An AP that is merely gone says nothing: it may have been unplugged.
Releases without join statistics (before 17.6) show no such AP.
"""

from service.domain.instants import Instant
from service.domain.observation import ApSighting, ApState, ControllerView, JoinPhase
from service.domain.remediation import Run

BEFORE, KEPT_OFF = "failing-before", "kept-off"
HANDSHAKE = frozenset({JoinPhase.DTLS, JoinPhase.JOIN})


def failing(run: Run, view: ControllerView) -> str:
    """The APs outside of the finding that fail in the handshake, as one text."""
    wanted = {ap.mac for ap in run.charter.aps}
    return " ".join(
        sorted(str(ap.mac) for ap in view.aps or () if ap.mac not in wanted and _fails(ap))
    )


def news(step: str, run: Run, view: ControllerView) -> dict[str, str]:
    """What has to be remembered of them: who failed before, and who fails since."""
    known, now = run.facts(step), failing(run, view)
    if BEFORE not in known:
        return {BEFORE: now, KEPT_OFF: ""}
    since = " ".join(sorted(set(now.split()) - set(known[BEFORE].split())))
    return {} if known.get(KEPT_OFF) == since else {KEPT_OFF: since}


def kept_off(step: str, run: Run, now: Instant) -> str | None:
    """Why the window has to close for their sake, or None."""
    policy, macs = run.charter.policy, run.facts(step).get(KEPT_OFF, "").split()
    since = run.when(step, KEPT_OFF)
    if len(macs) <= policy.max_at_risk_aps or since is None:
        return None
    if run.elapsed_s(since, now) < policy.stay_registered_s:
        return None
    return f"{len(macs)} other APs cannot rejoin while the window is open: {', '.join(macs[:5])}"


def _fails(ap: ApSighting) -> bool:
    return ap.state is ApState.NOT_JOINED and ap.failure_phase in HANDSHAKE
