"""The shortest supported way from a controller's software to one that mends an issue.

A path goes forward only, and through no release that is not known to take every AP model present.
Of two such paths the one that exposes APs less comes first, then the shorter, then the one that
ends on software with fewer troubles, then the nearer release. Lines of the matrix that no document
backs never make a sure path; where they alone lead on, the path says so. A patch of the running
release orphans nobody, so it asks for no support.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, groupby
from typing import TypeAlias

from service.domain.catalogue import Fixed, Issue
from service.domain.releases import Release
from service.domain.software import Patch, SoftwareMatrix, Support, Target
from service.domain.upgrade_ground import Exposure, Ground, Installed

SURE = frozenset({Support.YES})
LIKELY = frozenset({Support.YES, Support.MAYBE})
Cost: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class UpgradeStep:
    """One installation.

    Attributes:
        patch: None where it is the release itself.
        closes: bugs that are closed from here on, and were not before.
        exposes: what APs are open to while they download its image.
        is_sure: whether documents back that every AP is taken.
        hardware: what it is made for, where nobody told what the controller is; empty: any.
    """

    release: Release
    patch: Patch | None
    closes: tuple[str, ...]
    exposes: tuple[Exposure, ...]
    is_sure: bool
    source: str
    notes: tuple[str, ...] = ()
    hardware: str = ""


@dataclass(frozen=True, slots=True)
class UpgradePath:
    """The steps to software that mends the issue; none: it runs already.

    Attributes:
        is_sure: whether documents back the fix and the support of every AP.
        instead: a shorter or less exposing way, which no document backs.
    """

    steps: tuple[UpgradeStep, ...]
    is_sure: bool = True
    instead: "UpgradePath | None" = None


@dataclass(frozen=True, slots=True)
class NoWay:
    """Why no path is known, a sentence for each release that might have been its end."""

    reasons: tuple[str, ...]


def shortest_path(matrix: SoftwareMatrix, issue: Issue, start: Installed) -> UpgradePath | NoWay:
    """The way for one controller, or why there is none."""
    ground = Ground(matrix, issue, start)
    if not ground.affected:
        return NoWay((f"no AP is known here whose model {issue.name} affects",))
    sure = _Search(ground, SURE, frozenset({Fixed.YES})).run()
    if sure is None and ground.fix(start) is Fixed.MAYBE:
        return NoWay((f"{start.release} may carry the fix, and no newer release surely does",))
    likely = _Search(ground, LIKELY, frozenset({Fixed.YES, Fixed.MAYBE})).run()
    if sure is not None:
        is_better = likely is not None and _weight(likely) < _weight(sure)
        instead = UpgradePath(likely, is_sure=False) if likely and is_better else None
        return UpgradePath(sure, instead=instead)
    if likely is not None:
        return UpgradePath(likely, is_sure=False)
    return NoWay(tuple(_reasons(ground)))


def _weight(steps: tuple[UpgradeStep, ...]) -> tuple[int, int]:
    return (sum(len(step.exposes) for step in steps), len(steps))


def _reasons(ground: Ground) -> Iterator[str]:
    """Releases with the same reason are told together."""
    told = ((ground.why_not(target), str(target.release)) for target in ground.targets)
    newer = [(why, release) for why, release in told if why is not None]
    if not newer:
        yield f"no release newer than {ground.start.release} is known that carries the fix"
    for why, alike in groupby(newer, key=lambda one: one[0]):
        yield f"{', '.join(release for _, release in alike)}: {why}"


@dataclass(frozen=True)
class _Search:
    """Dijkstra's, over (release, patches). An end waits in the heap like any other place."""

    ground: Ground
    allowed: frozenset[Support]
    wanted: frozenset[Fixed]
    _order: Iterator[int] = field(default_factory=count)

    def run(self) -> tuple[UpgradeStep, ...] | None:
        """The cheapest steps; None: none lead there."""
        heap: list[tuple[Cost, int, bool, Installed, tuple[UpgradeStep, ...]]] = []
        heapq.heappush(heap, ((0, 0, 0, 0), next(self._order), False, self.ground.start, ()))
        seen: set[Installed] = set()
        while heap:
            cost, _, is_end, at, steps = heapq.heappop(heap)
            if is_end:
                return steps
            if at in seen:
                continue
            seen.add(at)
            if self.ground.fix(at) in self.wanted:
                end = (*cost[:2], len(list(self.ground.dangers(at))), self._rank(at))
                heapq.heappush(heap, (end, next(self._order), True, at, steps))
                continue
            for step, after in self._onward(at):
                paid = (cost[0] + len(step.exposes), cost[1] + 1, 0, 0)
                heapq.heappush(heap, (paid, next(self._order), False, after, (*steps, step)))
        return None

    def _onward(self, at: Installed) -> Iterator[tuple[UpgradeStep, Installed]]:
        for target in self.ground.targets:
            if at.runs(target):
                for patch in target.patches:
                    if not any(patch.file in name for name in at.patches):
                        after = replace(at, patches=(*at.patches, patch.file))
                        yield self._step(at, after, target, patch), after
            elif self._is_open(at, target):
                after = replace(at, release=target.release, patches=())
                yield self._step(at, after, target, None), after

    def _is_open(self, at: Installed, target: Target) -> bool:
        is_supported = self.ground.support(target.release) in self.allowed
        return is_supported and self.ground.may_follow(at, target)

    def _step(
        self, at: Installed, after: Installed, target: Target, patch: Patch | None
    ) -> UpgradeStep:
        ground = self.ground
        is_supported = ground.support(after.release) is Support.YES
        return UpgradeStep(
            release=target.release,
            patch=patch,
            closes=tuple(sorted(ground.closed(after) - ground.closed(at))),
            exposes=(*ground.dangers(at), *ground.unmended(after)),
            is_sure=at.release == after.release or is_supported,
            source=patch.source if patch else target.source,
            notes=() if patch else target.notes,
            hardware=target.hardware_named if ground.start.hardware is None else "",
        )

    def _rank(self, at: Installed) -> int:
        """How far a release lies ahead among those that are known."""
        return sum(target.release <= at.release for target in self.ground.targets)
