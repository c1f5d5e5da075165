"""A download of software: fetched, checked and written while the box serves on.

Lines as in a public transcript of an upgrade from 8.0 to 8.3 (FTP); words of failure have the form
that device facts, section 2, give and are unverified in detail. What was downloaded boots next and
what runs lies in the backup slot then (facts, section 2): the image that lay there is gone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from service.lab.aireos.config import WlcConfig
from service.lab.aireos.fetch import MODES, FetchError, Source, fetch
from service.lab.aireos.images import ImageError, read_image
from service.lab.aireos.models import Model
from service.lab.aireos.specs import Wlc
from service.lab.log import Log

NOT_INITIATED, STARTING, WRONG_TYPE, WRITING = 1, 2, 4, 7
NO_ROOM, BAD_SUM, SUCCESSFUL, FAILED = 8, 10, 12, 13
"""agentTransferDownloadStatus, as far as the lab shows it."""
WRITTEN = (
    "Executing backup script.",
    "Writing new RTOS to flash disk.",
    "Writing new FP to flash disk.",
    "Writing new AP Image Bundle to flash disk.",
    "Executing fini script.",
    "Reading AP IMAGE version info.",
)
AT_THE_END = (
    "File transfer is successful.",
    "Reboot the controller for update to complete.",
    "Optionally, pre-download the image to APs before rebooting to reduce network downtime.",
)
FAILURE = "% Error: Code file transfer failed - {why}"


class Loading(Protocol):
    """What a download asks of its box."""

    spec: Wlc
    log: Log
    running: WlcConfig

    @property
    def model(self) -> Model:
        """The hardware."""

    def advance(self) -> float:
        """The moment that is now."""

    def installed(self, release: str) -> None:
        """An image was written to flash."""


class Download:
    """The one download that a box can have under way."""

    def __init__(self, box: Loading) -> None:
        self._box = box
        self.status = NOT_INITIATED
        self.stalls_s = 0.0  # a fault: so long nothing comes of it
        self._task: asyncio.Task[None] | None = None
        self._said: list[str] = []
        self._news = asyncio.Event()

    @property
    def under_way(self) -> bool:
        """Is one?"""
        return self._task is not None and not self._task.done()

    @property
    def word(self) -> str:
        """Where it stands, in a word."""
        if self.under_way:
            return "under way"
        return {NOT_INITIATED: "none", SUCCESSFUL: "successful"}.get(self.status, "failed")

    def begin(self, on_change: Callable[[], None]) -> None:
        """Start, in the lab's loop; `on_change` is called when the box changed."""
        self._said, self._news = [], asyncio.Event()
        self.status = STARTING
        self._task = asyncio.get_running_loop().create_task(self._carry_out(on_change))

    async def lines(self) -> AsyncIterator[str]:
        """What it says, from its beginning to its end."""
        shown = 0
        while True:
            while shown < len(self._said):
                yield self._said[shown]
                shown += 1
            if not self.under_way and shown == len(self._said):
                return
            self._news.clear()
            await self._news.wait()

    def session_ended(self) -> None:
        """Whoever began it is gone."""
        if self._box.spec.quirks.transfer_ends_with_session:
            self.stop()

    def stop(self) -> None:
        """The box goes down, or the session it hung on ended."""
        if self.under_way and self._task is not None:
            self.status = FAILED
            self._task.cancel()

    def _say(self, text: str) -> None:
        self._said.append(text)
        self._news.set()

    def _failed(self, status: int, why: str) -> None:
        self.status = status
        self._box.log.add(self._box.advance(), "transfer", "failed", why=why)
        self._say(FAILURE.format(why=why))

    async def _carry_out(self, on_change: Callable[[], None]) -> None:
        try:
            await self._steps()
        except FetchError as err:
            self._failed(FAILED, str(err))
        except ImageError as err:
            self._failed(BAD_SUM if "corrupt" in str(err) else WRONG_TYPE, str(err))
        finally:
            asyncio.get_running_loop().call_soon(self._news.set)
            on_change()

    async def _steps(self) -> None:
        box, transfer = self._box, self._box.running.transfer
        mode = transfer.mode.upper()
        self._say(f"{mode} Code transfer starting.")
        box.log.add(box.advance(), "transfer", "started", file=transfer.filename)
        await asyncio.sleep(self.stalls_s)
        source = Source(
            transfer.mode,
            transfer.server,
            transfer.port or MODES[transfer.mode],
            transfer.path,
            transfer.filename,
            transfer.username,
            transfer.password,
        )
        content = await asyncio.to_thread(fetch, source)
        self._say(f"{mode} receive complete... extracting components.")
        self._say("Checking Version Built.")
        image = read_image(content, box.model.pid)
        self._say("Image version check passed.")
        self.status = WRITING
        for line in WRITTEN:
            await asyncio.sleep(box.spec.transfer_s / len(WRITTEN))
            if box.spec.quirks.flash_full and "AP Image" in line:
                self._failed(NO_ROOM, "Not enough space on flash")
                return
            self._say(line)
        box.installed(image.release)
        self.status = SUCCESSFUL
        for line in AT_THE_END:
            self._say(line)
