"""The clock of this host: the one place that asks the operating system for the time."""

import time
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from service.config.kernel_clock import kernel_time_source
from service.domain.instants import Instant, TimeSource
from service.ports.clock import UNNAMED_BOOT

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
CLOSE_ENOUGH_S = 0.001
"""Wall and boot-time clock count as read together when the reading took no longer."""
_TRIES = 5


class SystemClock:
    """This host's clocks, as the clock port wants them."""

    def now(self) -> Instant:
        """Read wall clock and boot-time clock together.

        A process that is put aside between the two readings would carry the gap on into every
        true time that is reckoned from it, so the reading is repeated when it took too long.
        """
        before, wall, after = _read()
        for _ in range(_TRIES):
            if after - before <= CLOSE_ENOUGH_S:
                break
            before, wall, after = min((before, wall, after), _read(), key=_width)
        return Instant(wall, (before + after) / 2, _boot_id())

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(max(0.0, seconds))

    def vouch(self) -> TimeSource | None:
        """This host's clock where its kernel says that it is disciplined, else None."""
        return kernel_time_source()


def _read() -> tuple[float, datetime, float]:
    before = _boottime_s()
    wall = datetime.now(UTC)
    return before, wall, _boottime_s()


def _width(reading: tuple[float, datetime, float]) -> float:
    return reading[2] - reading[0]


def _boottime_s() -> float:
    """Seconds since boot, suspended time included where the system counts it (Linux)."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@cache
def _boot_id() -> str:
    """This boot of this host.

    Where the system names none: this process, so that nobody compares instants of two boots.
    """
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return f"{UNNAMED_BOOT}{uuid.uuid4()}"
