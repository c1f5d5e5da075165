"""What was carried out lately and did not help: proposing it again would only bar another way."""

from collections.abc import Iterable
from datetime import timedelta

from service.domain.identity import BaseRadioMac
from service.domain.instants import TrueTime
from service.domain.plan import Situation, Tried

UNHELPED_FOR = timedelta(days=30)
"""How long an AP that a strategy did not help is not proposed it again, on the same release."""


def unhelped(situation: Situation, true_time: TrueTime, strategy: str) -> dict[BaseRadioMac, Tried]:
    """For each AP that the strategy did not help lately, on this release, when that was."""
    found: dict[BaseRadioMac, Tried] = {}
    for tried in situation.tried:
        lately = true_time.at - tried.at < UNHELPED_FOR
        same = tried.release == (situation.view.release or "")
        if tried.strategy == strategy and lately and same:
            for mac in tried.aps:
                found.setdefault(mac, tried)
    return found


def why_not_again(tried: Iterable[Tried]) -> str:
    """The reason for people, by the newest of them."""
    newest = max(tried, key=lambda one: one.at)
    return (
        f"it did not help these APs: remediation {newest.remediation} of "
        f"{newest.at:%Y-%m-%d %H:%M} UTC waited in vain on release {newest.release}; it is "
        f"proposed again on another release, or after {UNHELPED_FOR.days} days"
    )
