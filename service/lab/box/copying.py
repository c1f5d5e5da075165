"""A file on its way to bootflash: it grows as it comes, and stays cut where its way ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from service.lab.box.flash import Flash
from service.lab.images import Intake, StoredFile
from service.lab.transfer import Source, TransferError, pieces

PARTS = 10  # a file is written in so many parts, so that it can be seen to grow

LARGEST = 64 * 1024 * 1024  # the lab's own images are small; a real one would fill the memory


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a fault of the lab does to a copy."""

    kind: str  # transfer_hang | transfer_cut | transfer_corrupt
    percent: int
    seconds: float


@dataclass(slots=True)
class Copying:
    """One copy."""

    flash: Flash
    source: Source
    name: str
    whole_s: float
    touched: Callable[[], None]
    trouble: Trouble | None = None
    full: bool = False  # bootflash is, and the file went again

    async def run(self) -> StoredFile:
        """Fetch the file; what is on bootflash afterwards, whole or in part.

        Raises:
            TransferError: it did not come whole.
        """
        intake = Intake()
        try:
            async for piece in self._spoiled(self._slowly()):
                self._write(intake, piece)
        finally:
            if intake.size and not self.full:
                self.flash.put(intake.finish(self.name))
            self.touched()
        return self.flash.files[self.name]

    def _write(self, intake: Intake, piece: bytes) -> None:
        there = self.flash.files.get(self.name)
        room = self.flash.free_bytes + (there.size if there else 0)
        if intake.size + len(piece) > room:
            self.full = True
            self.flash.delete(self.name)
            text = f"%Error writing bootflash:{self.name} (No space left on device)"
            raise TransferError(text)
        intake.feed(piece)
        self.flash.put(StoredFile(self.name, intake.size, "", "", trouble="truncated"))

    async def _slowly(self) -> AsyncIterator[bytes]:
        """The file in some parts, over the time that a copy takes."""
        data = b""
        async for piece in pieces(self.source):
            data += piece
            if len(data) > LARGEST:
                raise self.source.failed("larger than the lab takes")
        size = max(1, -(-len(data) // PARTS))
        for start in range(0, len(data), size):
            if self.whole_s:
                await asyncio.sleep(self.whole_s / PARTS)
            yield data[start : start + size]

    async def _spoiled(self, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        trouble, seen = self.trouble, 0
        async for piece in parts:
            seen += 1
            if trouble is None or seen * 100 / PARTS <= trouble.percent:
                yield piece
            elif trouble.kind == "transfer_corrupt":
                yield bytes(byte ^ 1 for byte in piece)
            else:
                await asyncio.sleep(trouble.seconds if trouble.kind == "transfer_hang" else 0)
                raise self.source.failed()
