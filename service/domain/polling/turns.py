"""Whose turn it is: how often schedules poll one controller, by how it fares and how it bears it.

Three classes: *troubled* has findings, *watched* has access points that stopped serving lately,
*healthy* is the rest; the policy says every how many turns of a schedule each is polled. One that
takes far longer to answer than it usually does, or says that its processor is busy, is polled half
as often, and again half as often, until neither is so; and none spends more of its time on our
scheduled polls than its share.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.diagnosis import Diagnosis
from service.domain.history import ApHistory
from service.domain.observation import ApState, ControllerView
from service.domain.policy import Policy
from service.domain.polling.choosing import share_of

LATELY = timedelta(days=1)
"""Access points that have been away for longer than that keep no controller watched."""
STRAINED_FACTOR, STRAINED_S = 3.0, 2.0
"""An answer is far slower than usual beyond both: so many times as long, and so much longer."""
MOST_STRAINED = 6
PERCENT = 100
LEARNS = 0.2
"""How much one answer counts for what is usual."""
STEPS = 12
"""A schedule that spreads looks that often in each interval whose turn it is."""


class Grade(StrEnum):
    """How a controller fares."""

    TROUBLED = "troubled"
    WATCHED = "watched"
    HEALTHY = "healthy"


@dataclass(frozen=True, slots=True)
class PollTurn:
    """The newest poll of a controller, as far as the next one's time hangs on it.

    Attributes:
        busy_s: how long it took, login to logout.
        answer_s: how long one small answer took, the resolution of the clock included.
        usual_s: what that is usually.
        strained: how many polls in a row answered far slower than usual, or found it busy.
        at_s, now_s: the store's time of it, and of the read; None: it was another clock's.
    """

    controller: str
    grade: Grade
    busy_s: float
    answer_s: float
    usual_s: float
    strained: int = 0
    at_s: float | None = field(default=None, compare=False)
    now_s: float = field(default=0.0, compare=False)


def grade_of(diagnosis: Diagnosis, histories: Iterable[ApHistory], view: ControllerView) -> Grade:
    """The class of a controller after a poll."""
    if diagnosis.findings:
        return Grade.TROUBLED
    lately = view.read_at - LATELY
    moves = any(_stopped_lately(past, lately) for past in histories)
    return Grade.WATCHED if moves else Grade.HEALTHY


def _stopped_lately(past: ApHistory, lately: datetime) -> bool:
    if past.last.state is ApState.DOWNLOADING:
        return past.last_seen > lately
    return past.failing_since is not None and past.failing_since > lately


def is_loaded(load_percent: int | None, policy: Policy) -> bool:
    """Whether a controller is too busy to be polled as often; one that does not tell is not."""
    if load_percent is None or not policy.busy_at:
        return False
    return load_percent / PERCENT >= policy.busy_at


def after(
    before: PollTurn | None,
    controller: str,
    grade: Grade,
    *,
    busy_s: float,
    answer_s: float,
    loaded: bool = False,
) -> PollTurn:
    """The turn after one more poll; a slow answer does not make slowness usual at once."""
    if before is None:
        return PollTurn(controller, grade, busy_s, answer_s, answer_s, int(loaded))
    slow = answer_s > max(before.usual_s * STRAINED_FACTOR, before.usual_s + STRAINED_S)
    usual = before.usual_s + LEARNS * (min(answer_s, before.usual_s * 2) - before.usual_s)
    strained = min(before.strained + 1, MOST_STRAINED) if slow or loaded else 0
    return replace(
        before, grade=grade, busy_s=busy_s, answer_s=answer_s, usual_s=usual, strained=strained
    )


def wait_s(turn: PollTurn, policy: Policy, every_s: float) -> float:
    """How far a controller's scheduled polls are to be apart."""
    turns = {
        Grade.TROUBLED: policy.troubled_every,
        Grade.WATCHED: policy.watched_every,
        Grade.HEALTHY: policy.healthy_every,
    }[turn.grade]
    slowed = every_s * turns * 2**turn.strained
    patient = max(every_s * turns, min(slowed, policy.longest_backoff_s))
    within_share = turn.busy_s / policy.poll_share if policy.poll_share else 0.0
    return float(max(patient, within_share))


def is_turn(
    turn: PollTurn | None, policy: Policy, every_s: float, *, is_spread: bool = False
) -> bool:
    """Whether a schedule polls a controller now.

    Never later than one look of the schedule after `wait_s` ran out. With `is_spread` each has its
    own moment in the interval, told by its name; as that moves when the interval grows, a strained
    one is left alone for half of the interval at least, which is no less than it was before.
    """
    if turn is None or turn.at_s is None:
        return True
    wait, ago_s = wait_s(turn, policy, every_s), turn.now_s - turn.at_s
    if is_spread:
        first_s = share_of(turn.controller) * wait
        is_left_alone = turn.strained > 0 and ago_s < wait / 2
        return not is_left_alone and (turn.now_s + first_s) // wait > (turn.at_s + first_s) // wait
    return wait <= every_s or ago_s >= wait - every_s / 2


def step_s(every_s: float, *, is_spread: bool) -> float:
    """How often a schedule looks whose turn it is."""
    return every_s / STEPS if is_spread else every_s
