"""What an installation did so far, and what a look shows of it.

Names of steps end with what is installed (`add-base`, `add-apsp`), so a journal is read without
the plan. What a stage is, is read from the installer's books: never from what was sent.
"""

from collections.abc import Iterator
from uuid import UUID, uuid5

from service.domain.install_job import InstallJob, Stage
from service.domain.installation import (
    Fate,
    InstalledVersion,
    Operation,
    PackageState,
    VersionState,
)
from service.domain.observation import ControllerView
from service.domain.releases import Release
from service.domain.remediation import Run
from service.domain.software_changes import FetchFile, InstallOrder, InstallVerb
from service.domain.software_files import FileKind

SETTLE = "settle-install"
KEPT = "kept"
"""What the first step of the way home remembers: the stages that are committed, by their kind."""
RETURN, RETURNED = "commit-former", "returned"
"""What the step that commits the former release remembers: on which way home it saw that."""
_OURS = UUID("6a2d5c1e-0f5b-5c7e-9d0a-3f6b1f0c7a11")
_VERSION_STATES = {
    VersionState.COMMITTED: PackageState.COMMITTED,
    VersionState.UNCOMMITTED: PackageState.ACTIVATED,
    VersionState.ADDED: PackageState.ADDED,
    VersionState.PRESENT: PackageState.ADDED,  # or never added: see `rests_added`
    VersionState.IN_PROGRESS: PackageState.ADDED,  # measured by others: how an added one rests
}


def job_of(run: Run) -> InstallJob:
    """What is installed. ValueError where the charter says nothing of it."""
    if run.charter.install is None:
        raise ValueError(f"{run.charter.strategy} installs nothing here")
    return run.charter.install


def step_name(verb: str, stage: Stage) -> str:
    """The name of a stage's step."""
    return f"{verb}-{stage.key}"


def fresh_uuid(remediation: str, step: str, run: Run) -> str:
    """A UUID that was never used: the same journal gives the same one."""
    sent = sum(isinstance(s.change, InstallOrder) and s.step == step for s in run.sent)
    return str(uuid5(_OURS, f"{remediation}/{step}/{run.calls_home}/{sent}"))


def version_of(stage: Stage, view: ControllerView) -> InstalledVersion | None:
    """A base release in the books."""
    wanted = Release.parse(stage.release)
    for version in view.install.versions if view.install else ():
        try:
            found = Release.parse(version.version)
        except ValueError:
            continue
        if found.to_the_precision_of(wanted) == wanted:
            return version
    return None


def state_of(stage: Stage, view: ControllerView) -> PackageState | None:
    """Where a stage stands by the books; None: it is not in them."""
    if stage.kind is FileKind.BASE:
        version = version_of(stage, view)
        if version is None:
            return None
        return _VERSION_STATES.get(version.state, PackageState.UNKNOWN)
    packages = view.install.packages if view.install else ()
    return next((one.state for one in packages if one.name == stage.name), None)


def rests_added(stage: Stage, view: ControllerView) -> bool:
    """Whether the books say beyond doubt that it was added, and could be activated.

    A release whose files lie there, one that ran before or a file that was only copied, is told as
    `present` (captured on 17.15.6; others measured the same of copied files on 17.15 and 17.18).
    Releases before 17.9 may tell an added one so, too, for their model has no other word.
    """
    if stage.kind is not FileKind.BASE:
        return state_of(stage, view) is PackageState.ADDED
    version = version_of(stage, view)
    return version is not None and version.state in (VersionState.ADDED, VersionState.IN_PROGRESS)


def busy(view: ControllerView) -> str | None:
    """What the installer does at the moment; None: nothing, as far as it says."""
    running = [one for one in view.operations or () if one.fate is Fate.RUNS]
    if running:
        return running[0].said
    return view.install.activity if view.install else None


def is_silent(view: ControllerView) -> bool:
    """Whether this release says nothing of operations: neither a list nor an activity (17.3)."""
    return view.operations is None and (view.install is None or view.install.boot_mode is None)


def operation(view: ControllerView, uuid: str) -> Operation | None:
    """One operation; None: the controller does not list it, or lists none."""
    return next((one for one in view.operations or () if one.uuid == uuid), None)


def may_have(run: Run, verb: InstallVerb, stage: Stage) -> bool:
    """Whether the controller may have been told this about a stage by us, in any leg."""
    return any(
        isinstance(sent.change, InstallOrder)
        and sent.change.verb == verb
        and sent.step == step_name(verb, stage)
        and sent.may_have_happened
        for sent in run.sent
    )


def may_have_fetched(run: Run, stage: Stage) -> bool:
    """Whether the file there may be ours.

    Also where the controller said no: a copy that broke off leaves what came, and none is begun
    where a file of that name is.
    """
    return any(
        isinstance(sent.change, FetchFile) and sent.change.name == stage.name for sent in run.sent
    )


def kept(run: Run) -> tuple[Stage, ...]:
    """The stages that are committed, as the way home saw it; none before that, or once returned."""
    named = () if has_returned(run) else run.facts(SETTLE).get(KEPT, "").split()
    return tuple(stage for stage in job_of(run).stages if stage.key in named)


def has_returned(run: Run) -> bool:
    """Whether this way home saw the release of before committed again, by our order."""
    return run.home is not None and run.facts(RETURN).get(RETURNED) == str(run.calls_home)


def is_kept(run: Run) -> bool:
    """Whether everything that was to be installed is committed, and stays."""
    return bool(kept(run)) and len(kept(run)) == len(job_of(run).stages)


def unkept(run: Run) -> Iterator[Stage]:
    """The stages that are to be undone, the last one first."""
    done = kept(run)
    yield from (stage for stage in reversed(job_of(run).stages) if stage not in done)


def look_s(run: Run) -> float:
    """Seconds between two looks at an operation."""
    return min(5.0, run.charter.policy.poll_every_s)
