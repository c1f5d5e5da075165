"""The jobs port: work that is done elsewhere, named by ids.

A job is a nudge, never the record: the store knows what is to be done. Losing a job or getting it
twice is harmless. The names are what travels; they change only together with the meaning.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias


class Lane(StrEnum):
    """Which workers take a job: those that read many controllers, or those that change a few."""

    POLL = "poll"
    REMEDIATE = "remediate"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class PollController:
    """Look at one controller as part of a sweep."""

    NAME: ClassVar[str] = "aprejoin.poll-controller"
    LANE: ClassVar[Lane] = Lane.POLL

    controller: str
    sweep: str


@dataclass(frozen=True, slots=True)
class SweepFleet:
    """Make a sweep that was asked for."""

    NAME: ClassVar[str] = "aprejoin.sweep-fleet"
    LANE: ClassVar[Lane] = Lane.POLL

    sweep: str


@dataclass(frozen=True, slots=True)
class AdvanceCampaign:
    """Look after the wave of a campaign, and begin the next one if it is time for that."""

    NAME: ClassVar[str] = "aprejoin.advance-campaign"
    LANE: ClassVar[Lane] = Lane.REMEDIATE

    campaign: str


@dataclass(frozen=True, slots=True)
class MakePlan:
    """Work out a plan that was asked for. It only reads."""

    NAME: ClassVar[str] = "aprejoin.make-plan"
    LANE: ClassVar[Lane] = Lane.POLL

    plan: str


@dataclass(frozen=True, slots=True)
class AdvanceRemediation:
    """Carry a remediation forward until it has to wait, if it is time for that."""

    NAME: ClassVar[str] = "aprejoin.advance-remediation"
    LANE: ClassVar[Lane] = Lane.REMEDIATE

    remediation: str


@dataclass(frozen=True, slots=True)
class NudgeRemediations:
    """Queue everything that is due or was left by a dead process, and ask for what schedules want.

    Sent every few seconds.
    """

    NAME: ClassVar[str] = "aprejoin.nudge-remediations"
    LANE: ClassVar[Lane] = Lane.REMEDIATE


Job: TypeAlias = (
    PollController
    | SweepFleet
    | MakePlan
    | AdvanceRemediation
    | AdvanceCampaign
    | NudgeRemediations
)

JOBS: tuple[type[Job], ...] = (
    PollController,
    SweepFleet,
    MakePlan,
    AdvanceRemediation,
    AdvanceCampaign,
    NudgeRemediations,
)


class JobQueue(Protocol):
    """Hands jobs to the workers."""

    def enqueue(self, job: Job) -> None:
        """Send one job, at once.

        Raises:
            StoreError: the broker cannot be reached. No work is lost: the store holds it, and the
                next nudge finds it.
        """
