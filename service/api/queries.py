"""What each list may be narrowed to, and sorted by."""

from typing import Annotated, Literal, TypeAlias, cast

from fastapi import Query
from pydantic import Field

from service.api.pages import Filter, PageQuery, TimedQuery
from service.domain.finding import Confidence
from service.domain.marks import FindingState
from service.domain.observation import ApState, Platform
from service.ports.requests import Only, PlanState, SweepState
from service.ports.steering import CampaignState
from service.ports.webhooks import State
from service.usecases.findings import FindingOrder, FindingsOnly
from service.usecases.show import ControllerOrder, ControllersOnly, RemediationState

ControllerSort: TypeAlias = Literal["name", "-name", "site", "-site", "platform", "-platform"]
FindingSort: TypeAlias = Literal[
    "controller", "-controller", "issue", "-issue", "confidence", "-confidence", "seen", "-seen"
]


class ControllersQuery(PageQuery):
    """Controllers."""

    sort: ControllerSort = Field(default="name", description="By name where that is the same.")
    platform: Platform | None = None
    site: Filter = None
    tag: Filter = None
    issue: Filter = Field(default=None, description="The newest sweep found it there.")
    reachable: bool | None = Field(default=None, description="By the newest sweep.")

    @property
    def order(self) -> ControllerOrder:
        """What to sort by."""
        return cast("ControllerOrder", self.sort.removeprefix("-"))

    @property
    def only(self) -> ControllersOnly:
        """Which are wanted."""
        platform = None if self.platform is None else self.platform.value
        return ControllersOnly(platform, self.site, self.tag, self.issue, self.reachable)


class FindingsQuery(PageQuery):
    """Findings."""

    sort: FindingSort = Field(default="controller", description="By controller beyond that.")
    controller: Filter = None
    issue: Filter = None
    confidence: Confidence | None = None
    state: FindingState | None = None

    @property
    def order(self) -> FindingOrder:
        """What to sort by."""
        return cast("FindingOrder", self.sort.removeprefix("-"))

    @property
    def only(self) -> FindingsOnly:
        """Which are wanted."""
        confidence = None if self.confidence is None else self.confidence.value
        return FindingsOnly(self.controller, self.issue, confidence, self.state)


class ApsQuery(PageQuery):
    """Access points of one controller."""

    sort: Literal["mac", "-mac"] = "mac"
    state: ApState | None = None


class SchedulesQuery(PageQuery):
    """Schedules."""

    sort: Literal["name", "-name"] = "name"


class SweepsQuery(TimedQuery):
    """Sweeps."""

    state: SweepState | None = None
    asked_by: Filter = None
    controller: Filter = Field(default=None, description="It was to be swept, too.")

    @property
    def only(self) -> Only:
        """Which are wanted."""
        return Only(self.state, self.asked_by, self.controller)


class PlansQuery(TimedQuery):
    """Plans."""

    state: PlanState | None = None
    asked_by: Filter = None
    controller: Filter = None
    issue: Filter = Field(default=None, description="Asked for by name.")

    @property
    def only(self) -> Only:
        """Which are wanted."""
        return Only(self.state, self.asked_by, self.controller, self.issue)


class RemediationsQuery(TimedQuery):
    """Remediations."""

    state: RemediationState | None = None
    asked_by: Filter = Field(default=None, description="Those by command nobody asked for.")
    controller: Filter = None
    issue: Filter = None

    @property
    def only(self) -> Only:
        """Which are wanted."""
        return Only(self.state, self.asked_by, self.controller, self.issue)


class CampaignsQuery(TimedQuery):
    """Campaigns."""

    state: CampaignState | None = None
    asked_by: Filter = None

    @property
    def only(self) -> Only:
        """Which are wanted."""
        return Only(self.state, self.asked_by)


class DeliveriesQuery(PageQuery):
    """What one webhook was told."""

    sort: Literal["-at"] = Field(default="-at", description="Newest first.")
    state: State | None = None


Controllers: TypeAlias = Annotated[ControllersQuery, Query()]
Findings: TypeAlias = Annotated[FindingsQuery, Query()]
Aps: TypeAlias = Annotated[ApsQuery, Query()]
Schedules: TypeAlias = Annotated[SchedulesQuery, Query()]
Sweeps: TypeAlias = Annotated[SweepsQuery, Query()]
Plans: TypeAlias = Annotated[PlansQuery, Query()]
Remediations: TypeAlias = Annotated[RemediationsQuery, Query()]
Campaigns: TypeAlias = Annotated[CampaignsQuery, Query()]
Deliveries: TypeAlias = Annotated[DeliveriesQuery, Query()]
