"""Damping: what waits becomes few messages.

One for each controller and kind in a rule's period; what came meanwhile is told together at its
end. What came close together is one message however much it is, and after a storm the channel is
left in peace for the longest period of what the storm was made of. What is critical waits for
neither period, storm nor night: only for `APART_S` after the message before.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.notices.rules import PERIOD_S, Notify, Rule, Severity
from service.domain.notices.words import Words, is_loud

GATHER_S = 15.0
"""So long what is not critical waits for its like."""
APART_S = 30.0
"""Two messages to one channel are at least so far apart."""
LOOK_AGAIN_S = 60.0
"""How often quiet hours are looked at: the inventory may have moved their end."""
STORM = 20
"""From so many at once on it is a storm."""
MOST_LINES = 20
LONGEST_TEXT = 3500
"""Mattermost takes 16,383 characters, Slack 40,000, Discord 2,000: there the end is cut off."""
ANY, NOT_LOUD = "*", "-"
"""Keys of a whole channel: nothing is told, or nothing but what is critical."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a channel is to be told.

    Attributes:
        number: in the order of writing.
        rule: the name of the rule that wants it told.
        kind: as webhooks name it; together with the controller it has one message a period.
        age_s: how long it has waited.
    """

    number: int
    rule: str
    controller: str
    kind: str
    subject: str
    severity: Severity
    words: Words
    age_s: float

    @property
    def key(self) -> str:
        """What has one message a period."""
        return f"{self.controller}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title on one line, and a text."""

    severity: Severity
    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What becomes of the notices that wait.

    Attributes:
        message: what is told now; None: nothing.
        numbers: the notices that it tells.
        blocked: for how long nothing more is told of each key.
        again_s: when to look again, if nothing else comes.
    """

    message: Message | None
    numbers: tuple[int, ...]
    blocked: Mapping[str, float]
    again_s: float


def gather(
    waiting: Sequence[Notice], notify: Notify, blocked: Mapping[str, float], now: datetime
) -> Gathered:
    """What is told now of what waits on one channel.

    Args:
        waiting: oldest first.
        notify: the rules as they are now; a notice of a rule that is gone is told by defaults.
        blocked: seconds for which nothing is told of a key, those above 0 alone.
        now: for the quiet hours.
    """
    waits = [(one, _wait_s(one, notify.rule(one.rule), blocked, now)) for one in waiting]
    ripe = [one for one, wait_s in waits if wait_s <= 0]
    if not ripe:
        soonest = min((wait_s for _, wait_s in waits), default=APART_S)
        return Gathered(None, (), {}, soonest)
    return Gathered(
        _message(ripe, held=len(waiting) - len(ripe), link=notify.link),
        tuple(one.number for one in ripe),
        _blocked(ripe, lambda one: _period_s(notify.rule(one.rule))),
        APART_S,
    )


def _wait_s(one: Notice, rule: Rule | None, blocked: Mapping[str, float], now: datetime) -> float:
    apart_s = blocked.get(ANY, 0.0)
    if is_loud(one.severity):
        return max(apart_s, blocked.get(one.key, 0.0))
    if rule is not None and rule.quiet is not None and rule.quiet.holds(now):
        return LOOK_AGAIN_S
    held_s = max(blocked.get(one.key, 0.0), blocked.get(NOT_LOUD, 0.0))
    return max(apart_s, held_s, GATHER_S - one.age_s)


def _period_s(rule: Rule | None) -> float:
    return PERIOD_S if rule is None else rule.period_s


def _blocked(ripe: Sequence[Notice], period_s: Callable[[Notice], float]) -> dict[str, float]:
    found: dict[str, float] = {ANY: APART_S}
    for one in ripe:
        found[one.key] = max(found.get(one.key, 0.0), period_s(one))
    if len(ripe) >= STORM:
        found = {ANY: APART_S, NOT_LOUD: max(found.values())}
        found |= {one.key: period_s(one) for one in ripe if is_loud(one.severity)}
    return found


def _message(ripe: Sequence[Notice], *, held: int, link: str | None) -> Message:
    if len(ripe) == 1:
        words, first = ripe[0].words, ripe[0]
        return Message(first.severity, first.kind, words.title, words.text[:LONGEST_TEXT])
    ordered = sorted(_newest(ripe), key=lambda one: (-one.severity, one.number))
    worst = ordered[0]
    where = len({one.controller for one in ripe})
    places = worst.controller if where == 1 else f"{where} controllers"
    title = f"{worst.severity.word}: {len(ripe)} notices of {places}"
    lines = [one.words.title for one in ordered[:MOST_LINES]]
    if len(ordered) > MOST_LINES:
        lines.append(f"and {len(ordered) - MOST_LINES} more")
    counts = Counter(one.kind for one in ripe)
    lines += ["", "All: " + ", ".join(f"{number} {kind}" for kind, number in counts.most_common())]
    lines += [line for line in worst.words.lines if line.startswith("Next: ")]
    if held:
        lines.append(f"{held} more are held back and follow in a digest.")
    if link:
        lines.append(f"Page: {link}/")
    return Message(worst.severity, worst.kind, title, "\n".join(lines)[:LONGEST_TEXT])


def _newest(ripe: Sequence[Notice]) -> list[Notice]:
    """The newest word on each subject: what was found and is gone again is one line."""
    found: dict[tuple[str, str], Notice] = {}
    for one in ripe:
        before = found.get((one.controller, one.subject))
        if before is None or not is_loud(before.severity) or is_loud(one.severity):
            found[one.controller, one.subject] = one
    return list(found.values())
