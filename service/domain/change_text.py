"""What a change says of a plan, and when it is planned: texts for the people who approve it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from service.domain.policy import Policy, open_window

Document: TypeAlias = Mapping[str, object]
Risk: TypeAlias = Literal["low", "moderate", "high"]

GRAIN = timedelta(minutes=5)
"""How exactly a schedule is found between the windows of a policy."""
NO_UNDO = "(nothing to take back)"


def schedule(
    policy: Policy, zone: ZoneInfo, now: datetime, expires: datetime
) -> tuple[datetime, datetime]:
    """When a plan may be carried out: now until it lapses, within the first window of the policy.

    Where none holds for as long as a dead-man's switch before the plan lapses, the whole time.
    """
    lasts = timedelta(seconds=policy.dead_man_after_s)
    start = next((at for at in _moments(now, expires) if _holds(policy, zone, at, at + lasts)), now)
    end = expires
    if policy.clock_windows:
        fits = (at for at in _moments(start, expires) if _holds(policy, zone, start, at))
        end = max(fits, default=expires)
    return start, end if end > start else expires


def _moments(first: datetime, last: datetime) -> Iterator[datetime]:
    at = first
    while at <= last:
        yield at
        at += GRAIN


def _holds(policy: Policy, zone: ZoneInfo, start: datetime, end: datetime) -> bool:
    return open_window(policy, start, end, zone) is not None


def title_of(plan: Document) -> str:
    """One line: what is done where, and why."""
    return f"{plan['controller']}: {plan['strategy']} for {plan['issue']}"


def text_of(plan: Document) -> str:
    """What it is about: the access points, and how the plan is found."""
    aps = _listed(plan, "aps")
    names = ", ".join(str(ap.get("name") or ap.get("mac")) for ap in aps[:20])
    more = f" and {len(aps) - 20} more" if len(aps) > 20 else ""  # noqa: PLR2004 - one line
    return (
        f"{len(aps)} access point(s) are kept off {plan['controller']} by {plan['issue']}: "
        f"{names or 'none by name'}{more}.\n"
        f"aprejoin proposes {plan['strategy']}. The plan's digest is {plan['digest']}; it holds "
        f"until {plan['expires']}. Every payload is in the attached plan.\n"
        "Work begins by itself once this change is approved and within its planned window, and "
        "ends with everything put back if the approval is withdrawn or the window runs out."
    )


def steps_of(plan: Document) -> str:
    """Every step with exactly what is sent."""
    return "\n".join(_told(plan, "payloads", "(only looks)"))


def way_back_of(plan: Document) -> str:
    """What puts each step back, newest first, and what a person types if nobody else does."""
    lines = [*reversed(list(_told(plan, "undo", NO_UNDO)))]
    by_hand = [str(line) for line in _texts(plan, "by_hand")]
    return "\n".join([*lines, *(["By hand:", *by_hand] if by_hand else [])])


def checks_of(plan: Document) -> str:
    """How it is proven that all is well."""
    summaries = [f"{one.get('name')}: {one.get('summary')}" for one in _listed(plan, "steps")]
    return "\n".join(one for one in summaries if one.startswith(("verify", "wait")))


def impact_of(plan: Document) -> str:
    """What it may do to others."""
    return "\n".join(_texts(plan, "impact"))


def risk_of(plan: Document) -> Risk:
    """By what the way chosen costs: a reload is high, a false clock moderate, the rest low."""
    chosen = [
        one for one in _listed(plan, "alternatives") if one.get("name") == plan.get("strategy")
    ]
    cost = chosen[0] if chosen else {}
    if _number(cost, "reloads"):
        return "high"
    return "moderate" if _number(cost, "false_time_at_most_s") else "low"


def _told(plan: Document, key: str, nothing: str) -> Iterator[str]:
    for number, step in enumerate(_listed(plan, "steps"), 1):
        on = f" on {step['controller']}" if step.get("controller") else ""
        lines = _texts(step, key) or [nothing]
        yield f"{number}. {step.get('name')}{on}: {step.get('summary')}\n" + "\n".join(lines)


def _listed(document: Document, key: str) -> list[Document]:
    found = document.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _texts(document: Document, key: str) -> list[str]:
    found = document.get(key)
    return [str(one) for one in found] if isinstance(found, list) else []


def _number(document: Document, key: str) -> float:
    found = document.get(key)
    return float(found) if isinstance(found, int | float) else 0.0
