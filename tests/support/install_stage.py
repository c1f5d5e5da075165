"""A stage whose controller has an installer, and a shelf with the patch that mends its APs.

`broken_install` asks after everything is over: is all committed, or all as it was; was nothing told
twice; is nothing left behind?
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from service.domain.installation import PackageState
from service.domain.journal import Closed
from service.domain.observation import ControllerView, Platform, Topic
from service.domain.plan import Asked, Situation
from service.domain.planning import make_plan
from service.domain.releases import Release
from service.domain.software_files import FileKind, SoftwareFile, SoftwareShelf
from service.usecases.orphans import due
from service.usecases.plan import ALL_TOPICS, INSTALLING, Proposal
from service.usecases.tried import tried_on
from service.usecases.truth import true_time_by
from tests.support.cases import catalogue
from tests.support.fake_installer import FakeInstaller
from tests.support.stage import Process, Stage, ap

FAMILY = "C9800-L"
APSP = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
BASE = "C9800-L-universalk9_wlc.17.03.06.SPA.bin"
RUNNING = "C9800-L-universalk9_wlc.17.03.04.SPA.bin"
LATER = "C9800-L-universalk9_wlc.17.09.02.SPA.bin"
LATER_APSP = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
ACCEPTING = Asked(accept_reload=True, accept_stranded=True)


def stored(name: str, kind: FileKind, *, patch: str | None = None, **fields) -> SoftwareFile:
    given = {"size_bytes": 1000, "vouched": True, "url": f"https://192.0.2.5:8443/{name}", **fields}
    family = FAMILY if kind is FileKind.BASE else "C9800-universalk9_wlc"
    release = Release.parse("17.3.6")
    return SoftwareFile(
        name, Platform.IOSXE, family, release, kind, patch, sha512="5" * 128, md5="5" * 32, **given
    )


PATCH = stored(APSP, FileKind.APSP, patch="CSCwe10047")
IMAGE = stored(BASE, FileKind.BASE)
LATER_PATCH = replace(
    stored(LATER_APSP, FileKind.APSP, patch="CSCwd87612"), release=Release.parse("17.9.2")
)
SHELF = SoftwareShelf((PATCH, IMAGE, LATER_PATCH), is_stated=True)
SITES = ("north", "south", "south", "south", "east", "west")
"""Of the six APs; the first two are stuck."""


@dataclass(slots=True)
class InstallStage(Stage):
    """One controller on 17.3.6; on 17.3.4 where a release comes first; by sites on 17.9.2."""

    installer: FakeInstaller = field(init=False)
    shelf: SoftwareShelf = SHELF
    two_stages: bool = False
    by_sites: bool = False
    lists: bool = True

    def __post_init__(self) -> None:
        self.policy = replace(self.policy, wait_for_aps_s=900.0, waves=(1, 2))
        self.aps = [ap(1), ap(2), *(ap(n, stuck=False) for n in range(3, 7))]
        if self.by_sites:
            for one, site in zip(self.aps, SITES, strict=True):
                one.model, one.site = "IW3702-2E-UXK9", site
        super(InstallStage, self).__post_init__()
        release, base, source = self._installed
        self.box.release = release
        self.installer = FakeInstaller(
            self.box, lists=self.lists, base=base, source=source, files={source: 1000}
        )
        self.box.installer = self.installer
        self.line.on_read = lambda _: self.installer.show()

    @property
    def _installed(self) -> tuple[str, str, str]:
        if self.by_sites:
            return "17.9.2", "17.09.02.0.4000", LATER
        if self.two_stages:
            return "17.3.4", "17.03.04.0.3000", RUNNING
        return "17.3.6", "17.03.06.0.3895", BASE

    @property
    def patch(self) -> str:
        """The file that mends."""
        return LATER_APSP if self.by_sites else APSP

    def look(self, process: Process) -> ControllerView:
        driver = process.context.drivers.open(self.controller)
        try:
            return driver.read((ALL_TOPICS | INSTALLING) - {Topic.CERTIFICATES}, timeout_s=60)
        finally:
            driver.close()

    def propose(self, process: Process, asked: Asked | None = None) -> Proposal:
        view = self.look(process)
        finding, known = self.finding(view), catalogue()
        issue = known.get(finding.issue)
        assert issue is not None
        truth = true_time_by(process.context, view)
        situation = Situation(
            finding, issue, self.controller, view, truth,
            tried=tried_on(process.context, self.box.name),
            software=known.software, shelf=self.shelf,
        )  # fmt: skip
        planned = make_plan(situation, asked or ACCEPTING, strategy="fixed-software")
        return Proposal(planned, finding, view, {})


def broken_install(stage: InstallStage, closed: Closed | None) -> list[str]:
    """What the design forbids and this stage shows, with time enough passed.

    Only where the policy says `stay` is a release without its patch a person's to decide on.
    """
    if closed is None:
        rows = stage.store.remediations(controller=stage.box.name)
        closed = rows[0].closed if rows else None
    box = stage.installer
    found = [*box.faults, *unsettled(stage), *told_twice(stage)]
    if closed is not None and closed.state == "succeeded":
        if box.packages != {stage.patch: PackageState.COMMITTED} or box.running != box.base:
            found.append(f"not committed: {box.state}")
    elif closed is not None and closed.state == "needs-attention":
        half = box.base != box.began_with[0] and not box.packages and APSP not in box.files
        told = half and closed.mend and "17.3.6" in str(closed.left)
        if not (stage.policy.after_base == "stay" and told):
            found.append(f"{closed}")
    elif box.state != box.began_with:
        found.append(f"not as it was: {box.state}")
    return found


def unsettled(stage: InstallStage) -> list[str]:
    """What is still under way, or saved."""
    box, found = stage.installer, []
    if box.ends_at is not None:
        found.append("the timer runs")
    if box.waiting or box.reached is not None:
        found.append("a list of sites is left")
    if box.working is not None:
        found.append(f"{box.working.order.verb} is under way")
    if stage.box.startup != stage.box.began_with:
        found.append("something was saved")
    if due(stage.process().context):
        found.append("a restore is still due")
    return found


def told_twice(stage: InstallStage) -> list[str]:
    """Orders that the installer took more often than once for each stage.

    On 17.3 nothing tells an added release from one whose files lie there: so after a death the
    release of before may be told to be added once more.
    """
    given = (
        t.order for t in stage.installer.turns if t.order.verb in ("add", "activate", "commit")
    )
    orders = Counter((order.verb, order.file, order.version) for order in given)
    orders -= Counter({("commit", "", ""): (3 if stage.two_stages else 1) - 1})
    orders -= Counter({("add", RUNNING, ""): 0 if stage.lists else 1})
    told = (what for what, times in orders.items() if times > 1)
    return [f"{verb} {file}{version} was told twice" for verb, file, version in told]
