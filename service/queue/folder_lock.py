"""A lock on a state folder for what only one process tree may do there at a time.

The lock lives as long as any process that holds its descriptor, so a child that outlives a killed
parent for a moment still keeps others out. Who holds it stands in the file, for people.
"""

import fcntl
import os
import threading
from pathlib import Path
from typing import IO

_TICK_S = 0.1


class FolderLock:
    """One lock file. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self, *, within_s: float) -> bool:
        """Take it, waiting for a holder that is about to end; whether it is ours now."""
        file = self._path.open("a+", encoding="utf-8")
        for _ in range(max(1, round(within_s / _TICK_S))):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                threading.Event().wait(_TICK_S)
                continue
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            self._file = file
            return True
        file.close()
        return False

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What a child has to keep open to hold it, too."""
        return () if self._file is None else (self._file.fileno(),)

    @property
    def holder(self) -> str:
        """The process that took it last, as a number; empty where nobody did."""
        return self._path.read_text("utf-8").strip() if self._path.exists() else ""

    def release(self) -> None:
        """Let it go; children that hold it, too, keep it."""
        if self._file is not None:
            self._file.close()
            self._file = None
