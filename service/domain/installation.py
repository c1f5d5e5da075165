"""What a controller's installer keeps books of: packages, versions, operations, files.

A state is the controller's own word; what is not among those that we know is UNKNOWN and never
taken for any other. A controller that says OK to an order has only accepted it: what became of it
stands here.
"""

from dataclasses import dataclass
from enum import StrEnum


class PackageState(StrEnum):
    """Where a patch stands."""

    NEW = "new"
    ADDED = "added"
    ACTIVATED = "activated, not committed"
    DEACTIVATED = "deactivated, not committed"
    COMMITTED = "committed"
    UNKNOWN = "unknown"


class VersionState(StrEnum):
    """Where a whole release stands."""

    COMMITTED = "committed"
    UNCOMMITTED = "activated, not committed"
    ADDED = "added"
    IN_PROGRESS = "in progress"
    INVALID = "invalid"
    PRESENT = "present"  # its files are there: of one that ran before, or never added
    UNKNOWN = "unknown"


class Fate(StrEnum):
    """What became of an operation."""

    RUNS = "runs"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ASKS = "waits for an answer"  # on the console: nobody gives it by a model


@dataclass(frozen=True, slots=True)
class Package:
    """One patch in the installer's books."""

    name: str
    state: PackageState


@dataclass(frozen=True, slots=True)
class InstalledVersion:
    """One release in the installer's books.

    Attributes:
        version: in full, as the controller says it: `17.03.06.0.3895`.
        source: the file's name that it came from; empty where nobody tells.
    """

    version: str
    state: VersionState
    source: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, under way or ended.

    Attributes:
        said: the controller's own words for its fate, and how far it is.
    """

    uuid: str
    fate: Fate
    said: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the place that software is installed from."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Storage:
    """The place that software is installed from.

    Attributes:
        free_bytes: None where nobody tells.
    """

    files: tuple[StoredFile, ...] = ()
    free_bytes: int | None = None

    def size_of(self, name: str) -> int | None:
        """How long a file is; None: it is not there."""
        return next((file.size_bytes for file in self.files if file.name == name), None)
