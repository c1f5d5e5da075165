"""`clock-repair`: set a clock that is wrong to true time, and see to it that NTP holds it there.

Nothing is made false, so nothing has to come home by itself: a crash leaves the clock as it was
found, or true. A person approves it always, whatever the policy says.
"""

from service.domain.journal import Charter
from service.domain.remediation import Run
from service.domain.steps.add_ntp import AddServers
from service.domain.steps.disarm import Disarm
from service.domain.steps.follow_ntp import FollowNtp
from service.domain.steps.protocol import Step
from service.domain.steps.prove_timer import ProveTimerWorks
from service.domain.steps.repair import FOLLOW, REPAIR, is_kept
from service.domain.steps.repair_clock import RepairClock
from service.domain.steps.restore_added import RestoreAdded
from service.domain.steps.save_repair import SaveRepair
from service.domain.steps.set_true_clock import SetTrueTime
from service.domain.steps.verify_repair import VerifyRepair
from service.domain.strategies.names import CLOCK_REPAIR

__all__ = ["NAME", "forward", "home", "is_kept", "reached"]

NAME = CLOCK_REPAIR


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out: true time first, for a box may follow no server that is far away from it."""
    proof = () if _at_once(charter) else (ProveTimerWorks(remediation),)
    return (*proof, RepairClock(remediation), AddServers(), FollowNtp())


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: what was added goes first, for it may lead the clock astray; true time stays."""
    return (
        RestoreAdded(),
        SetTrueTime(remediation),
        *(() if _at_once(charter) else (Disarm(remediation),)),
        SaveRepair(remediation),
        VerifyRepair(remediation),
    )


def reached(run: Run) -> str:
    """What it came to, when every step forward is done."""
    done = run.finished()
    return "; ".join(done[step].detail for step in (REPAIR, FOLLOW) if step in done)


def _at_once(charter: Charter) -> bool:
    return charter.repair is not None and charter.repair.at_once
