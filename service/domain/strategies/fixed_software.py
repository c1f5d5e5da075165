"""`fixed-software`: install what mends the images that access points load.

Two families of controllers install in two ways; the charter says by which. What they share is the
name, what it costs, and that nothing is told to install, activate or reload twice on a guess.
"""

from service.domain.journal import Charter, StepFailed
from service.domain.remediation import Run
from service.domain.steps.protocol import Step
from service.domain.strategies import fixed_software_aireos, fixed_software_xe
from service.domain.strategies.names import FIXED_SOFTWARE

__all__ = ["NAME", "forward", "home", "in_vain", "is_kept", "reached", "silence_s"]

NAME = FIXED_SOFTWARE


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out: bring the software there and run it, each platform in its way."""
    if charter.install is not None:
        return fixed_software_xe.forward(remediation, charter)
    if charter.image is not None:
        return fixed_software_aireos.forward(remediation, charter)
    raise _unknown(charter)


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: keep it where it helped, else what ran before."""
    if charter.install is not None:
        return fixed_software_xe.home(remediation, charter)
    if charter.image is not None:
        return fixed_software_aireos.home(remediation, charter)
    raise _unknown(charter)


def is_kept(run: Run) -> bool:
    """Whether the new software stays."""
    if run.charter.install is not None:
        return fixed_software_xe.is_kept(run)
    if run.charter.image is not None:
        return fixed_software_aireos.is_kept(run)
    raise _unknown(run.charter)


def in_vain(run: Run, remaining: int) -> StepFailed | None:
    """What stays though APs are missing at the end; None: nothing."""
    if run.charter.install is not None:
        return fixed_software_xe.in_vain(run, remaining)
    return fixed_software_aireos.in_vain(run, remaining)


def silence_s(run: Run) -> float:
    """How long the controller may stay silent while it reloads; 0: as long as any other."""
    if run.charter.image is not None:
        return fixed_software_aireos.silence_s(run)
    return fixed_software_xe.silence_s(run) if run.charter.install is not None else 0.0


def reached(run: Run) -> str:
    """What it came to when every step forward is done."""
    if run.charter.image is not None:
        return fixed_software_aireos.reached(run)
    return "the software is committed"


def _unknown(charter: Charter) -> ValueError:
    return ValueError(f"{charter.controller}: the charter says nothing of what is to be installed")
