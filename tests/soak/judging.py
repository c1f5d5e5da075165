"""What must never be, asked of the lab and of the journals; and how much memory workers take."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from tests.integration.served import descendants
from tests.soak.trouble import THEIRS
from tests.support.worker_stand import Ending, WorkerStand

TRUE_S = 5.0
THEIRS_TO_SAVE = ("startup", "unsaved")
MB = 1024.0


def violations(ending: Ending, *, touched: bool) -> list[str]:
    """What is wrong with how one remediation ended, some time after the box could do anything.

    Args:
        ending: as journal and lab tell it.
        touched: somebody else edited or saved: their entry, and what is saved, is theirs.
    """
    found = [f"off by {ending.offset_s:.1f} s"] if abs(ending.offset_s) > TRUE_S else []
    found += [f"held by {ending.held}"] if ending.held else []
    if ending.closed is None:
        return [*found, f"it never ended: {ending.due}", *ending.left]
    if ending.closed.state == "needs-attention":
        told = ending.closed.left and ending.closed.mend
        return found if told else [*found, f"nothing is said of what is left: {ending.closed}"]
    return found + [line for line in ending.left if not (touched and _is_theirs(line))]


def _is_theirs(line: str) -> bool:
    return THEIRS in line or line.startswith(THEIRS_TO_SAVE)


@dataclass
class Memory:
    """Resident memory of the worker's own process and of its largest child, in MB, over time."""

    main_mb: list[float] = field(default_factory=list)
    child_mb: list[float] = field(default_factory=list)

    def look(self, stand: WorkerStand) -> None:
        pid = stand.supervisor._wards[0].child.pid
        if pid is None:
            return
        self.main_mb.append(rss_mb(pid))
        self.child_mb.append(max(map(rss_mb, descendants(pid)), default=0.0))

    def told(self) -> str:
        return (
            f"worker {_growth(self.main_mb)}, largest process of its pool {_growth(self.child_mb)}"
        )


def _growth(seen: Collection[float]) -> str:
    """From an early to a late median: the first looks are of processes that have done nothing."""
    values = [value for value in seen if value > 0]
    if len(values) < 6:
        return "not seen often enough"
    third = len(values) // 3
    early, late = (sorted(part)[len(part) // 2] for part in (values[:third], values[-third:]))
    return f"{early:.0f} -> {late:.0f} MB ({late - early:+.0f})"


def rss_mb(pid: int) -> float:
    """Resident memory of one process; 0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    lines = [line for line in text.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / MB if lines else 0.0
