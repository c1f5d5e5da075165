"""What an AireOS controller can be asked to change about its software: one value a command."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from service.domain.images import FileLogin, Slot, TransferSettings


@dataclass(frozen=True, slots=True)
class SetTransfer:
    """Say what the next download fetches. Nothing is fetched by this.

    Attributes:
        settings: those that are empty are left as they are.
        login: by reference; None: username as in `settings`, and no password.
        forget: put a word that means nothing in the password's place.
    """

    settings: TransferSettings
    login: FileLogin | None = None
    forget: bool = False
    kind: Literal["set-transfer"] = "set-transfer"


@dataclass(frozen=True, slots=True)
class FetchImage:
    """Begin the download that the settings name; refused where they name another one."""

    settings: TransferSettings
    kind: Literal["fetch-image"] = "fetch-image"


@dataclass(frozen=True, slots=True)
class SetBootImage:
    """Choose what comes up next; refused where the slot holds another release."""

    slot: Slot
    release: str
    kind: Literal["set-boot-image"] = "set-boot-image"


@dataclass(frozen=True, slots=True)
class PredownloadImage:
    """Have every registered AP load the image of a slot, while it serves."""

    slot: Slot
    release: str
    kind: Literal["predownload-image"] = "predownload-image"


@dataclass(frozen=True, slots=True)
class AbortPredownload:
    """Have the APs give up what they load."""

    kind: Literal["abort-predownload"] = "abort-predownload"


@dataclass(frozen=True, slots=True)
class ResetSystem:
    """Restart the controller; refused where another release would come up, or edits be lost."""

    release: str
    kind: Literal["reset-system"] = "reset-system"


ImageChange: TypeAlias = (
    SetTransfer | FetchImage | SetBootImage | PredownloadImage | AbortPredownload | ResetSystem
)


def describe_image_change(change: ImageChange) -> str:
    """One sentence for people and the journal."""
    match change:
        case SetTransfer(settings):
            return f"set the transfer to {settings.label}"
        case FetchImage(settings):
            return f"download {settings.filename}"
        case SetBootImage(slot, release):
            return f"boot {release} ({slot}) next"
        case PredownloadImage(slot, release):
            return f"have the APs predownload {release} ({slot})"
        case AbortPredownload():
            return "have the APs give up predownloading"
        case ResetSystem(release):
            return f"restart the controller, to come up on {release}"
