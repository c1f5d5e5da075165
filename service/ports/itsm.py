"""The ITSM port: changes and incidents at a desk that we do not own.

Every call is one question or one statement with a deadline, and nothing is repeated inside but
reads. Writes whose reply was lost are an outcome of their own: look first, then say it again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from service.domain.tickets import ChangeReading, Kind

Verdict: TypeAlias = Literal["successful", "unsuccessful"]
Risk: TypeAlias = Literal["low", "moderate", "high"]


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket there: what people call it, and what the desk's interface does."""

    number: str
    ref: str


@dataclass(frozen=True, slots=True)
class ChangeDraft:
    """A change as it is opened.

    Attributes:
        steps, way_back, checks, impact: what is done, what puts it back, how it is proven, and what
            it may do to others: texts for people, as long as they are.
        start, end: the planned window, aware UTC.
    """

    correlation: str
    title: str
    text: str
    steps: str
    way_back: str
    checks: str
    impact: str
    risk: Risk
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """An incident as it is opened, and as it is told again when it changed."""

    correlation: str
    title: str
    text: str
    urgency: Risk


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for a ticket; its name tells it from others of that ticket."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


class ItsmDesk(Protocol):
    """One ITSM.

    Every method raises:
        ItsmUnreachable: nothing was said: later.
        ItsmOutcomeUnknown: it was said, and perhaps heard: look before it is said again.
        ItsmRefused: the desk said no; the same again changes nothing.
    """

    def find(self, kind: Kind, correlation: str) -> Record | None:
        """The ticket of that correlation id; None: there is none, or nobody can look."""

    def open_change(self, draft: ChangeDraft) -> Record:
        """Open a change."""

    def read_change(self, ref: str) -> ChangeReading | None:
        """What it says now; one that is gone is withdrawn. None: it is not asked, but tells us."""

    def begin_change(self, ref: str) -> None:
        """The work begins; nothing happens where the change says so already."""

    def close_change(self, ref: str, verdict: Verdict, notes: str) -> None:
        """The work is done; nothing happens where the change is closed already."""

    def open_incident(self, draft: IncidentDraft) -> Record:
        """Open an incident."""

    def update_incident(self, ref: str, draft: IncidentDraft) -> bool:
        """Say what it is by now; False: somebody resolved or closed it, and it stays so."""

    def resolve_incident(self, ref: str, notes: str) -> None:
        """It is gone; nothing happens where it was resolved, closed or cancelled already."""

    def note(self, kind: Kind, ref: str, text: str) -> None:
        """Add a work note."""

    def has_note(self, kind: Kind, ref: str, marker: str) -> bool:
        """Whether a work note with that word is there already."""

    def attach(self, kind: Kind, ref: str, file: Attachment) -> None:
        """Attach a file."""

    def has_attachment(self, kind: Kind, ref: str, name: str) -> bool:
        """Whether a file of that name is attached already."""
