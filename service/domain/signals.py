"""What monitoring is told of the fleet: the newest poll in a few numbers, and false time.

Everything in here is small on purpose: it is read whenever somebody scrapes, for every controller.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.domain.changes import SetClock
from service.domain.finding import Finding
from service.domain.instants import Instant
from service.domain.journal import (
    Closed,
    Continued,
    Entry,
    HomeCalled,
    Opened,
    Settled,
    StepDone,
    StepFailed,
)
from service.domain.observation import Certificate, ControllerView
from service.domain.polling.turns import PollTurn
from service.domain.remediation import Run

TRUE_AGAIN = "set-true-time"
"""The step after which the clock is true: a test holds it against the step's own name."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One finding in numbers."""

    issue: str
    confidence: str
    aps: int


@dataclass(frozen=True, slots=True)
class Signs:
    """One controller's newest poll in a few numbers.

    Attributes:
        offset_s: its clock minus true time, or minus the worker's clock where nothing vouched for
            true time (`vouched` is false then); None: not read.
        synchronised: by NTP; None: it did not tell.
        aps: how many APs are in each state.
        load_percent: how busy its processor was; None: it did not tell.
        own_end: when the first of the certificates that APs may be shown ends; None: not known.
        ap_end: the same of its APs' own certificates; between whole polls one that left may count.
    """

    controller: str
    read_at: datetime
    offset_s: float | None = None
    vouched: bool = False
    synchronised: bool | None = None
    stuck: tuple[Stuck, ...] = ()
    aps: dict[str, int] = field(default_factory=dict)
    own_end: datetime | None = None
    ap_end: datetime | None = None
    load_percent: int | None = None


def signs_of(
    view: ControllerView,
    findings: Iterable[Finding],
    offset_s: float | None,
    before: Signs | None,
    *,
    vouched: bool,
) -> Signs:
    """A poll in numbers; certificates that it did not read are as they were known before."""
    aps = view.aps or ()
    ends = [ap.certificate_end for ap in aps if ap.certificate_end is not None]
    made = Signs(
        view.controller,
        view.read_at,
        offset_s,
        vouched,
        None if view.ntp_state is None else view.ntp_state.synchronised,
        tuple(Stuck(one.issue, one.confidence.value, len(one.aps)) for one in findings),
        dict(Counter(ap.state.value for ap in aps)),
        _first_end(view.certificates or ()),
        min(ends, default=None),
        view.load_percent,
    )
    if before is None:
        return made
    own_end = before.own_end if view.certificates is None else made.own_end
    return replace(made, own_end=own_end, ap_end=_ap_end(view, made.ap_end, before.ap_end))


def _ap_end(
    view: ControllerView, told: datetime | None, before: datetime | None
) -> datetime | None:
    """The first end of an AP's certificate: of whoever is as it is kept, as it was known before."""
    if view.aps is None:
        return before
    ends = [told, before] if view.kept else [told]
    return min((end for end in ends if end is not None), default=None)


def _first_end(certificates: Iterable[Certificate]) -> datetime | None:
    """Of those that APs are shown, or may be shown."""
    shown = (one for one in certificates if not one.is_ca and one.for_join is not False)
    return min((one.not_after for one in shown if one.not_after is not None), default=None)


# -- false time --------------------------------------------------------------------------------


def false_since(run: Run) -> Instant | None:
    """When the clock was, or may have been, set to the false moment; None: it is true time again.

    By the journal's word: where the box went home by itself, this ends with the look that saw it.
    """
    since: Instant | None = None
    sent = {one.seq: one for one in run.sent}
    for entry in run.journal:
        one = sent.get(entry.seq)
        if one is not None and isinstance(one.change, SetClock) and one.change.is_false:
            since = since or (one.at if one.may_have_happened else None)
        if isinstance(entry.event, StepDone) and entry.event.step == TRUE_AGAIN:
            since = None
    return since


# -- what the engine did -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ended:
    """One step that ended.

    Attributes:
        outcome: done or failed.
        took_s: since the step before it ended, or the leg began; waits are part of it.
        false_s: how long the clock was false, of the step that ended that; else 0.
    """

    step: str
    outcome: str
    took_s: float
    false_s: float = 0.0


def steps_ended(run: Run, noted: Sequence[Entry]) -> tuple[Ended, ...]:
    """The steps that ended with some entries of a journal."""
    wanted = {one.seq for one in noted if isinstance(one.event, StepDone | StepFailed)}
    found, before = [], run.journal[0]
    for entry in run.journal:
        event = entry.event
        if isinstance(event, StepDone | StepFailed) and entry.seq in wanted:
            outcome = "done" if isinstance(event, StepDone) else "failed"
            false_s = _false_s(run, entry) if event.step == TRUE_AGAIN else 0.0
            took_s = max(0.0, entry.at.seconds_since(before.at))
            found.append(Ended(event.step, outcome, took_s, false_s))
        if isinstance(event, StepDone | StepFailed | HomeCalled | Opened | Continued):
            before = entry
    return tuple(found)


def _false_s(run: Run, ended: Entry) -> float:
    """How long the clock was false when a step set it true; 0: it was not, or is not true yet."""
    if not isinstance(ended.event, StepDone):
        return 0.0
    earlier = [one for one in run.journal if one.seq < ended.seq]
    since = false_since(Run(earlier))
    return 0.0 if since is None else max(0.0, ended.at.seconds_since(since))


def changes_settled(noted: Iterable[Entry]) -> tuple[str, ...]:
    """What became of each change that was sent."""
    return tuple(one.event.outcome for one in noted if isinstance(one.event, Settled))


def ended_as(noted: Iterable[Entry]) -> str | None:
    """How the remediation ended with these entries; None: it did not."""
    ends = [one.event.state for one in noted if isinstance(one.event, Closed)]
    return ends[-1] if ends else None


# -- the whole ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ControllerSignals:
    """What is known of one controller of the inventory.

    Attributes:
        reachable: None: nobody has polled it yet.
        signs: its newest poll that could be read; None: there was none.
        turn: when and how it was polled last by a sweep; None: never.
        false_s: for how long its clock has been false on our account; None: it is not.
        attention: its newest remediation ended as needs-attention, or was left by everybody.
    """

    name: str
    platform: str
    reachable: bool | None
    signs: Signs | None
    turn: PollTurn | None
    false_s: float | None
    attention: bool
