"""What a finding sets going by itself: nothing, a plan, or a remediation; and when nothing yet.

Never twice for the same trouble: not while something is asked for or under way, not soon after it
was tried, and not at all where a person is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from service.domain.catalogue import Catalogue, Cause
from service.domain.finding import Confidence, Finding
from service.domain.journal import FinalState
from service.domain.policy import Policy

REPLAN_S = 3600.0
"""How soon a plan is asked for again after a question that led to none."""
PlanStands: TypeAlias = Literal["none", "queued", "holds", "fruitless"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of earlier work on one controller.

    Attributes:
        under_way: a remediation is open, or waits to begin.
        ended: how the newest remediation ended, and how long ago.
        plan: what became of the newest question for a plan, and how long ago that was asked.
    """

    under_way: bool = False
    ended: FinalState | None = None
    ended_ago_s: float = 0.0
    plan: PlanStands = "none"
    plan_ago_s: float = 0.0


def worth_mending(findings: Iterable[Finding], catalogue: Catalogue) -> Finding | None:
    """The surest finding that may be acted on without a person; None: there is none.

    A mere suspicion takes somebody who accepts it, and a wrong clock always takes a person.
    """
    sure = [
        finding
        for finding in findings
        if finding.aps and finding.confidence is not Confidence.SUSPECTED
        if (issue := catalogue.get(finding.issue)) and issue.cause is not Cause.CLOCK
    ]
    return max(sure, key=lambda finding: finding.confidence.rank, default=None)


def why_left(policy: Policy, standing: Standing) -> str | None:
    """Why nothing is to be set going now; None: it is.

    A clock that went back since makes an end look like one that is still to come: that is lately.
    """
    if standing.under_way:
        return "a remediation is under way, or waits to begin"
    if standing.ended == "needs-attention":
        return "the last remediation needs attention: a person has to look first"
    if standing.ended is not None and standing.ended_ago_s < policy.retry_after_s:
        ago_s = max(0.0, standing.ended_ago_s)
        return (
            f"the last remediation ended as {standing.ended} {ago_s:.0f} s ago; "
            f"not again before {policy.retry_after_s:g} s"
        )
    return _why_no_plan(policy, standing)


def _why_no_plan(policy: Policy, standing: Standing) -> str | None:
    if standing.plan == "queued":
        return "a plan is being worked out"
    if standing.plan == "holds" and policy.on_finding == "plan":
        return "a plan is there already"
    if standing.plan == "fruitless" and standing.plan_ago_s < REPLAN_S:
        return "the last question for a plan led to none"
    return None
