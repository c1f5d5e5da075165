"""`fixed-software` where a controller has an installer: bring, add, activate, prove, commit.

The controller's own timer takes back what nobody commits, so a crash between activation and commit
ends on the committed software in any case; the way home only does it sooner, and tidies up.
"""

from collections.abc import Iterator

from service.domain.install_job import Stage
from service.domain.journal import Charter, StepFailed
from service.domain.remediation import Run
from service.domain.steps.activate_software import ActivateSoftware
from service.domain.steps.add_software import AddSoftware, Predownload
from service.domain.steps.bring_file import BringFile, CheckHash
from service.domain.steps.commit_software import CommitSoftware
from service.domain.steps.installing import is_kept
from service.domain.steps.protocol import Step
from service.domain.steps.prove_health import ProveHealth
from service.domain.steps.prove_return import ProveReturn
from service.domain.steps.reach_sites import ClearFilter, ReachSites
from service.domain.steps.returning import RUNNING, OnTheWayBack
from service.domain.steps.save_first import SaveFirst
from service.domain.steps.take_software_back import (
    DeleteFetched,
    EndPredownload,
    RemoveAdded,
    SettleInstall,
    TakeBack,
)
from service.domain.steps.verify_install import VerifyInstall

__all__ = ["forward", "home", "in_vain", "is_kept", "silence_s"]

RELOAD_SILENCE_S = 2700.0
"""How long a controller that reloads may stay silent before a person is told."""


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out: every file first, then one stage after the other, each committed before the next.

    A second activation is refused while one is not committed (sub-state activate-pend-commit of
    Cisco-IOS-XE-install-event-types), so a patch waits for its release to be committed.
    """
    return tuple(_forward(remediation, charter))


def _forward(remediation: str, charter: Charter) -> Iterator[Step]:
    stages = _stages(charter)
    if charter.save_pending:
        yield SaveFirst()
    for stage in (*stages, *_former(charter)):  # also what it might have to return to
        yield BringFile(stage)
        if stage.sha512 or stage.md5:
            yield CheckHash(stage)
    for stage in stages:
        yield AddSoftware(remediation, stage)
        if stage.predownload:
            yield Predownload(remediation, stage)
        yield from _reached(remediation, stage, is_last=stage is stages[-1])
        yield CommitSoftware(remediation, stage)


def _reached(remediation: str, stage: Stage, *, is_last: bool) -> Iterator[Step]:
    """Activated, and seen to be well: for all APs at once, or for some sites before the others."""
    waves = range(len(stage.waves))
    if waves:
        yield ReachSites(remediation, stage, 0)
    yield ActivateSoftware(remediation, stage)
    for wave in waves:
        if wave:
            yield ReachSites(remediation, stage, wave)
        yield ProveHealth(stage, is_last=is_last, wave=wave)
    if waves:
        yield ReachSites(remediation, stage, len(waves))
    yield ProveHealth(stage, is_last=is_last)


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: all that was meant is committed, or the software of before is, and the rest is gone."""
    stages = _stages(charter)
    predownloads = any(stage.predownload for stage in stages)
    return (
        SettleInstall(remediation),
        *((EndPredownload(remediation),) if predownloads else ()),
        TakeBack(remediation),
        *((ClearFilter(remediation),) if any(stage.waves for stage in stages) else ()),
        RemoveAdded(remediation),
        *_way_back(remediation, charter),
        DeleteFetched(),
        VerifyInstall(),
    )


def _way_back(remediation: str, charter: Charter) -> Iterator[Step]:
    """To the release of before, and its patches, where ours stays without what was to follow it."""
    former = _former(charter)
    for stage in former:
        yield OnTheWayBack(stage, AddSoftware(remediation, stage), over=RUNNING)
        yield OnTheWayBack(stage, ActivateSoftware(remediation, stage))
        yield OnTheWayBack(stage, ProveReturn(stage))
        yield OnTheWayBack(stage, CommitSoftware(remediation, stage))
    if former:
        yield TakeBack.from_return(remediation)
        yield RemoveAdded.after_return(remediation)


def in_vain(run: Run, remaining: int) -> StepFailed | None:
    """What a person decides on: it was committed, and APs are missing all the same."""
    if not remaining or not is_kept(run):
        return None
    labels = ", ".join(stage.label for stage in _stages(run.charter))
    return StepFailed(
        "verify",
        f"{remaining} AP(s) of the finding are not registered on the new software",
        (f"committed, and stays: {labels}",),
        (run.charter.by_hand.look_at_software,),
    )


def silence_s(run: Run) -> float:
    """How long the controller may stay silent; 0: as long as any other."""
    job = run.charter.install
    return RELOAD_SILENCE_S if job is not None and job.reloads else 0.0


def _former(charter: Charter) -> tuple[Stage, ...]:
    return charter.install.former if charter.install else ()


def _stages(charter: Charter) -> tuple[Stage, ...]:
    if charter.install is None:
        raise ValueError(f"{charter.controller}: the charter says nothing of what is installed")
    return charter.install.stages
