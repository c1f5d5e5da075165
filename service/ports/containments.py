"""The port for what is remembered of controllers beside histories: containments, and the boxes."""

from datetime import datetime
from typing import Protocol

from service.domain.box_note import BoxNote
from service.domain.contained import Contained


class Containments(Protocol):
    """Blocks that a person put in force by hand."""

    def keep_containment(self, one: Contained) -> None:
        """Remember it."""

    def containments(
        self, controller: str | None = None, *, standing: bool = False
    ) -> tuple[Contained, ...]:
        """Those of a controller or of all, newest first; with `standing`, those not lifted."""

    def lift_containment(self, item: str, *, by: str, at: datetime) -> bool:
        """It was lifted; False where it was lifted already, or never was."""


class Boxes(Protocol):
    """What polls saw of the controllers themselves."""

    def boxes(self) -> tuple[BoxNote, ...]:
        """The newest note on each controller that was polled, by name."""
