"""Choose what comes up next: the old image until everything is ready, then the new one.

A download makes its image the next to boot at once, so a crash in between would bring it up before
any AP has it. The first thing after a download is to take that back.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.image_changes import SetBootImage
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.image_run import (
    BACK,
    BOOT,
    KEEP,
    Verdict,
    is_kept,
    job_of,
    unread,
    verdict,
)
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class KeepOldImage:
    """The image that runs comes up again, should the controller crash."""

    name: str = KEEP
    summary: str = "let the old image come up next, until the APs have the new one"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        return choose(run, self.name, view, job_of(run).next_before)


@dataclass(frozen=True, slots=True)
class BootNewImage:
    """From here on a crash brings the new image up."""

    name: str = BOOT
    summary: str = "let the new image come up next"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        return choose(run, self.name, view, job_of(run).release)


@dataclass(frozen=True, slots=True)
class BootOldImage:
    """On the way home: what came up next when we began comes up next again."""

    name: str = BACK
    summary: str = "let the old image come up next again, if the new one does not stay"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote:
            return Done("nothing was changed")
        if is_kept(run) or verdict(run) is Verdict.STAYS:
            return Done("the new image stays")
        wanted = job_of(run).next_before
        move = choose(run, self.name, view, wanted)
        if isinstance(move, Fail):
            return Fail(move.detail, (f"{wanted} does not come up next",), by_hand(run))
        return move


def choose(run: Run, step: str, view: ControllerView, release: str) -> Move:
    """Have a release come up next."""
    blind = unread(view)
    if blind is not None or view.images is None:
        return Fail(blind or "")
    if view.images.next == release:
        return Done(f"{release} comes up next: {view.images.label}")
    slot = view.images.slot_of(release)
    if slot is None:
        return Fail(f"{release} lies in no slot: {view.images.label}")
    sent = run.sent_in(step, SetBootImage)
    if len(sent) >= ATTEMPTS:
        return Fail(f"{release} could not be chosen: {sent[-1].detail or view.images.label}")
    return Send(SetBootImage(slot, release))


def by_hand(run: Run) -> tuple[str, ...]:
    """What a person looks at and types to have the old image come up next."""
    words, job = run.charter.by_hand, job_of(run)
    chosen = words.set_boot_image.format(slot="primary|backup")
    return (
        words.look_at_images,
        f"{chosen}   ! the slot in which {job.next_before} lies",
    )
