"""`expired-cert-override`: let the controller accept certificates that have run out.

Nothing has to come home by itself: no clock is false meanwhile, and a switch that is on keeps no
AP off. It stays on where it helped, for APs need it at every rejoin; else it is put back.
"""

from service.domain.join_policy import with_holder
from service.domain.journal import Charter, StepFailed
from service.domain.remediation import Run
from service.domain.steps.policy import is_kept
from service.domain.steps.protocol import Step
from service.domain.steps.restore_policy import RestorePolicy
from service.domain.steps.save_policy import SavePolicy
from service.domain.steps.set_policy import SetPolicy
from service.domain.steps.verify_policy import VerifyPolicy
from service.domain.steps.wait_for_joins import WaitForJoins
from service.domain.strategies.names import EXPIRED_CERT_OVERRIDE

__all__ = ["NAME", "forward", "home", "is_kept", "kept_in_vain"]

NAME = EXPIRED_CERT_OVERRIDE


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out: turn what has to be turned, and see the APs join."""
    del remediation, charter
    return (SetPolicy(), WaitForJoins())


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: keep it where it helped, else put it back; either way end as saved as it was."""
    del remediation, charter
    return (RestorePolicy(), SavePolicy(), VerifyPolicy())


def kept_in_vain(run: Run, remaining: int) -> StepFailed | None:
    """What a person has to decide on: it was kept, and at the very end an AP is missing again."""
    if not remaining or not is_kept(run):
        return None
    by_hand = run.charter.by_hand
    return StepFailed(
        "verify",
        f"{remaining} AP(s) that had joined are missing again",
        tuple(f"kept: {switch.label}" for switch in run.charter.overrides),
        tuple(
            f"{by_hand.policy_line(switch)}   ! as captured; APs that joined since need it on"
            for switch in run.charter.switches
            if switch.rule in with_holder(one.rule for one in run.charter.overrides)
        ),
    )
