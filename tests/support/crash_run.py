"""One run of a crash matrix: a lab, a crew, one box for each point, and what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.crash_points import INSTANTS, Point
from tests.support.patience import PATIENCE_S
from tests.support.worker_stand import Ending, WorkerStand, menders, workers_standing

DIES = "kill"
AHEAD_S = 6.0
DIED = "died"
"""In the word of whoever takes over from the dead: where nobody died, that is a fault."""
MOST_TURNED = 8
"""At most one box in so many may go home before its point."""
ALL_OF_IT_S = 2 * PATIENCE_S


@dataclass(frozen=True)
class Crashed:
    """What became of every box, and at which points a process really died.

    Attributes:
        died: box -> the process that died on it.
        told: what `witness` took down at the end.
    """

    endings: Mapping[str, Ending]
    died: Mapping[str, int]
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def turned(self) -> dict[str, str]:
        """Boxes that went home before their point came, and why: nobody could die there.

        On a machine that stands still for long a guardian is missed, or a clock is late when it is
        read back, and the way home is right. That somebody died is no reason where nobody did.
        """
        early = {name: e.turned for name, e in self.endings.items() if name not in self.died}
        return {name: why for name, why in early.items() if why and DIED not in why}

    def missed(self, name: str) -> list[str]:
        """That nobody died on a box at its point, if that is not to be explained."""
        if name in self.died or name in self.turned:
            return []
        ending = self.endings[name]
        return [f"nobody died there; called home: {ending.turned or 'never'}; {ending.closed}"]

    def violations(self, point: Point) -> list[str]:
        """What must never be, on the box of a point."""
        return self.missed(str(point)) or self.endings[str(point)].violations

    def deaths_short(self, wanted: int) -> str:
        """What is wrong with the number of deaths; empty: each box had one, by its own process."""
        tried = len(self.died) + len(self.turned)
        one_each = len(set(self.died.values())) == len(self.died)
        few_turned = len(self.turned) * MOST_TURNED <= wanted
        right = one_each and few_turned and tried == wanted
        return (
            "" if right else f"{len(self.died)} deaths of {wanted}; went home early: {self.turned}"
        )

    @property
    def calling(self) -> dict[str, object]:
        """Boxes that call for a person, or never ended."""
        return {
            name: ending.closed
            for name, ending in self.endings.items()
            if ending.closed is None or ending.closed.state == "needs-attention"
        }


def at_once(_: WorkerStand) -> None:
    """Nothing has to be done before the boxes are asked for."""


def nothing(_: WorkerStand) -> dict[str, Any]:
    """Nothing more is asked of the lab."""
    return {}


def crash(
    folder: Path,
    boxes: Mapping[str, Mapping[str, Any]],
    points: Mapping[str, Point],
    *,
    first: int = 0,
    asked: Mapping[str, Any] | None = None,
    otherwise: Mapping[str, Mapping[str, Any]] | None = None,
    beside: Sequence[Mapping[str, Any]] = (),
    ready: Callable[[WorkerStand], None] = at_once,
    witness: Callable[[WorkerStand], Mapping[str, Any]] = nothing,
    **stand: Any,
) -> Crashed:
    """Have every box mended by workers, of which one dies on each at its point.

    Args:
        folder: for state and traps.
        boxes: of the lab, by name; points: where a worker dies on each.
        first: so many of them are asked for, and the others only some seconds later, so that those
            whose worker dies late do not queue behind those whose worker dies at once; 0: all.
        asked: how `WorkerStand.ask` is to ask; stand: what `workers_standing` takes beside.
        otherwise: boxes that are asked for with more, and first: what, by name.
        beside: boxes of the lab on which nobody dies; ready: what is done before anything is asked;
            witness: what is asked of the lab when all is over.
    """
    there = {*boxes, *(one["name"] for one in beside)}
    traps = {name: {str(point): DIES} for name, point in points.items() if name in there}
    with workers_standing(
        folder, [*boxes.values(), *beside], traps=traps, crew=menders(6), **stand
    ) as here:
        names = list(boxes)
        ready(here)
        given, own = asked or {}, otherwise or {}
        for name, more in own.items():
            here.ask([name], **given, more=more)
        names = [name for name in names if name not in own]
        here.ask(names[: first or None], **given)
        if first:
            here.pause(AHEAD_S)
            here.ask(names[first:], **given)
        names = list(boxes)
        here.until_over(names, ALL_OF_IT_S)
        notes = {path.name.partition(".")[0]: path for path in here.traps.glob("*.*-*")}
        died = {name: int(path.read_text()) for name, path in notes.items()}
        return Crashed(here.endings(names), died, witness(here))


def table(crashed: Crashed, steps: Sequence[str], prefix: str = "") -> list[str]:
    """Step by instant: how it ended."""
    rows = [f"{prefix:12}" + "".join(f"{instant:>16}" for instant in INSTANTS)]
    for step in steps:
        ended = [crashed.endings.get(f"{prefix}{Point(step, instant)}") for instant in INSTANTS]
        rows.append(f"{step:12}" + "".join(f"{_state(one):>16}" for one in ended))
    return rows


def _state(ending: Ending | None) -> str:
    return "-" if ending is None or ending.closed is None else ending.closed.state
