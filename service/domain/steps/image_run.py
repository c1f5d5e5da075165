"""What a remediation of an AireOS controller's software did, and what a look shows of it.

An order to download or to restart is sent once, whatever becomes of it; what became of it is read.
"""

from enum import StrEnum

from service.domain.changes import Change
from service.domain.identity import BaseRadioMac
from service.domain.image_changes import ResetSystem, SetTransfer
from service.domain.images import ImageJob, TransferSettings
from service.domain.journal import Charter, StepDone, StepFailed
from service.domain.observation import ApSighting, ApState, ControllerView
from service.domain.remediation import Run, Sent
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move

NOTE, FETCH, KEEP, TIDY = "note-transfer", "fetch-image", "keep-old-image", "tidy-transfer"
PREDOWNLOAD, BOOT, RESTART, WAIT = "predownload", "boot-new-image", "restart", "wait-for-image"
END, GIVE_UP, JUDGE = "end-transfer", "end-predownload", "judge-image"
BACK, FALL_BACK, RESTORE = "boot-old-image", "fall-back", "restore-transfer"

FETCH_LIMIT_S = 5400.0
"""A download over a thin line; after this it is taken for hanging (unverified for any real one)."""
UNSEEN_S = 900.0
"""How long a download that nothing tells of may yet write its image."""
GOING_DOWN_S = 180.0
"""How long a controller that said that it restarts may take until it does."""
LOOK_S = 5.0
UNDER_WAY = frozenset({"pre-dwnld-initiated", "pre-dwnld-in-progress"})
FAILED = "pre-dwnld-failed"
FIELDS = ("mode", "datatype", "server", "port", "path", "filename", "username")
VERDICT = "image"


class Verdict(StrEnum):
    """What becomes of the new image."""

    KEPT = "kept"
    BACK = "back"
    STAYS = "stays"  # not as wanted, and going back would be worse: for a person


def job_of(run: Run) -> ImageJob:
    """The job of a run that has one."""
    return job_of_charter(run.charter)


def job_of_charter(charter: Charter) -> ImageJob:
    """The job of a charter that has one."""
    if charter.image is None:
        raise ValueError(f"{charter.strategy} installs no image")
    return charter.image


def is_kept(run: Run) -> bool:
    """Whether the new image runs with the APs there, so that it stays."""
    return run.ended_at(WAIT) is not None or verdict(run) is Verdict.KEPT


def verdict(run: Run) -> Verdict | None:
    """What was judged on the way home; None: nothing yet."""
    said = run.facts(JUDGE).get(VERDICT)
    return Verdict(said) if said in tuple(Verdict) else None


def may_have(run: Run, kind: type[Change]) -> Sent | None:
    """The newest order of a kind that the controller may have taken, over all legs."""
    taken = [s for s in run.sent if isinstance(s.change, kind) and s.may_have_happened]
    return taken[-1] if taken else None


def restarted(run: Run, step: str) -> Sent | None:
    """The restart that a step may have begun, over all legs."""
    taken = [
        s
        for s in run.sent
        if s.step == step and isinstance(s.change, ResetSystem) and s.may_have_happened
    ]
    return taken[-1] if taken else None


def has_failed(run: Run, step: str) -> bool:
    """Whether a step failed in any leg."""
    return any(isinstance(e.event, StepFailed) and e.event.step == step for e in run.entries)


def has_done(run: Run, step: str) -> bool:
    """Whether a step was done in any leg."""
    return any(isinstance(e.event, StepDone) and e.event.step == step for e in run.entries)


def unread(view: ControllerView) -> str | None:
    """Why nothing can be decided on this look; None: the images are known."""
    if view.images is None or view.images.active is None or view.images.default is None:
        return "which image runs and which boots next cannot be read"
    return None


def noted(run: Run) -> TransferSettings | None:
    """The transfer settings as they were before we touched them."""
    facts = run.facts(NOTE)
    if "mode" not in facts:
        return None
    return TransferSettings(**{name: facts.get(name, "") for name in FIELDS})


def touched_transfer(run: Run) -> bool:
    """Whether the settings may be ours."""
    return may_have(run, SetTransfer) is not None


def unseen_s(run: Run) -> float:
    """How long a download that nothing tells of is waited for here."""
    return min(UNSEEN_S, run.charter.policy.wait_for_aps_s)


def came_up(view: ControllerView, sent: Sent) -> bool:
    """Whether the controller booted after an order to restart was sent."""
    return view.boot_time is not None and view.boot_time > sent.at.wall


def awaited(run: Run, view: ControllerView, moment: Moment, sent: Sent, release: str) -> Move:
    """What a restart came to: up on a release, up on another one, or not yet."""
    running = view.images.running if view.images else None
    if running == release:
        return Done(f"came up on {release}")
    if running is not None and came_up(view, sent):
        return Fail(f"the controller came up on {running}, not on {release}")
    passed_s = run.elapsed_s(sent.at, moment.now)
    if passed_s >= GOING_DOWN_S:
        return Fail(f"the controller did not restart within {GOING_DOWN_S:g} s")
    return Hold(LOOK_S, "waiting for the controller to go down and come up")


def missing_on(run: Run, view: ControllerView, release: str) -> tuple[BaseRadioMac, ...]:
    """The APs that were registered before and are not, or run something else."""
    now = {ap.mac: ap for ap in view.aps or ()}
    return tuple(mac for mac in job_of(run).aps if not _serves_on(now.get(mac), release))


def _serves_on(ap: ApSighting | None, release: str) -> bool:
    return ap is not None and ap.state is ApState.REGISTERED and ap.version in (None, release)


def named(macs: tuple[BaseRadioMac, ...], most: int = 5) -> str:
    """A few of them, for people."""
    more = f" and {len(macs) - most} more" if len(macs) > most else ""
    return ", ".join(str(mac) for mac in macs[:most]) + more
