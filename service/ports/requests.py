"""What was asked of the service and is not done yet, and when workers are to look after it.

The broker only nudges; these rows say what there is to do. Every method is one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

Document: TypeAlias = Mapping[str, object]
SweepState: TypeAlias = Literal["queued", "running", "finished", "failed"]
PlanState: TypeAlias = Literal["queued", "done", "failed"]


class Kind(StrEnum):
    """What can be due."""

    SWEEP = "sweep"
    PART = "part"
    PLAN = "plan"
    REMEDIATION = "remediation"
    CAMPAIGN = "campaign"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Due:
    """Something that workers are to do, and not before its time.

    Attributes:
        in_s: seconds until then, by the store's time as of the read; 0 or less: it is time. Minus
            infinity: it was said before the store's host booted.
        correlation: the request that it goes back to, as `Correlation.text`; empty: none.
        said_at: when it is, on which clock, as it was written: tells this saying from a later one.
    """

    kind: Kind
    id: str
    in_s: float
    why: str = ""
    correlation: str = field(default="", compare=False)
    said_at: tuple[str, float] = field(default=("", 0.0), compare=False)

    @property
    def is_due(self) -> bool:
        """Whether it is time."""
        return self.in_s <= 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a list that runs from new to old."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Only:
    """Which entries of a list are wanted; None: whatever they say there.

    A list whose entries say nothing of something does not look at it.
    """

    state: str | None = None
    asked_by: str | None = None
    controller: str | None = None
    issue: str | None = None


ALL = Only()


@dataclass(frozen=True, slots=True)
class AskedSweep:
    """A sweep that was asked for, or that somebody made.

    Attributes:
        asked_by: a token's name, a schedule, or empty for a sweep by command.
    """

    id: str
    at: datetime
    asked_by: str
    controllers: tuple[str, ...]
    state: SweepState = "queued"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the newest sweep said of one controller."""

    controller: str
    sweep: str
    at: datetime
    document: Document


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """What became of the question for a plan.

    Attributes:
        digest: empty where there is no plan; the document has the reason.
        document: as the command line prints it; None where the question failed.
    """

    state: PlanState
    digest: str = ""
    expires: datetime | None = None
    document: Document | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AskedPlan:
    """A plan that was asked for."""

    id: str
    at: datetime
    asked_by: str
    controller: str
    issue: str | None = None
    strategy: str | None = None
    accept_suspected: bool = False
    save_pending: bool = False
    answer: PlanAnswer = PlanAnswer("queued")
    accept_reload: bool = False
    accept_stranded: bool = False


@dataclass(frozen=True, slots=True)
class AskedRemediation:
    """A plan that is to be carried out by workers; from its opening on the journal tells.

    Attributes:
        refused: why it was never opened; empty: it is open, or may yet be.
    """

    id: str
    at: datetime
    asked_by: str
    plan: str
    digest: str
    controller: str
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """Somebody wants a remediation back.

    Attributes:
        seen: the journal's version that this was said about; 0: it was not opened yet. One that
            ended meanwhile is not begun again for it.
    """

    remediation: str
    by: str
    at: datetime
    reason: str
    seen: int


class Dues(Protocol):
    """When what is to be done next, in the store's own time: no host's wall clock is asked."""

    def set_due(self, kind: Kind, item: str, *, in_s: float, why: str = "") -> None:
        """Say when; what was said of it before no longer counts."""

    def put_off(self, due: Due, *, in_s: float, why: str = "") -> bool:
        """As `set_due`, unless somebody said something else since this was read; then False."""

    def hurry_due(self, kind: Kind, item: str) -> None:
        """At once, unless nothing is to be done, or somebody has claimed it."""

    def due_of(self, kind: Kind, item: str) -> Due | None:
        """What was said last; None where nothing is to be done."""

    def due_items(self, kind: Kind, *, begins: str) -> tuple[str, ...]:
        """The ids that begin so and that something is still to be done about, in order."""

    def forget_due(self, kind: Kind, item: str) -> None:
        """Nothing is to be done any more."""

    def claim_due(self, kind: Kind, item: str, *, for_s: float) -> bool:
        """Take what is due for oneself for a while; False: not due, or somebody has it."""

    def take_nudges(self, *, again_after_s: float) -> tuple[Due, ...]:
        """What is due now; each is given to one caller, and again only after some seconds."""

    def take_tick(self, name: str, *, apart_s: float) -> bool:
        """Whether this tick of a schedule is the caller's: the last one was longer ago than that.

        Two schedulers may tick; one of them is listened to.
        """


class Sweeps(Protocol):
    """Sweeps that were asked for, and what sweeps said."""

    def ask_sweep(self, asked: AskedSweep) -> None:
        """Keep the wish, due at once."""

    def mark_sweep(self, sweep: str, state: SweepState, detail: str = "") -> None:
        """Say how far it is."""

    def sweep_asked(self, sweep: str) -> AskedSweep | None:
        """One sweep, or None."""

    def sweep_document(self, sweep: str) -> Document | None:
        """What it said; None where it has not ended."""

    def sweeps(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[AskedSweep, ...]:
        """Sweeps, newest first unless told otherwise."""

    def looks(self) -> tuple[Look, ...]:
        """The newest word on each controller, by its name."""


class Plans(Protocol):
    """Plans that were asked for."""

    def ask_plan(self, asked: AskedPlan) -> None:
        """Keep the wish, due at once."""

    def answer_plan(self, plan: str, answer: PlanAnswer) -> None:
        """Say what became of it."""

    def plan_asked(self, plan: str) -> AskedPlan | None:
        """One plan, or None."""

    def plans_with(self, digest: str) -> tuple[AskedPlan, ...]:
        """Every plan of that digest, newest first."""

    def plans(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[AskedPlan, ...]:
        """Plans, newest first unless told otherwise."""


class AskedRemediations(Protocol):
    """Remediations that workers carry out, and who wants one back."""

    def ask_remediation(self, asked: AskedRemediation) -> bool:
        """Keep the wish, due at once; False where the same digest waits to be opened already."""

    def refuse_remediation(self, remediation: str, reason: str) -> None:
        """It is not going to be opened; nothing happens where its journal has begun."""

    def remediation_asked(self, remediation: str) -> AskedRemediation | None:
        """One wish, or None: it was begun by command."""

    def waiting_for(self, digest: str) -> tuple[AskedRemediation, ...]:
        """What is not opened yet and not refused, of one digest."""

    def remediation_places(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[Place, ...]:
        """Remediations, opened or only asked for, newest first unless told otherwise.

        What each has come to is not looked at.
        """

    def recall(self, recall: Recall) -> None:
        """Keep that somebody wants it back."""

    def recalled(self, remediation: str) -> Recall | None:
        """Who wants it back, if anybody."""

    def forget_recall(self, remediation: str) -> None:
        """It is being brought back."""
