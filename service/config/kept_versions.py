"""Replacing a file whole, and keeping what it was: the newest versions, by number and digest."""

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOST = 50
DIGITS, DIGEST = 6, 16


@dataclass(frozen=True, slots=True)
class KeptVersions:
    """A folder of versions, `000042-<digest>.yaml`; only its owner can read it."""

    folder: Path

    def keep(self, data: bytes) -> None:
        """Keep one more; the oldest go. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = sorted(self.folder.glob("[0-9]*-*.yaml"))
        number = int(kept[-1].name.partition("-")[0]) + 1 if kept else 1
        name = f"{number:0{DIGITS}d}-{hashlib.sha256(data).hexdigest()[:DIGEST]}.yaml"
        _written(self.folder / name, data, like=None)
        for old in kept[: max(0, len(kept) + 1 - MOST)]:
            old.unlink(missing_ok=True)


def replaced(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all; who may read it stays. Raises OSError."""
    _written(path, data, like=path.stat())


def _written(path: Path, data: bytes, *, like: os.stat_result | None) -> None:
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            if like is not None:
                with suppress(PermissionError):  # the owner is ours to give away only as root
                    os.fchown(number, like.st_uid, like.st_gid)
                os.fchmod(number, like.st_mode & 0o777)
            file.write(data)
            file.flush()
            os.fsync(number)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
