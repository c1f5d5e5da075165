"""bootflash: the files that a box holds, and the room that is left."""

import re
from collections.abc import Iterable

from service.lab.images import StoredFile

PATH = re.compile(r"(?:(?:bootflash|flash):/?|/bootflash/|/flash/)?([^/:]+)")


class Flash:
    """One file system without folders; what lies in folders of a real box is not simulated."""

    def __init__(self, files: Iterable[StoredFile], free_bytes: int) -> None:
        self.files = {file.name: file for file in files}
        self.unpacked: dict[
            str, int
        ] = {}  # what `install add` of a base image takes beside its file
        self.total_bytes = free_bytes + self._used

    @property
    def _used(self) -> int:
        return sum(file.size for file in self.files.values()) + sum(self.unpacked.values())

    @property
    def free_bytes(self) -> int:
        """The room that is left."""
        return self.total_bytes - self._used

    def find(self, path: str) -> StoredFile | None:
        """The file at a path as the models' leaves carry it; None: not there."""
        name = name_in(path)
        return self.files.get(name) if name else None

    def put(self, file: StoredFile) -> None:
        """Write a file, over one of the same name."""
        self.files[file.name] = file

    def delete(self, name: str) -> None:
        """Take a file away, if it is there, with what was unpacked from it."""
        self.files.pop(name, None)
        self.unpacked.pop(name, None)


def name_in(path: str) -> str | None:
    """The file name of a path on bootflash; None: it leads elsewhere."""
    found = PATH.fullmatch(path.strip())
    return found[1] if found else None
