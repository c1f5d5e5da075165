"""The jobs port: work that is done elsewhere, named by ids.

A job is a nudge, never the record: the store knows what is to be done. Losing a job or getting it
twice is harmless. The names are what travels; they change only together with the meaning.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias

STEP_GRACE_S = 75.0
"""For jobs that change controllers: they begin no move after 10 s; a request takes 60 at most."""

READERS, TELLERS, CLERKS = 16, 4, 4
"""So many jobs of one worker read controllers, send to webhooks and look after tickets at the same
time: neither controllers that do not answer nor receivers that hang keep the others' threads.
"""
PARTS_AT_ONCE = 3
"""So many parts of sweeps one worker polls at the same time; the rest is for the other workers."""


class Lane(StrEnum):
    """Which workers take a job: those that read many controllers, change a few, or tell others."""

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
class SweepPart:
    """Poll parts of a sweep that is too large for one worker, until none is left."""

    NAME: ClassVar[str] = "aprejoin.sweep-part"
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
class TendTicket:
    """Tell a ticket at the ITSM what it is to be told, and ask what it says."""

    NAME: ClassVar[str] = "aprejoin.tend-ticket"
    LANE: ClassVar[Lane] = Lane.NOTIFY

    ticket: str


@dataclass(frozen=True, slots=True)
class NudgeRemediations:
    """Queue everything that is due or was left by a dead process, and ask for what schedules want.

    Sent every few seconds.
    """

    NAME: ClassVar[str] = "aprejoin.nudge-remediations"
    LANE: ClassVar[Lane] = Lane.REMEDIATE


@dataclass(frozen=True, slots=True)
class DeliverWebhook:
    """Send to one webhook what is due there."""

    NAME: ClassVar[str] = "aprejoin.deliver-webhook"
    LANE: ClassVar[Lane] = Lane.NOTIFY

    webhook: str


@dataclass(frozen=True, slots=True)
class TellPeople:
    """Tell one channel what waits for people there."""

    NAME: ClassVar[str] = "aprejoin.tell-people"
    LANE: ClassVar[Lane] = Lane.NOTIFY

    channel: str


Job: TypeAlias = (
    PollController
    | SweepFleet
    | SweepPart
    | MakePlan
    | AdvanceRemediation
    | AdvanceCampaign
    | TendTicket
    | NudgeRemediations
    | DeliverWebhook
    | TellPeople
)

JOBS: tuple[type[Job], ...] = (
    PollController,
    SweepFleet,
    SweepPart,
    MakePlan,
    AdvanceRemediation,
    AdvanceCampaign,
    TendTicket,
    NudgeRemediations,
    DeliverWebhook,
    TellPeople,
)


class JobQueue(Protocol):
    """Hands jobs to the workers."""

    def enqueue(self, job: Job) -> None:
        """Send one job, at once.

        Raises:
            StoreError: the broker cannot be reached. No work is lost: the store holds it, and the
                next nudge finds it.
        """
