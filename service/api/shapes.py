"""The forms of what is answered, for the OpenAPI document and clients that are generated from it.

The documents themselves are built elsewhere, the same for the command line; a contract test holds
real answers against these forms. More may stand beside what is named: `next` versions may say more.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from service.api.pages import Page
from service.domain.finding import Confidence
from service.domain.marks import FindingState
from service.domain.observation import ApState, Platform
from service.ports.requests import PlanState, SweepState
from service.ports.steering import CampaignState
from service.usecases.freezes import FreezeState
from service.usecases.show import RemediationState

Moment: TypeAlias = Annotated[
    str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="RFC 3339, UTC.")
]
Mac: TypeAlias = Annotated[str, Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]
Digest: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Shape(BaseModel):
    """Something that is answered."""

    model_config = ConfigDict(extra="allow")


class ControllerShape(Shape):
    """A controller of the inventory, never with its credentials."""

    name: str
    platform: Platform
    site: str | None
    tags: list[str]
    remediation: str | None = Field(description="The one that is under way.")
    seen: dict[str, Any] | None = Field(description="By the newest sweep; null: by none yet.")


class ControllerOut(Shape):
    """One controller."""

    controller: ControllerShape
    entry: dict[str, Any] = Field(description="As the inventory file has it.")


class ControllersPage(Page):
    """Controllers."""

    controllers: list[ControllerShape]
    left_out: list[dict[str, str]]


class SweepHead(Shape):
    """How far a sweep is."""

    id: str
    state: SweepState
    detail: str
    asked_by: str
    at: Moment
    asked: list[str]


class SweepOut(Shape):
    """A sweep, and once it has ended what it saw."""

    sweep: SweepHead
    controllers: list[dict[str, Any]]


class SweepsPage(Page):
    """Sweeps."""

    sweeps: list[SweepHead]


class StuckAp(Shape):
    """An access point of a finding."""

    mac: Mac | None
    name: str | None
    model: str | None
    state: ApState
    confidence: Confidence | None = Field(
        default=None,
        description="By its own evidence; the finding is as sure as its surest access point."
        " null: a version before this one found it.",
    )


class Said(Shape):
    """What somebody said of a finding."""

    by: str
    at: Moment


class FindingShape(Shape):
    """One issue on one controller."""

    id: str
    issue: str
    confidence: Confidence
    controller: str
    sweep: str
    seen: Moment
    state: FindingState
    acknowledged: Said | None
    suppressed: Said | None
    aps: list[StuckAp]
    evidence: list[str]


class FindingOut(Shape):
    """One finding."""

    finding: FindingShape


class FindingsPage(Page):
    """Findings."""

    findings: list[FindingShape]


class ApGist(Shape):
    """An access point as polls of one controller saw it."""

    mac: Mac
    ethernet_mac: Mac | None
    name: str | None
    model: str | None
    state: ApState
    version: str | None
    seen: Moment
    polls: int


class ApsPage(Page):
    """Access points."""

    aps: list[ApGist]


class PastState(Shape):
    """A state that polls saw an access point in before."""

    state: str
    since: Moment
    until: Moment
    changes: int


class ApHistoryShape(ApGist):
    """An access point on one controller, with what was counted."""

    controller: str
    restarts: list[dict[str, str]]
    versions: list[dict[str, str]]
    failing_since: Moment | None
    state_since: Moment | None
    stuck_since: Moment | None
    absent: bool
    states: list[PastState]


class ApOut(Shape):
    """One access point, by controller."""

    aps: list[ApHistoryShape]


class ScheduleShape(Shape):
    """A schedule of the inventory."""

    name: str
    what: str
    every_s: float | None
    cron: str | None
    paused: bool
    last: dict[str, str] | None


class ScheduleOut(Shape):
    """One schedule."""

    schedule: ScheduleShape
    entry: dict[str, Any] = Field(description="As the inventory file has it.")


class SchedulesPage(Page):
    """Schedules."""

    schedules: list[ScheduleShape]


class FreezeShape(Shape):
    """A freeze of the inventory."""

    name: str | None = Field(description="null: it has none, and is changed in the file alone.")
    start: Moment = Field(alias="from")
    to: Moment
    sites: list[str]
    tags: list[str]
    state: FreezeState


class FreezeOut(Shape):
    """One freeze."""

    freeze: FreezeShape
    entry: dict[str, Any] = Field(description="As the inventory file has it.")


class FreezesPage(Page):
    """Freezes."""

    freezes: list[FreezeShape]


class PlanHead(Shape):
    """What became of the question for a plan."""

    id: str
    state: PlanState
    detail: str
    controller: str
    asked_by: str
    at: Moment
    digest: Digest | None
    expires: Moment | None


class PlanOut(PlanHead):
    """A plan with its steps and payloads, or why there is none."""

    approvals: list[dict[str, str]]
    rejected: dict[str, str] | None = Field(description="Who said no to it last, and why.")
    ticket: dict[str, Any] | None = Field(description="Its change; null: it has none.")
    plan: dict[str, Any] | None
    reason: str | None = None
    problem: dict[str, Any] | None = None


class PlansPage(Page):
    """Plans."""

    plans: list[PlanHead]


class StepShape(Shape):
    """One step of a remediation."""

    name: str
    state: Literal["pending", "running", "done", "failed", "skipped"]
    started: Moment | None
    finished: Moment | None
    detail: str


class RemediationShape(Shape):
    """A plan that is carried out, or is to be."""

    id: str
    controller: str
    issue: str | None
    strategy: str | None
    state: RemediationState
    detail: str
    approved_by: str | None
    asked_by: str | None = None
    opened: Moment | None
    steps: list[StepShape]
    aps: dict[str, int]
    left: list[str]
    mend: list[str]
    problems: list[dict[str, Any]] = []


class RemediationOut(Shape):
    """One remediation."""

    remediation: RemediationShape


class RemediationsPage(Page):
    """Remediations."""

    remediations: list[RemediationShape]


class Line(Shape):
    """One line of a journal, in words."""

    seq: int
    at: Moment
    fencing: int
    what: str


class ReportOut(RemediationOut):
    """A remediation with its journal."""

    journal: list[Line]


class TokenShape(Shape):
    """A token, never its clear text."""

    id: str
    name: str
    role: str
    created: Moment
    expires: Moment | None
    revoked: Moment | None
    last_used: Moment | None
    sites: list[str]
    tags: list[str]


class TokenOut(Shape):
    """One token."""

    token: TokenShape


class TokenMade(TokenOut):
    """A new token with its clear text."""

    clear: str | None = Field(description="Shown this once; null in an answer given again.")


class TokensPage(Page):
    """Tokens."""

    tokens: list[TokenShape]


class CampaignShape(Shape):
    """Many controllers, mended in waves."""

    id: str
    at: Moment
    asked_by: str
    state: CampaignState
    detail: str
    waves: list[int]
    controllers: list[dict[str, Any]] = []


class CampaignOut(Shape):
    """One campaign."""

    campaign: CampaignShape


class CampaignsPage(Page):
    """Campaigns."""

    campaigns: list[CampaignShape]
