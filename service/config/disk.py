"""Whether a folder still takes what is to be written: tried, and its free space looked at."""

import os
import shutil
from pathlib import Path

PROBE_BYTES = 4096
MB = 1_000_000


def disk_trouble(folder: Path, *, min_free_mb: int) -> str:
    """Why nothing more should be written there; empty: nothing is wrong."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
        free_mb = shutil.disk_usage(folder).free // MB
    except OSError as err:
        return f"{folder} cannot be written to: {err.strerror or err}"
    finally:
        probe.unlink(missing_ok=True)
    if free_mb < min_free_mb:
        return f"{folder} has {free_mb} MB free; at least {min_free_mb} are wanted"
    return ""
