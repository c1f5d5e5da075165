"""The way home of an installation: what is committed stays, everything else goes.

Each step looks at the installer's books and does what is missing, so it starts from any state that
a crash can leave. What somebody else activated or committed is not ours to take back.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.changes import Change
from service.domain.install_job import Stage
from service.domain.installation import Fate, PackageState
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.software_changes import (
    DeleteFile,
    InstallOrder,
    InstallVerb,
    PredownloadAll,
    StopPredownload,
)
from service.domain.software_files import FileKind
from service.domain.steps.add_software import ADD_LIMIT_S, LOADING
from service.domain.steps.bring_file import STALLED_S
from service.domain.steps.installer import BEGINS_WITHIN_S, IDLE_WITHIN_S, follow, watch
from service.domain.steps.installing import (
    KEPT,
    SETTLE,
    busy,
    fresh_uuid,
    is_kept,
    job_of,
    kept,
    look_s,
    may_have,
    may_have_fetched,
    operation,
    state_of,
    unkept,
    version_of,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.returning import is_coming_back

TAKE_BACK, REMOVE, DELETE = "take-back", "remove-added", "delete-fetched"
FORMER_BACK, REMOVE_BASE = "take-former-back", "remove-base"
SETTLE_LIMIT_S, BACK_LIMIT_S = 3600.0, 3600.0
DELETIONS, STILL = 3, "still"
OUT = frozenset({PackageState.ACTIVATED, PackageState.DEACTIVATED})


@dataclass(frozen=True, slots=True)
class SettleInstall:
    """Wait for what is under way, then note what is committed."""

    remediation: str
    name: str = SETTLE
    summary: str = "let the installer come to rest, and see what is committed"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.INSTALL_PROGRESS})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.install is None:
            return _blind(run, view)
        doing = busy(view)
        waited_s = run.elapsed_s(run.leg_began, moment.now)
        if doing is not None and waited_s < SETTLE_LIMIT_S and not _asks(run, view):
            return Hold(look_s(run), f"the installer is at work: {doing}")
        if _may_yet_begin(run, view, moment):
            return Hold(look_s(run), "an order of ours may yet begin")
        stages = [s for s in job_of(run).stages if state_of(s, view) is PackageState.COMMITTED]
        named = " ".join(stage.key for stage in stages)
        if is_coming_back(run, view):  # then the one that is committed does not run
            named = run.facts(self.name).get(KEPT, named)
        if run.facts(self.name).get(KEPT) != named:
            return Hold(0.0, f"committed: {named or 'nothing of ours'}", {KEPT: named})
        return Done(
            ", ".join(f"{stage.label} is committed" for stage in stages)
            or "nothing of ours is committed"
        )


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What is active and not committed: `install abort`, and where that fails, to the committed.

    That an operation which waits for an answer ends by it, too, is unverified.
    """

    remediation: str
    name: str = TAKE_BACK
    summary: str = "take back software that is not committed"
    of_former: bool = False
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.INSTALL_PROGRESS})

    @classmethod
    def from_return(cls, remediation: str) -> "TakeBack":
        """The same for a release of before on which the controller does not serve."""
        return cls(remediation, FORMER_BACK, "take back a return that failed", of_former=True)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.install is None:
            return _blind(run, view)
        stages = reversed(job_of(run).former) if self.of_former else unkept(run)
        out = [stage for stage in stages if state_of(stage, view) in OUT]
        if not out and _asks(run, view):
            return self._back(run, view, moment, out)  # what waits for an answer is ended so, too
        if not out:
            doing = busy(view)
            limit = run.elapsed_s(run.since(self.name), moment.now) >= BACK_LIMIT_S
            if doing is not None and run.sent_in(self.name) and not limit:
                return Hold(look_s(run), f"coming back: {doing}")
            return Done("nothing of ours is active without being committed")
        if not any(may_have(run, "activate", stage) for stage in out):
            return self._fail(run, out, "somebody else activated it: it is theirs")
        return self._back(run, view, moment, out)

    def _back(self, run: Run, view: ControllerView, moment: Moment, out: list[Stage]) -> Move:
        verbs: tuple[InstallVerb, ...] = ("abort", "rollback")
        sent = run.sent_in(self.name, InstallOrder)
        if sent:
            move = watch(self.name, run, view, moment, sent=sent[-1], limit_s=BACK_LIMIT_S)
            if not isinstance(move, Fail):
                return move
            if len(sent) >= len(verbs):
                return self._fail(run, out, move.detail)
        elif (doing := busy(view)) is not None and not _asks(run, view):
            if run.elapsed_s(run.since(self.name), moment.now) >= IDLE_WITHIN_S:
                return self._fail(run, out, f"the installer does not come to rest: {doing}")
            return Hold(look_s(run), f"the installer is busy: {doing}")
        verb = verbs[len(sent)]
        return Send(InstallOrder(verb, fresh_uuid(self.remediation, self.name, run)))

    def _fail(self, run: Run, out: list[Stage], why: str) -> Fail:
        by_hand = run.charter.by_hand
        left = tuple(f"active and not committed: {stage.label}" for stage in out)
        left = left or ("an operation of the installer waits for an answer on the console",)
        first, second = by_hand.take_back
        return Fail(why, left, (by_hand.look_at_software, first, f"{second}   ! if that fails"))


@dataclass(frozen=True, slots=True)
class RemoveAdded:
    """What we added, and is not active."""

    remediation: str
    name: str = REMOVE
    summary: str = "remove what was added and is not committed"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL, Topic.INSTALL_PROGRESS})

    @classmethod
    def after_return(cls, remediation: str) -> "RemoveAdded":
        """The same once more: a release that was committed is not wanted after a return."""
        return cls(remediation, REMOVE_BASE, "remove the release that the controller left again")

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.install is None:
            return _blind(run, view)
        for stage in unkept(run):
            state = state_of(stage, view)
            if state is None or stage.is_added or state in OUT or not may_have(run, "add", stage):
                continue
            return self._remove(run, view, moment, stage)
        doing = busy(view)
        if doing is not None and run.sent_in(self.name):
            return Hold(look_s(run), f"removing: {doing}")
        return Done("nothing that we added is left")

    def _remove(self, run: Run, view: ControllerView, moment: Moment, stage: Stage) -> Move:
        uuid = fresh_uuid(self.remediation, self.name, run)
        order = InstallOrder("remove", uuid, stage.name)
        if stage.kind is FileKind.BASE and (version := version_of(stage, view)) is not None:
            order = InstallOrder("remove", uuid, version=version.version)
        same = [
            s for s in run.sent_in(self.name, InstallOrder) if _about(s.change) == _about(order)
        ]
        if same:
            move = watch(self.name, run, view, moment, sent=same[-1], limit_s=ADD_LIMIT_S)
        else:
            earlier = run.sent_in(self.name, InstallOrder)
            move = (
                Send(order)
                if earlier and busy(view) is None
                else follow(self.name, run, view, moment, order=order, limit_s=ADD_LIMIT_S)
            )
        if isinstance(move, Fail):
            line = run.charter.by_hand.remove_software.format(file=stage.name)
            return Fail(move.detail, (f"added: {stage.label}",), (line,))
        return move


@dataclass(frozen=True, slots=True)
class DeleteFetched:
    """Files that we had fetched, for stages that do not stay. A committed one needs its file."""

    name: str = DELETE
    summary: str = "delete what was fetched for nothing"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.STORAGE})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        ours = [stage for stage in (*unkept(run), *_spare(run)) if may_have_fetched(run, stage)]
        if not ours:
            return Done("nothing was fetched that does not stay")
        if view.storage is None:
            why = view.unknown.get(Topic.STORAGE, "no answer")
            return _undeleted(run, ours, f"files cannot be read: {why}")
        there = [stage for stage in ours if view.storage.size_of(stage.name) is not None]
        if not there:
            return Done("what was fetched is gone")
        return self._delete(run, there[0], view.storage.size_of(there[0].name) or 0, moment)

    def _delete(self, run: Run, stage: Stage, size: int, moment: Moment) -> Move:
        """Once it does not grow any more: a copy may still be under way."""
        told, since = f"{stage.name} {size}", run.when(self.name, STILL)
        if run.facts(self.name).get(STILL) != told or since is None:
            return Hold(look_s(run), f"seeing whether {stage.name} still grows", {STILL: told})
        whole = size == stage.size_bytes
        rest_s = 0.0 if whole else min(STALLED_S, 4 * look_s(run))
        if run.elapsed_s(since, moment.now) < rest_s:
            return Hold(look_s(run), f"seeing whether {stage.name} still grows")
        sent = [s for s in run.sent_in(self.name, DeleteFile) if _about(s.change) == stage.name]
        if len(sent) >= DELETIONS:
            return _undeleted(run, [stage], f"could not be deleted: {sent[-1].detail}")
        if sent and run.elapsed_s(sent[-1].at, moment.now) < look_s(run):
            return Hold(look_s(run), "waiting for the file to go")
        return Send(DeleteFile(stage.name))


@dataclass(frozen=True, slots=True)
class EndPredownload:
    """APs that load an image which is not going to run."""

    remediation: str
    name: str = "end-predownload"
    summary: str = "have the APs stop loading what is not going to run"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.AP_JOIN, Topic.AP_PREDOWNLOAD})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        del moment
        if not run.may_have_sent(PredownloadAll) or not any(True for _ in unkept(run)):
            return Done("no AP was told to load anything that does not stay")
        loading = sum(ap.predownload in LOADING for ap in view.aps or ())
        sent = run.sent_in(self.name, StopPredownload)
        if not loading or sent:
            return Done(f"{loading} APs are still loading" if loading else "no AP is loading")
        return Send(StopPredownload(fresh_uuid(self.remediation, self.name, run)))


def _spare(run: Run) -> tuple[Stage, ...]:
    """What was brought for a return, and is not needed any more: a release that is unpacked.

    Where the controller should have returned and did not, a person may need it.
    """
    if kept(run) and not is_kept(run):
        return ()
    return tuple(stage for stage in job_of(run).former if stage.kind is FileKind.BASE)


def _about(change: Change) -> str:
    match change:
        case InstallOrder(file=file, version=version):
            return file or version
        case DeleteFile(name):
            return name
        case _:
            return ""


def _last_order(run: Run) -> Sent | None:
    orders = [s for s in run.sent if isinstance(s.change, InstallOrder)]
    return orders[-1] if orders else None


def _asks(run: Run, view: ControllerView) -> bool:
    """Whether an operation of ours waits for an answer that nobody gives: it can be taken back."""
    ours = {s.change.uuid for s in run.sent if isinstance(s.change, InstallOrder)}
    return any(one.uuid in ours and one.fate is Fate.ASKS for one in view.operations or ())


def _may_yet_begin(run: Run, view: ControllerView, moment: Moment) -> bool:
    """Whether the last order, whose effect is not seen, was given so lately that it may begin."""
    last = _last_order(run)
    if last is None or not last.may_have_happened or run.ended_at(last.step) is not None:
        return False
    found = isinstance(last.change, InstallOrder) and operation(view, last.change.uuid) is not None
    return not found and run.elapsed_s(last.at, moment.now) < BEGINS_WITHIN_S


def _blind(run: Run, view: ControllerView) -> Fail:
    why = view.unknown.get(Topic.INSTALL, "no answer")
    left = () if kept(run) else ("not known: what is installed",)
    by_hand = run.charter.by_hand
    return Fail(f"the software cannot be read: {why}", left, (by_hand.look_at_software,))


def _undeleted(run: Run, stages: list[Stage], why: str) -> Fail:
    line = run.charter.by_hand.delete_file
    return Fail(
        why,
        tuple(f"fetched and not deleted: {stage.name}" for stage in stages),
        tuple(line.format(file=stage.name) for stage in stages),
    )
