"""The ways to mend a finding, mildest first: for each its cost, its risk and its undo, in words.

What a way costs in numbers follows from its plan (`estimates.py`); what is here holds for every
controller.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.domain.catalogue import Cause, Issue
from service.domain.plan import Alternative
from service.domain.policy import ALL_STRATEGIES, Policy
from service.domain.strategies.names import (
    CLOCK_REPAIR,
    CLOCK_WINDOW,
    EXPIRED_CERT_OVERRIDE,
    FIXED_SOFTWARE,
    STAGING_CONTROLLER,
)
from service.domain.surroundings import Disturbance

NOTHING = "nothing"
"""The way that changes nothing: no strategy, and never in a policy's list of them."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of a way before a controller is looked at.

    Attributes:
        disturbance: what its surroundings see of it.
    """

    cost: str
    risk: str
    undo: str
    disturbance: Disturbance = Disturbance.NONE


WAYS: Mapping[str, Way] = {
    NOTHING: Way(
        cost="none",
        risk="none here; an AP that needs an image later meets the same trouble (see forecast)",
        undo="nothing to undo",
    ),
    EXPIRED_CERT_OVERRIDE: Way(
        cost="the controller accepts expired certificates from then on",
        risk="low: a weaker certificate policy stays in force for every AP",
        undo="exact: the rules that were turned go back, in one change",
    ),
    FIXED_SOFTWARE: Way(
        cost="software is installed; APs reload with the new image",
        risk=(
            "high while it runs: the controller or its APs reload, and an AP without a copy of the "
            "version that it falls back to is stranded"
        ),
        undo=(
            "until it is committed, back to the committed software; from a release whose patch "
            "fails, back to the one of before (`after_base`); afterwards another install"
        ),
        disturbance=Disturbance.RELOAD,
    ),
    STAGING_CONTROLLER: Way(
        cost="APs move to another controller and back: they are off for a while twice",
        risk="medium: an AP that does not come back is on the other controller, or on none",
        undo="each AP's captured controller settings are put back; an AP moves by joining anew",
        disturbance=Disturbance.RELOAD,
    ),
    CLOCK_REPAIR: Way(
        cost="the controller's clock jumps to true time, once",
        risk="low: time jumps once, for everything that counts on it; it is true afterwards",
        undo="added NTP servers are taken off; a wrong time is never set again",
        disturbance=Disturbance.JUMP,
    ),
    CLOCK_WINDOW: Way(
        cost=(
            "the controller shows a false date until the APs are back: logs, analytics and every "
            "check of a date are off"
        ),
        risk=(
            "high: while the clock is false, dates are wrong for everything on the controller, and "
            "an AP with a younger certificate cannot rejoin"
        ),
        undo="time first, then NTP; the controller's own timer, or guardians, if we are lost",
        disturbance=Disturbance.FALSE_TIME,
    ),
}
ORDER = (NOTHING, *ALL_STRATEGIES)
COSTS: Mapping[str, str] = {name: WAYS[name].cost for name in ORDER}


def way(name: str, is_applicable: bool, reason: str) -> Alternative:  # noqa: FBT001
    """A way with what holds of it on every controller."""
    found = WAYS[name]
    return Alternative(name, is_applicable, reason, found.cost, risk=found.risk, undo=found.undo)


def strategies_for(issue: Issue, policy: Policy) -> Iterator[Alternative]:
    """Every strategy with whether it may be used for an issue, before a controller is looked at."""
    for name in ALL_STRATEGIES:
        blocked = why_not(name, issue, policy)
        yield way(name, blocked is None, blocked or "to be planned")


def why_not(name: str, issue: Issue, policy: Policy) -> str | None:
    """Why a strategy is out of the question whatever the controller looks like; None: it is not."""
    if name == EXPIRED_CERT_OVERRIDE and issue.cause is Cause.IMAGE_CERTIFICATE:
        return "the AP itself checks the image's certificate: no controller policy reaches it"
    if name not in issue.strategies:
        return f"does not mend {issue.name}"
    return None if name in policy.strategies else "the policy does not allow it"
