"""What a remediation knows of the controller next door: data of its charter, and the child's name.

The parent moves APs; each wave's clock window is a remediation of its own on the staging controller
(docs/decisions/0018).
"""

import hashlib
from dataclasses import dataclass

from service.domain.ap_homes import NO_HOME, ApHome
from service.domain.byhand import ByHand
from service.domain.identity import BaseRadioMac
from service.domain.policy import ApprovalRule


@dataclass(frozen=True, slots=True)
class StagingWave:
    """Some APs that move together.

    Attributes:
        window: digest of the clock window that is opened for them, which the parent's approval
            covers; none but that one is opened.
    """

    aps: tuple[BaseRadioMac, ...]
    window: str


@dataclass(frozen=True, slots=True)
class StagingJob:
    """Where a finding's APs go, in which order, and what they were told before.

    Attributes:
        controller: the staging controller, by the inventory's name.
        there, here: both controllers as APs are told of them.
        by_hand: what a person types on the staging controller.
        approval: what its policy asks for; guardians: how many hosts have to guard it, 0: none.
    """

    controller: str
    there: ApHome
    here: ApHome
    waves: tuple[StagingWave, ...]
    by_hand: ByHand = ByHand()  # noqa: RUF009 - frozen
    approval: ApprovalRule = "none"
    guardians: int = 0

    def is_ours(self, home: ApHome) -> bool:
        """Whether only we would have told an AP that."""
        return home in (self.there, self.here)

    @property
    def aps(self) -> tuple[BaseRadioMac, ...]:
        """Every AP that moves."""
        return tuple(mac for wave in self.waves for mac in wave.aps)


NO_JOB = StagingJob("", NO_HOME, NO_HOME, ())


def child_of(remediation: str, wave: int) -> str:
    """The id of the window of a wave (1, 2, ...): the same whoever works it out, never guessed."""
    return hashlib.sha256(f"{remediation}/staging/{wave}".encode()).hexdigest()[:12]


def children_of(remediation: str, job: StagingJob | None) -> frozenset[str]:
    """The ids of all windows that a remediation may have opened next door."""
    waves = len(job.waves) if job else 0
    return frozenset(child_of(remediation, wave) for wave in range(1, waves + 1))
