"""`clock-window`: set the clock into the certificate's life, let the APs join, put all back.

The last resort of the field notice, carried out so that the box comes home if we die: by a timer of
its own where it has one, else by guardians on other hosts.
"""

from service.domain.journal import Charter
from service.domain.steps.arm_guard import ArmDeadMansSwitch
from service.domain.steps.disarm import Disarm
from service.domain.steps.guard import Guard
from service.domain.steps.ntp_in_sync import NtpInSync
from service.domain.steps.protocol import Step
from service.domain.steps.prove_timer import ProveTimerWorks
from service.domain.steps.remove_ntp import RemoveNtpServers
from service.domain.steps.restore_ntp import RestoreNtp
from service.domain.steps.save import Save
from service.domain.steps.set_false_clock import SetClockBack
from service.domain.steps.set_true_clock import SetTrueTime
from service.domain.steps.verify import Verify
from service.domain.steps.wait_for_aps import WaitForAps
from service.domain.strategies.names import CLOCK_WINDOW

NAME = CLOCK_WINDOW

GUARDED = frozenset(
    {"remove-ntp", "set-clock-back", "wait-for-aps", "set-true-time", "restore-ntp", "ntp-in-sync"}
)
"""Steps under the dead-man's switch: it is renewed before each of them."""


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out: see to it that the box comes home by itself or by guardians; then remove, set, wait."""
    armed = (ProveTimerWorks(remediation), ArmDeadMansSwitch(remediation))
    return (
        *((Guard(),) if charter.guardians else armed),
        RemoveNtpServers(),
        SetClockBack(remediation),
        WaitForAps(remediation),
    )


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: time first, then NTP, then our traces; the same whether the APs came or not."""
    return (
        SetTrueTime(remediation),
        RestoreNtp(),
        NtpInSync(),
        *(() if charter.guardians else (Disarm(remediation),)),
        Save(remediation),
        Verify(remediation),
    )
