"""What steers the fleet as a whole: the stop switch, campaigns, pauses, and places at controllers.

Every method is one transaction. Durations are in the store's own time (see `requests`).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from service.domain.backoff import Failing, Trouble
from service.domain.waves import Fate, Limits
from service.ports.requests import ALL, AskedPlan, AskedRemediation, Only, Place

CampaignState: TypeAlias = Literal["running", "stopped", "finished", "cancelled"]
ENDED: tuple[CampaignState, ...] = ("finished", "cancelled")


@dataclass(frozen=True, slots=True)
class Halt:
    """Somebody stopped all new changes."""

    by: str
    at: datetime
    reason: str


class Halts(Protocol):
    """The stop switch of the whole fleet."""

    def halt(self, halt: Halt) -> Halt:
        """Stop; the halt that holds: an earlier one, if there is one already."""

    def halted(self) -> Halt | None:
        """The halt that holds, or None."""

    def resume(self, *, by: str, at: datetime) -> Halt | None:
        """Go on; what was lifted, or None where nothing was halted."""


@dataclass(frozen=True, slots=True)
class Target:
    """One controller of a campaign.

    Attributes:
        plan, remediation: their ids once they were asked for; written down before they are.
        detail: how it ended, or what it waits for.
    """

    controller: str
    issue: str | None
    fate: Fate = Fate.WAITING
    wave: int = 0
    plan: str = ""
    remediation: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """Many controllers that are mended in waves.

    Attributes:
        asked_by: a token's name, a schedule, or `policy`.
        detail: why it stopped, or how it ended.
    """

    id: str
    at: datetime
    asked_by: str
    limits: Limits
    state: CampaignState = "running"
    detail: str = ""


class Campaigns(Protocol):
    """Campaigns; one at a time is under way in the whole fleet."""

    def open_campaign(self, campaign: Campaign, targets: tuple[Target, ...]) -> bool:
        """Keep it, due at once; False where another one has not ended."""

    def campaign(self, item: str) -> Campaign | None:
        """One campaign, or None."""

    def open_one(self) -> Campaign | None:
        """The campaign that has not ended, if there is one."""

    def campaigns(
        self,
        *,
        limit: int,
        after: Place | None = None,
        only: Only = ALL,
        oldest_first: bool = False,
    ) -> tuple[Campaign, ...]:
        """Campaigns, newest first unless told otherwise."""

    def targets(self, campaign: str) -> tuple[Target, ...]:
        """Its controllers, in line."""

    def put_target(self, campaign: str, target: Target) -> None:
        """Say how far one controller is."""

    def mark_campaign(
        self, campaign: str, state: CampaignState, detail: str, *, forgiven: int | None = None
    ) -> None:
        """Say how far it is; with `forgiven`, up to which wave a person has looked."""

    def newest_plan(self, controller: str) -> AskedPlan | None:
        """The plan for a controller that was asked for last, or None."""

    def waiting_to_begin(self, controller: str | None = None) -> tuple[AskedRemediation, ...]:
        """Remediations, of one controller or of all, that are neither opened nor refused."""


class Failings(Protocol):
    """Controllers that cannot be read, and when schedules ask them again."""

    def note_failing(
        self, controller: str, trouble: Trouble, *, entry: str, detail: str, longest_s: float
    ) -> None:
        """It failed once more; the pause before the next try grows with each."""

    def forget_failing(self, controller: str) -> None:
        """It answered."""

    def failings(self) -> dict[str, Failing]:
        """Every controller that failed last time, by name."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one session.

    Attributes:
        turn: tells this taking from later ones of the same place.
    """

    scope: str
    number: int
    turn: str


class Slots(Protocol):
    """Places for sessions, so many of a scope; one that is not given back is free after a while."""

    def take_slot(self, scope: str, *, limit: int, ttl_s: float) -> Slot | None:
        """A place, or None where all are taken."""

    def keep_slot(self, slot: Slot, *, ttl_s: float) -> None:
        """Hold on to it; nothing happens where it passed on."""

    def give_slots(self, *given: Slot) -> None:
        """Give places back; nothing happens to one that passed on."""


class Steering(Halts, Campaigns, Failings, Slots, Protocol):
    """All of it."""
