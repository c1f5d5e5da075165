"""Let a patch reach the access points of some sites first, and those of all others at the end.

From 17.9 on a release keeps a list of sites for a patch: its activation reaches those, `apply`
what was put on since, `clear` all that are left. Nothing that we read shows the list, so it is
told what it may have been told already where a reply was lost: a site that is on it stays on it
(unverified, as the order of all this is but for the models' own words).
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.install_job import Stage
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.software_changes import AddSite, ApplySites, ClearSites, SiteChange
from service.domain.steps.installing import fresh_uuid, state_of, unkept
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send
from service.domain.steps.take_software_back import OUT

TRIES = 3
CLEAR = "clear-sites"


@dataclass(frozen=True, slots=True)
class ReachSites:
    """One wave, or all that is left.

    Attributes:
        wave: its place among the stage's waves; after the last: everything else.
    """

    remediation: str
    stage: Stage
    wave: int
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL})

    @property
    def name(self) -> str:
        """`sites-1`, `sites-2`, ..., `all-sites`."""
        return "all-sites" if self._is_rest else f"sites-{self.wave + 1}"

    @property
    def summary(self) -> str:
        """What it does."""
        sites = "all other sites" if self._is_rest else ", ".join(self.sites)
        return f"let {self.stage.label} reach {sites}"

    @property
    def _is_rest(self) -> bool:
        return self.wave >= len(self.stage.waves)

    @property
    def sites(self) -> tuple[str, ...]:
        """The wave's; empty for all that is left."""
        return () if self._is_rest else self.stage.waves[self.wave].sites

    def told(self, uuid: str) -> tuple[SiteChange, ...]:
        """What the controller is told, in order."""
        if self._is_rest:
            return (ClearSites(self.stage.name, uuid),)
        named = tuple(AddSite(self.stage.name, site) for site in self.sites)
        return named if self.wave == 0 else (*named, ApplySites(self.stage.name, uuid))

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        del view, moment
        for change in self.told(fresh_uuid(self.remediation, self.name, run)):
            move = _told(run, self.name, change)
            if move is not None:
                return move
        return Done(f"it reaches {', '.join(self.sites) or 'all sites'}")


@dataclass(frozen=True, slots=True)
class ClearFilter:
    """Take the list of sites away of a patch that does not stay: it names nobody's any more."""

    remediation: str
    name: str = CLEAR
    summary: str = "forget which sites a patch was to reach first"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.INSTALL})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        del moment
        for stage in unkept(run):
            state = state_of(stage, view)
            if state is None or state in OUT or not _listed(run, stage):
                continue
            move = _told(run, self.name, ClearSites(stage.name, fresh_uuid_of(self, run)))
            if isinstance(move, Fail):
                left = (f"a list of sites for {stage.name}",)
                line = f"ap image site-filter file {stage.name} clear"
                return Fail(move.detail, left, (line,))
            if move is not None:
                return move
        return Done("no list of sites is left")


def fresh_uuid_of(step: ClearFilter, run: Run) -> str:
    """A UUID for the way home's own order."""
    return fresh_uuid(step.remediation, step.name, run)


def _told(run: Run, step: str, change: SiteChange) -> Move | None:
    """Send it, or say that it cannot be sent; None: the controller took it."""
    sent = [s for s in run.sent_in(step) if _same(s.change, change)]
    if any(one.outcome == "applied" for one in sent):
        return None
    if sent and (not sent[-1].may_have_happened or len(sent) >= TRIES):
        return Fail(f"the controller does not take it: {sent[-1].detail}")
    return Send(change)


def _same(one: object, other: SiteChange) -> bool:
    """Whether two say the same; a UUID is new each time."""
    if isinstance(one, AddSite) or isinstance(other, AddSite):
        return one == other
    return type(one) is type(other)


def _listed(run: Run, stage: Stage) -> bool:
    """Whether sites of a stage may be on the controller's list."""
    return any(
        isinstance(s.change, AddSite) and s.change.file == stage.name and s.may_have_happened
        for s in run.sent
    )
