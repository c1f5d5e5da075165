"""A lock on a state folder for what only one process may do there at a time.

It ends with its holder, however that ends. Who holds it stands in the file, for people.
"""

import fcntl
from pathlib import Path
from typing import IO


class FolderLock:
    """One lock file. Used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self, note: str) -> bool:
        """Take it and say who has it; False where somebody else does."""
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(note)
        file.flush()
        self._file = file
        return True

    @property
    def note(self) -> str:
        """What its holder said, or the one before."""
        return self._path.read_text("utf-8")

    def close(self) -> None:
        """Let it go."""
        if self._file is not None:
            self._file.close()
            self._file = None
