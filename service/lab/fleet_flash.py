"""The files of a fleet file's bootflash, turned into what a box holds."""

from dataclasses import replace

from service.lab.fleet_file import FileIn, FlashIn
from service.lab.images import MAGIC, StoredFile, make, taken_in
from service.lab.specs import Flash


def flash_of(given: FlashIn) -> Flash:
    """Every file, with the bytes that one of its name would have.

    Raises:
        LabError: a name that no software file has.
    """
    return Flash(given.free_bytes, tuple(_file(f) for f in given.files))


def _file(given: FileIn | str) -> StoredFile:
    if isinstance(given, str):
        return taken_in(given, make(given))
    if given.trouble == "no image":
        file = taken_in(given.name, b"somebody's notes")
    else:
        data = make(given.is_ or given.name, mends=given.mends, models=tuple(given.models))
        file = taken_in(given.name, _spoiled(data, given.trouble))
    return file if given.size is None else replace(file, size=given.size)


def _spoiled(data: bytes, trouble: str) -> bytes:
    if trouble == "truncated":
        return data[: len(MAGIC) + (len(data) - len(MAGIC)) // 2]
    return data[:-1] + bytes([data[-1] ^ 1]) if trouble == "corrupt" else data
