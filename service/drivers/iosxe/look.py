"""One look at one C9800 being put together: what is asked for it, and where each fact came from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from service.domain.identity import BaseRadioMac
from service.domain.instants import Instant
from service.domain.observation import ControllerView, Topic
from service.drivers.iosxe.ap_rows import ApTables
from service.drivers.iosxe.asking import Asker, Asking
from service.drivers.iosxe.documents import Record, path_text

Row = TypeVar("Row")


class Told(NamedTuple):
    """What the box said of itself, its clock in it, and between which of this host's moments."""

    before: Instant
    round_trip_s: float
    records: list[Record]


@dataclass(slots=True)
class Look:
    """One look.

    Attributes:
        topics: what is looked at.
        only: the APs that are asked for; None: all.
        told: what the box said of itself when it was asked for its clock; None: it was not.
        short: the reads that are asked for together once the first of them is wanted.
    """

    view: ControllerView
    asker: Asking
    timeout_s: float
    topics: frozenset[Topic] = frozenset()
    only: frozenset[BaseRadioMac] | None = None
    told: Told | None = None
    short: tuple[str, ...] = ()
    gathered: dict[str, list[Record]] = field(default_factory=dict)
    aps: ApTables = field(default_factory=ApTables)
    unknown: dict[Topic, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def rows(self, key: str, each: Callable[[Record], Row]) -> list[Row]:
        """A table of APs, or what it has of those that are asked for."""
        gathered = self._gathered(key) if self.only is None else None
        if gathered is not None:
            found = [each(record) for record in gathered]
        elif self.only is None:
            found = self.asker.rows(key, each, timeout_s=self.timeout_s)
        else:
            macs = sorted(map(str, self.only))
            found = self.asker.some(key, each, macs, timeout_s=self.timeout_s)
        self.note_origins(key)
        return found

    def records(self, key: str) -> list[Record]:
        """Every record of a read."""
        found = self._gathered(key)
        if found is None:
            found = self.asker.records(key, timeout_s=self.timeout_s)
        self.note_origins(key)
        return found

    def _gathered(self, key: str) -> list[Record] | None:
        """What was told of it together with others; None: it is to be asked for by itself."""
        if key in self.short:
            together, self.short = self.short, ()
            self.gathered = self.asker.together(together, timeout_s=self.timeout_s)
        return self.gathered.pop(key, None)

    def offered(self, key: str, otherwise: str) -> list[Record]:
        """As `records`. ValueError with these words where the release has no such read."""
        if not self.asker.offers(key):
            raise ValueError(otherwise)
        return self.records(key)

    def session(self) -> Asker:
        """What is asked of a NETCONF session alone. ValueError where there is none."""
        if not isinstance(self.asker, Asker):
            raise ValueError("it is read over NETCONF alone")  # noqa: TRY004 - about the box
        return self.asker

    def partly(self, topic: Topic, problems: Sequence[str]) -> None:
        """What of a topic could not be read, if anything."""
        if problems:
            self.unknown[topic] = "; ".join(problems)

    def miss(self, topic: Topic, rows: int) -> None:
        """Rows of a table that could not be understood: part of the topic is not known."""
        if rows:
            self.unknown[topic] = f"{rows} row(s) without a readable or with a repeated MAC"

    def done(self) -> ControllerView:
        """The view."""
        return replace(
            self.view, aps=self.aps.sightings(), unknown=self.unknown, origins=self.origins
        )

    def note_origins(self, key: str) -> None:
        """Keep where the leaves of a read are."""
        shape = self.asker.shape(key)
        for name, steps in shape.leaves.items():
            self.origins.setdefault(name, path_text((*shape.steps, *steps)))


Step = Callable[[Look], None]
