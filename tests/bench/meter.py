"""One piece of work, measured in a process of its own: CPU, wall, and memory above idle.

A process of its own, so that nothing that ran before lends it warm memory or takes the blame. The
garbage of starting is collected and the high-water mark reset before the work begins (Linux, by
/proc; elsewhere the memory reads 0).
"""

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
RESET_PEAK = "5"
TURNS = 3


@dataclass(frozen=True)
class Figures:
    """What one piece of work cost; `result` is what it returned."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    result: Any


def alone(work: Callable[..., Any], *given: Any) -> Figures:
    """Measure the work that `work(*given)` prepares and returns.

    Preparing (imports, sessions) is not counted. `work` is a function of a module; what it returns
    is called once, without arguments.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, given))


def alone_by_turns(ways: Sequence[Callable[..., Any]], given: tuple[Any, ...]) -> list[Figures]:
    """Measure several ways, one after the other and then again, and keep each one's cheapest turn.

    What else is at work on the machine makes a turn dearer, never cheaper.
    """
    turns = [[alone(way, *given) for way in ways] for _ in range(TURNS)]
    return [min(found, key=lambda one: one.cpu_s) for found in zip(*turns, strict=True)]


def _measured(work: Callable[..., Any], given: tuple[Any, ...]) -> Figures:
    prepared = work(*given)
    gc.collect()
    if CLEAR.exists():
        CLEAR.write_text(RESET_PEAK)
    idle = _mb("VmRSS")
    began, cpu = time.perf_counter(), time.process_time()
    result = prepared()
    return Figures(
        time.process_time() - cpu, time.perf_counter() - began, _mb("VmHWM") - idle, result
    )


def _mb(name: str, status: Path = STATUS) -> float:
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def idle_mb(pid: int) -> float:
    """What a process of ours holds now; from here on its peak is counted anew."""
    clear = Path(f"/proc/{pid}/clear_refs")
    if clear.exists():
        clear.write_text(RESET_PEAK)
    return _mb("VmRSS", Path(f"/proc/{pid}/status"))


def peak_mb(pid: int) -> float:
    """The most that it held since."""
    return _mb("VmHWM", Path(f"/proc/{pid}/status"))


def cpu_s_of(pid: int) -> float:
    """Processor time that a process has taken so far, its threads with it."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
