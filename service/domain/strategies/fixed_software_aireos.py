"""`fixed-software` on AireOS: fetch, have the APs load it, restart into it; or back again.

The order is that of the field notice and of the vendor's guides: the image that runs stays the next
to boot until the APs hold the new one, and the controller is restarted once, by somebody's word.
"""

from service.domain.journal import Charter, StepFailed
from service.domain.remediation import Run
from service.domain.steps.boot_image import BootNewImage, BootOldImage, KeepOldImage
from service.domain.steps.fetch_image import FetchNewImage, NoteTransfer
from service.domain.steps.image_run import FALL_BACK, RESTART, is_kept, job_of, restarted
from service.domain.steps.judge_image import EndTransfer, FallBack, JudgeImage
from service.domain.steps.predownload_image import EndPredownload, Predownload
from service.domain.steps.protocol import Step
from service.domain.steps.restart import Restart, WaitForImage
from service.domain.steps.save_first import SaveFirst
from service.domain.steps.tidy_transfer import TidyTransfer
from service.domain.steps.verify_image import SaveAfterImage, VerifyImage

__all__ = ["forward", "home", "in_vain", "is_kept", "reached", "silence_s"]

SILENT_S = 2400.0
"""A controller that writes its boot loader on the way up; unverified for any model."""


def forward(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Out: nothing boots the new image until everything is ready for it."""
    del remediation, charter
    return (
        NoteTransfer(),
        FetchNewImage(),
        KeepOldImage(),
        TidyTransfer(),
        SaveFirst(),
        Predownload(),
        BootNewImage(),
        Restart(),
        WaitForImage(),
    )


def home(remediation: str, charter: Charter) -> tuple[Step, ...]:
    """Back: keep the new image where it came up with its APs, else have the old one run."""
    del remediation, charter
    return (
        EndTransfer(),
        EndPredownload(),
        JudgeImage(),
        BootOldImage(),
        FallBack(),
        TidyTransfer.at_home(),
        SaveAfterImage(),
        VerifyImage(),
    )


def in_vain(run: Run, remaining: int) -> StepFailed | None:
    """What a person decides on: the new image stays, and APs that were mended before are away."""
    if not remaining or not is_kept(run):
        return None
    words = run.charter.by_hand
    return StepFailed(
        "verify",
        f"{remaining} AP(s) of the finding are not registered on the new software",
        (f"{job_of(run).release} runs, and stays",),
        (words.look_at_images,),
    )


def silence_s(run: Run) -> float:
    """How long the controller may stay silent: a restart with a new image takes its time."""
    sent = restarted(run, RESTART) or restarted(run, FALL_BACK)
    return 0.0 if sent is None else SILENT_S


def reached(run: Run) -> str:
    """What it came to."""
    job = run.charter.image
    return f"{job.release} runs on the controller and its APs" if job else ""
