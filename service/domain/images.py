"""What an AireOS controller boots, how it fetches software, and what is to become of both.

Two slots hold an image each: one runs (active), one comes up next (default), and the two need not
be the same. A download goes over the image that does not run; it becomes the default at once, and
what runs lies in the backup slot then (FACTS for AireOS, section 2). So a captured state is told by
releases, never by the names of slots.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from service.domain.identity import BaseRadioMac


class Slot(StrEnum):
    """Where an image lies."""

    PRIMARY = "primary"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class BootImages:
    """The images of a controller; None: it does not say.

    Attributes:
        default: what comes up next. active: what runs.
    """

    primary: str | None
    backup: str | None
    default: Slot | None
    active: Slot | None

    def release_in(self, slot: Slot | None) -> str | None:
        """What lies in a slot."""
        return {Slot.PRIMARY: self.primary, Slot.BACKUP: self.backup, None: None}[slot]

    @property
    def running(self) -> str | None:
        """The release that runs."""
        return self.release_in(self.active)

    @property
    def next(self) -> str | None:
        """The release that comes up at the next reset."""
        return self.release_in(self.default)

    def slot_of(self, release: str) -> Slot | None:
        """Where a release lies; the one that runs first, where both slots hold it."""
        held = [slot for slot in Slot if self.release_in(slot) == release]
        return next((slot for slot in held if slot is self.active), held[0] if held else None)

    @property
    def label(self) -> str:
        """For people."""
        words = (
            f"{slot} {self.release_in(slot)}"
            f"{' (default)' if self.default is slot else ''}"
            f"{' (active)' if self.active is slot else ''}"
            for slot in Slot
        )
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """What the next download would fetch; an empty text: the controller does not say.

    A password is in none of these: a controller shows none, and we keep none.
    """

    mode: str = ""
    datatype: str = ""
    server: str = ""
    port: str = ""
    path: str = ""
    filename: str = ""
    username: str = ""

    @property
    def label(self) -> str:
        """For people and facts."""
        return f"{self.mode}://{self.server}/{self.path.strip('./')}/{self.filename}"


@dataclass(frozen=True, slots=True)
class FileLogin:
    """What a controller shows a file server. The password is a reference, never clear text."""

    username: str
    password: str


class Stage(StrEnum):
    """How far a download is."""

    NONE = "none"  # no download since the controller came up
    UNDER_WAY = "under-way"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The newest download, as far as the controller tells.

    Attributes:
        detail: its own last words.
    """

    stage: Stage
    detail: str = ""


Macs: TypeAlias = tuple[BaseRadioMac, ...]


@dataclass(frozen=True, slots=True)
class ImageJob:
    """The software that a controller is to run, and what it was before.

    Attributes:
        release: what is to run.
        captured: the images as they were.
        settings: what is to be fetched, and how.
        login: what the file server is shown; None: nothing.
        sha512: of the file that lies ready.
        aps: who was registered, and has to be again.
        hit: of these, who would reject an image of the old release, should it have to be loaded
            again: an IOS AP whose other slot does not hold it is stranded by going back.
    """

    release: str
    captured: BootImages
    settings: TransferSettings
    login: FileLogin | None
    sha512: str
    aps: Macs
    hit: Macs = ()

    @property
    def before(self) -> str:
        """The release that ran."""
        return self.captured.running or ""

    @property
    def next_before(self) -> str:
        """The release that would have come up next."""
        return self.captured.next or self.before
