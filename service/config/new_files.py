"""Files that are made whole or not at all, and never over one that is there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.errors import InvalidInput

EXPECTED = "the path of a new file in a folder that can be written"


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write; it has its name only once all is written. Only its owner can read it.

    Raises:
        InvalidInput: it is there already, or cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() or path.is_symlink():
            raise FileExistsError("it is there already")
        file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except (OSError, ValueError) as err:
        raise InvalidInput(str(err), where=str(path), expected=EXPECTED) from err
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)  # unlike a rename, it never replaces
    except OSError as err:
        raise InvalidInput(str(err), where=str(path), expected=EXPECTED) from err
    finally:
        part.unlink(missing_ok=True)
