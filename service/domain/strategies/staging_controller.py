"""`staging-controller`: mend APs on another controller, whose clock may be touched.

For each wave: tell its APs to join there, see them arrive, have a clock window opened there, bring
them home. The way home closes what is open next door, brings every AP back and tells each what it
was told before (docs/decisions/0018).
"""

from collections.abc import Iterator

from service.domain.journal import Charter
from service.domain.remediation import Run
from service.domain.staging import NO_JOB, child_of
from service.domain.steps.protocol import Step
from service.domain.steps.staged_home import BringHome
from service.domain.steps.staged_point import AwaitThere, PointThere
from service.domain.steps.staged_restore import RestoreHomes, VerifyHomes
from service.domain.steps.staged_window import CloseWindow, StagedWindow
from service.domain.strategies.names import STAGING_CONTROLLER

NAME = STAGING_CONTROLLER


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out and back again, wave by wave: the staging controller has room for one."""
    return tuple(_waves(remediation, charter))


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: first the clock next door, then the APs, then what they are told."""
    job = charter.staging or NO_JOB
    windows = (
        CloseWindow(
            remediation, job.controller, child_of(remediation, n), f"window-{n}", f"close-{n}"
        )
        for n in range(1, len(job.waves) + 1)
    )
    return (
        *windows,
        BringHome(job.controller, job.aps, "bring-home", at_home=True),
        RestoreHomes(),
        VerifyHomes(job.controller),
    )


def _waves(remediation: str, charter: Charter) -> Iterator[Step]:
    job = charter.staging or NO_JOB
    for n, wave in enumerate(job.waves, start=1):
        yield PointThere(job.controller, wave, f"point-{n}")
        yield AwaitThere(job.controller, wave, f"arrive-{n}")
        yield StagedWindow(job.controller, wave, child_of(remediation, n), f"window-{n}")
        yield BringHome(job.controller, wave.aps, f"return-{n}", at_home=False)


def reached(run: Run) -> str:
    """What it came to, when every step forward is done: by the windows next door."""
    done = run.finished()
    return "; ".join(one.detail for name, one in done.items() if name.startswith("window-"))
