"""The file that the inventory lives in, for those who may change it: read, held, changed, kept.

It stays the only truth: what is changed here is what a person finds in it. Entries are as the file
has them, references to secrets never resolved.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from service.domain.fleet_change import FleetChange
from service.errors import Refused

Entry: TypeAlias = Mapping[str, object]
"""One entry as YAML has it, anchors and merge keys followed."""
REFERENCE = "secret"
"""The one key of an entry that is no mapping in the file, but a reference: a key of events."""
WHOLE = ""
"""The name of the entry of a part that has one alone."""


class Part(StrEnum):
    """What is changed entry by entry, by its key in the file."""

    CONTROLLERS = "controllers"
    SCHEDULES = "schedules"
    FREEZES = "freezes"
    CREDENTIALS = "credentials"
    SITES = "sites"
    TAG_POLICIES = "tag_policies"
    EVENT_KEYS = "event_keys"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Saved:
    """SHA-256 of the file as it was and as it is."""

    before: str
    after: str


class FleetEdit(Protocol):
    """One change of the file. Nothing is written before `save`."""

    def begin(self) -> None:
        """Hold the file until the change ends; waits for another change that is under way.

        Raises:
            Refused: it cannot be changed here, or is broken and has to be mended by hand.
        """

    @property
    def digest(self) -> str:
        """SHA-256 of the file as it is."""

    def entries(self, part: Part) -> Mapping[str, Entry]:
        """A part of the file as it would be now, by name; rejected entries too."""

    def want(self, part: Part, wanted: Mapping[str, Entry | None]) -> None:
        """Entries as they are to be, whole; None: not there any more.

        Raises:
            InvalidInput: no such entry can be written.
        """

    def checked(self) -> FleetChange:
        """What becomes of the fleet, read by the loader that every process reads with.

        Raises:
            InvalidInput: the loader finds something wrong that was not wrong before.
            Refused: it cannot be said in this file without changing something else.
        """

    def save(self) -> Saved:
        """Write it, whole or not at all; put back where this change ends by an error.

        Raises:
            Refused: it cannot be written, or somebody else has written it meanwhile.
        """


class FleetFile(Protocol):
    """The file."""

    def entries(self, part: Part) -> Mapping[str, Entry]:
        """A part of the file as it is now, by name. Raises InvalidInput."""

    def digest(self) -> str:
        """SHA-256 of the file as it is now; empty: there is none. Raises InvalidInput."""

    def read(self, text: str) -> Mapping[Part, Mapping[str, Entry]]:
        """A document of the file's form that somebody brings; only its form is judged.

        Raises:
            InvalidInput: it is of another.
        """

    def editing(self) -> AbstractContextManager[FleetEdit]:
        """A change of it; it is let go at the end."""


class NoFleetFile:
    """There is none: the inventory came from elsewhere, or nobody named one."""

    def entries(self, part: Part) -> Mapping[str, Entry]:  # noqa: ARG002 - the port's
        """None."""
        return {}

    def digest(self) -> str:
        """None."""
        return ""

    def read(self, text: str) -> Mapping[Part, Mapping[str, Entry]]:  # noqa: ARG002
        """Nothing."""
        return {}

    @contextmanager
    def editing(self) -> Iterator[FleetEdit]:
        """A change that cannot be begun."""
        yield _NoEdit()


class _NoEdit:
    """Refuses to begin; the rest is never reached."""

    digest = ""

    def begin(self) -> None:
        raise Refused("the service was started without an inventory file: there is none to change")

    def entries(self, part: Part) -> Mapping[str, Entry]:  # noqa: ARG002
        return {}

    def want(self, part: Part, wanted: Mapping[str, Entry | None]) -> None:
        """Never reached."""

    def checked(self) -> FleetChange:
        raise Refused("there is no inventory file")

    def save(self) -> Saved:
        raise Refused("there is no inventory file")
