"""One run of a crash matrix: a lab, a crew, one box for each point, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.crash_points import INSTANTS, Point
from tests.support.worker_stand import Ending, menders, workers_standing

DIES = "kill"
AHEAD_S = 6.0


@dataclass(frozen=True)
class Crashed:
    """What became of every box, and at which points a process really died.

    Attributes:
        died: box -> the process that died on it.
    """

    endings: Mapping[str, Ending]
    died: Mapping[str, int]

    def violations(self, point: Point) -> list[str]:
        name = str(point)
        if name not in self.died:
            return ["nobody died there"]
        return self.endings[name].violations

    @property
    def calling(self) -> dict[str, object]:
        """Boxes that call for a person, or never ended."""
        return {
            name: ending.closed
            for name, ending in self.endings.items()
            if ending.closed is None or ending.closed.state == "needs-attention"
        }


def crash(
    folder: Path,
    boxes: Mapping[str, Mapping[str, Any]],
    points: Mapping[str, Point],
    *,
    first: int = 0,
    asked: Mapping[str, Any] | None = None,
    **stand: Any,
) -> Crashed:
    """Have every box mended by workers, of which one dies on each at its point.

    Args:
        folder: for state and traps.
        boxes: of the lab, by name; points: where a worker dies on each.
        first: so many of them are asked for, and the others only some seconds later, so that those
            whose worker dies late do not queue behind those whose worker dies at once; 0: all.
        asked: how `WorkerStand.ask` is to ask; stand: what `workers_standing` takes beside.
    """
    traps = {name: {str(points[name]): DIES} for name in boxes}
    with workers_standing(
        folder, list(boxes.values()), traps=traps, crew=menders(6), **stand
    ) as here:
        names = list(boxes)
        here.ask(names[: first or None], **(asked or {}))
        if first:
            here.pause(AHEAD_S)
            here.ask(names[first:], **(asked or {}))
        here.until_over(names)
        notes = {path.name.partition(".")[0]: path for path in here.traps.glob("*.*-*")}
        died = {name: int(path.read_text()) for name, path in notes.items()}
        return Crashed(here.endings(names), died)


def table(crashed: Crashed, steps: Sequence[str], prefix: str = "") -> list[str]:
    """Step by instant: how it ended."""
    rows = [f"{prefix:12}" + "".join(f"{instant:>16}" for instant in INSTANTS)]
    for step in steps:
        ended = [crashed.endings.get(f"{prefix}{Point(step, instant)}") for instant in INSTANTS]
        rows.append(f"{step:12}" + "".join(f"{_state(one):>16}" for one in ended))
    return rows


def _state(ending: Ending | None) -> str:
    return "-" if ending is None or ending.closed is None else ending.closed.state
