"""The installer of the in-memory C9800: orders that are only accepted, and what becomes of them.

It does what a box was seen to do by others: an order that comes while another one runs is dropped
without a word; operations have uuids where the release lists them; an activation that nobody
commits is taken back when its timer runs out; a release reloads the box.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from service.domain.changes import Change
from service.domain.installation import (
    Fate,
    InstalledVersion,
    Operation,
    Package,
    PackageState,
    Storage,
    StoredFile,
    VersionState,
)
from service.domain.observation import ApState, InstallState
from service.domain.software_changes import (
    AddSite,
    ApplySites,
    CheckFile,
    ClearSites,
    DeleteFile,
    FetchFile,
    InstallOrder,
    PredownloadAll,
    StopPredownload,
)
from tests.support.fake_controller import FakeAp, FakeController, Rejected

OP_S, FETCH_S, RELOAD_S = 20.0, 20.0, 120.0
MENDING = ("CSCwe10047", "CSCwd87612")
"""In the names of the patches that mend the images."""


@dataclass(slots=True)
class Turn:
    """One operation."""

    order: InstallOrder
    fate: Fate = Fate.RUNS


@dataclass
class FakeInstaller:
    """Books and bootflash of one box.

    Attributes:
        lists: whether operations are listed (17.9 on).
        spoilt: verb -> how its next operation ends: fail, hang, drop, ask or revert.
        cut: names of files that arrive cut short; corrupt: names whose hash is another one.
        helps: whether the patch mends what it is for.
    """

    box: FakeController
    lists: bool = True
    base: str = "17.03.06.0.3895"
    source: str = "C9800-L-universalk9_wlc.17.03.06.SPA.bin"
    files: dict[str, int] = field(default_factory=dict)
    free_bytes: int = 10_000
    packages: dict[str, PackageState] = field(default_factory=dict)
    spoilt: dict[str, str] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    corrupt: set[str] = field(default_factory=set)
    helps: bool = True
    breaks_aps: bool = False
    turns: list[Turn] = field(default_factory=list)
    added: dict[str, str] = field(default_factory=dict)  # version -> file
    left: dict[str, str] = field(default_factory=dict)  # ran once: its files lie there
    running: str = ""
    timer: int = 0  # a number: the one that counts down
    ends_at: float | None = None
    faults: list[str] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)  # sites on the list of the patch
    reached: set[str] | None = None  # None: all of them

    def __post_init__(self) -> None:
        self.running = self.base
        self.began_with = self.state
        self.show()

    @property
    def state(self) -> tuple[str, str, dict[str, PackageState], dict[str, int], set[str]]:
        """What has to be again what it was."""
        known = {*self.added, *self.left} - {self.base}
        return (self.base, self.running, dict(self.packages), dict(self.files), known)

    @property
    def mends(self) -> bool:
        """Whether stuck APs get an image that they take."""
        runs = (PackageState.ACTIVATED, PackageState.COMMITTED)
        return self.helps and any(
            s in runs and any(bug in n for bug in MENDING) for n, s in self.packages.items()
        )

    def reaches(self, ap: FakeAp) -> bool:
        """Whether the patch is for this AP's site, too."""
        return self.reached is None or ap.site in self.reached

    def mends_ap(self, ap: FakeAp) -> bool:
        """Whether a stuck AP gets an image that it takes."""
        return self.mends and self.reaches(ap)

    @property
    def working(self) -> Turn | None:
        return next((turn for turn in self.turns if turn.fate in (Fate.RUNS, Fate.ASKS)), None)

    def show(self) -> None:
        """What the box tells at a look."""
        uncommitted = self.running != self.base
        versions = [InstalledVersion(self.base, _version(not uncommitted), self.source)]
        if uncommitted:
            found = VersionState.UNCOMMITTED
            versions.append(InstalledVersion(self.running, found, self.added.get(self.running, "")))
        rests = VersionState.IN_PROGRESS if self.lists else VersionState.PRESENT
        versions += [
            InstalledVersion(version, rests, file)
            for version, file in self.added.items()
            if version not in (self.base, self.running)
        ]
        versions += [
            InstalledVersion(version, VersionState.PRESENT, file)
            for version, file in self.left.items()
            if version not in (self.base, self.running, *self.added)
        ]
        by = {s: tuple(n for n, x in self.packages.items() if x is s) for s in PackageState}
        pending = by[PackageState.ACTIVATED] + ((self.running,) if uncommitted else ())
        end = None if self.ends_at is None else self.ends_at - self.box.now
        self.box.install = InstallState(
            version=self.base,
            patches=by[PackageState.COMMITTED],
            uncommitted=pending,
            abort_timer_active=self.ends_at is not None,
            activity="install-in-progress" if self.lists and self.working else None,
            boot_mode="install-boot-mode-install" if self.lists else None,
            versions=tuple(versions),
            packages=tuple(Package(n, s) for n, s in sorted(self.packages.items())),
            abort_at=None if end is None else self.box.clock + timedelta(seconds=end),
        )
        said = (Operation(t.order.uuid, t.fate, t.fate.value) for t in self.turns)
        self.box.operations = tuple(said) if self.lists else None
        files = tuple(StoredFile(name, size) for name, size in sorted(self.files.items()))
        self.box.storage = Storage(files, self.free_bytes - sum(self.files.values()))

    # -- changes -----------------------------------------------------------------------------

    def apply(self, change: Change) -> None:
        """Take one change. Raises Rejected."""
        match change:
            case FetchFile(name, _, size):
                self._fetch(name, size)
            case CheckFile(name) if name in self.corrupt or name not in self.files:
                raise Rejected(f"the hash of {name} is another one")
            case DeleteFile(name):
                self.files.pop(name, None)
            case InstallOrder() as order:
                self._order(order)
            case AddSite(file, site):
                self._known(file)
                self.waiting.add(site)
            case ApplySites(file) | ClearSites(file):
                self._known(file)
                self._reach(None if isinstance(change, ClearSites) else self.waiting)
            case PredownloadAll() | StopPredownload() | CheckFile():
                pass
        self.show()

    def _known(self, file: str) -> None:
        if file not in self.packages:
            raise Rejected(f"no such image was added: {file}")

    def _reach(self, sites: set[str] | None) -> None:
        self.reached = None if sites is None else set(sites)
        self.waiting = set() if sites is None else self.waiting
        if PackageState.ACTIVATED in self.packages.values():
            self._aps_move()

    def _fetch(self, name: str, size: int) -> None:
        if name in self.spoilt:
            raise Rejected(self.spoilt[name])
        whole = size // 2 if name in self.cut else size

        def arrive(now: int) -> None:
            self.files[name] = now
            self.show()

        arrive(size // 4)
        self.box.later(FETCH_S, lambda: arrive(whole))

    def _order(self, order: InstallOrder) -> None:
        if any(turn.order.uuid == order.uuid for turn in self.turns):
            self.faults.append(f"uuid {order.uuid} twice")
        at_work = self.working
        if at_work is not None and at_work.fate is Fate.ASKS and order.verb == "abort":
            at_work.fate = Fate.FAILED
        elif at_work is not None:
            self.faults.append(f"{order.verb} while {at_work.order.verb} runs")
            return
        spoilt = self.spoilt.pop(order.verb, "")
        if spoilt == "drop":
            return
        turn = Turn(order, Fate.ASKS if spoilt == "ask" else Fate.RUNS)
        self.turns.append(turn)
        if spoilt not in ("ask", "hang"):
            self.box.later(OP_S, lambda: self._end(turn, spoilt))

    def _end(self, turn: Turn, spoilt: str) -> None:
        if turn.fate is not Fate.RUNS:
            return
        turn.fate = Fate.FAILED if spoilt else Fate.SUCCEEDED
        if not spoilt and not self._do(turn.order):
            turn.fate = Fate.FAILED
        self.show()

    def _do(self, order: InstallOrder) -> bool:
        match order.verb:
            case "add":
                return self._add(order.file)
            case "activate":
                return self._activate(order)
            case "commit":
                self._commit()
                return True
            case "abort" | "rollback":
                return self.take_back()
            case "remove":
                self.added.pop(order.version, None)
                self.left.pop(order.version, None)
                return self.packages.pop(order.file, None) is not None or bool(order.version)

    def _add(self, name: str) -> bool:
        if name not in self.files or self._pending or name in self.corrupt:
            return False
        if ".apsp." in name:
            self.packages[name] = PackageState.ADDED
        else:
            self.added[self._version_in(name)] = name
        return True

    def _version_in(self, name: str) -> str:
        """The build in an image: that of one which ran here before, where it is the same."""
        release = name.partition("wlc.")[2].partition(".SPA")[0]
        known = (version for version, file in self.left.items() if file == name)
        return next(known, f"{release}.0.4000")

    @property
    def _pending(self) -> bool:
        return self.running != self.base or PackageState.ACTIVATED in self.packages.values()

    def _activate(self, order: InstallOrder) -> bool:
        if self._pending or order.abort_after_min is None:
            self.faults.append("activated on top of what is not committed, or without a timer")
            return False
        self._count(order.abort_after_min * 60.0)
        if order.version:
            if order.version not in self.added:
                return False
            self._reload(order.version)
            return True
        self.packages[order.file] = PackageState.ACTIVATED
        self.reached = set(self.waiting) if self.waiting else None
        self._aps_move()
        return True

    def _count(self, seconds: float) -> None:
        self.timer += 1
        number, self.ends_at = self.timer, self.box.now + seconds
        self.box.later(seconds, lambda: self._over(number))

    def _over(self, number: int) -> None:
        if number == self.timer and self.ends_at is not None:
            self.box.log.append("auto-abort")
            self.take_back()
            self.show()

    def _commit(self) -> None:
        if self.running != self.base:
            self.left[self.base] = self.source
        self.ends_at, self.base = None, self.running
        self.source = self.added.pop(self.running, self.source)
        self.left.pop(self.base, None)
        for name, state in self.packages.items():
            if state is PackageState.ACTIVATED:
                self.packages[name] = PackageState.COMMITTED

    def take_back(self) -> bool:
        """Back to what is committed."""
        if not self._pending:
            return False
        self.ends_at = None
        for name, state in self.packages.items():
            if state is PackageState.ACTIVATED:
                self.packages[name] = PackageState.ADDED
        if self.running != self.base:
            self._reload(self.base)
        else:
            self._aps_move()
        return True

    def _reload(self, version: str) -> None:
        """The box goes away, and comes back with this release."""
        left = None if self.ends_at is None else self.ends_at - self.box.now
        self.box.unreachable = True
        self.box.reload()
        self.running = version

        def back() -> None:
            self.box.unreachable = False
            parts = version.split(".")[:3]
            self.box.release = ".".join(str(int(part)) for part in parts)
            self._aps_move()
            self.show()

        self.box.later(RELOAD_S, back)
        if left is not None:
            self._count(max(left, RELOAD_S + 1))

    def _aps_move(self) -> None:
        """APs load the image that is there now."""
        for ap in self.box.aps:
            if not self.reaches(ap):
                continue
            if ap.stuck and self.mends and not ap.hopeless:
                self.box.later(ap.download_s, lambda ap=ap: self._mended(ap))
            elif not ap.stuck:
                ap.state = ApState.NOT_JOINED
                if not (self.breaks_aps and self._pending):
                    self.box.later(ap.boot_s, lambda ap=ap: setattr(ap, "state", REGISTERED))

    def _mended(self, ap) -> None:
        if self.mends_ap(ap):
            ap.turn += 1
            ap.state = REGISTERED


REGISTERED = ApState.REGISTERED


def _version(committed: bool) -> VersionState:  # noqa: FBT001 - reads as a sentence
    return VersionState.COMMITTED if committed else VersionState.PRESENT
