"""The fleet at a glance: a line of each controller, stuck access points counted and in pages."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from service.domain.finding import Confidence
from service.domain.gist import Gist, StuckAp


class StuckOrder(StrEnum):
    """What stuck access points are sorted by; by controller, MAC and cause beyond that."""

    SINCE = "since"
    CONTROLLER = "controller"
    CAUSE = "cause"
    CONFIDENCE = "confidence"
    NAME = "name"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class StuckOnly:
    """Which are wanted; None: all.

    Attributes:
        on: controllers; always told, for who looks may not see all.
        text: a part of the name, the MAC or the model, whatever its letters' case.
        explained: only those that something else than an issue of the catalogue keeps off.
    """

    on: Collection[str]
    cause: str | None = None
    confidence: Confidence | None = None
    text: str | None = None
    explained: bool = False


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many access points one cause keeps off; confidence None: it is no finding."""

    cause: str
    confidence: Confidence | None
    aps: int


class FleetView(Protocol):
    """Made by the same transaction that keeps the newest word on a controller."""

    def gists(self) -> tuple[Gist, ...]:
        """A line of each controller that was swept, by name."""

    def stuck_by_cause(self, on: Collection[str]) -> tuple[CauseCount, ...]:
        """How many are stuck on some controllers, by cause and confidence."""

    def stuck_page(
        self,
        only: StuckOnly,
        *,
        by: StuckOrder,
        backwards: bool,
        after: tuple[str, ...] | None,
        limit: int,
    ) -> tuple[tuple[tuple[str, ...], StuckAp], ...]:
        """Some of them, each with where it stands in that order; `after`: beyond that place."""

    def fleet_mark(self) -> str:
        """Another text whenever a sweep ended, or a journal of an open remediation grew."""

    def count_stuck(self, only: StuckOnly) -> int:
        """How many there are of them."""

    def fill_fleet_view(self, *, most: int) -> int:
        """Make it of newest words that were kept without it, as versions before it do.

        Returns of how many controllers; fewer than `most`: none is left that nobody writes now.
        """
