"""The port for what is kept of tickets: what they said last, and what they are still to be told.

What is to be told is an outbox: written down first, sent by workers, in order for each ticket. Each
message has a key, so that whoever writes it down twice is told that it is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from service.domain.tickets import ChangeReading, Kind, Ticket

Verb: TypeAlias = Literal["open", "begin", "note", "close", "attach", "update", "resolve"]
MessageState: TypeAlias = Literal["waiting", "sent", "dead"]


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that a ticket is told, or that opens it.

    Attributes:
        number: rises with every message; 0: not kept yet.
        key: the same thing has the same key, whoever writes it down.
        body: plain JSON; what is in it is the verb's affair.
        tries: how often it was sent, or begun to be.
        begun: somebody was about to send it, and what became of that was not written down.
        trouble: why it was not taken last.
    """

    ticket: str
    key: str
    verb: Verb
    body: Mapping[str, object]
    at: datetime
    number: int = 0
    state: MessageState = "waiting"
    tries: int = 0
    begun: bool = False
    trouble: str = ""


class Tickets(Protocol):
    """Tickets of ours, and their outbox. Every method is one transaction."""

    def add_ticket(self, ticket: Ticket, *first: Message) -> bool:
        """Keep a ticket and what it is told first, due at once; False: its correlation is there."""

    def ticket(self, item: str) -> Ticket | None:
        """One ticket, or None."""

    def tickets(
        self, *, kind: Kind | None = None, subject: str | None = None, live: bool = False
    ) -> tuple[Ticket, ...]:
        """Tickets, newest first; with `live`, those of which something is still to be told."""

    def note_opened(self, item: str, *, number: str, ref: str) -> None:
        """It was opened, or found."""

    def note_reading(self, item: str, reading: ChangeReading | None, trouble: str = "") -> None:
        """What it said just now; None: it was asked in vain, and what it said before stays."""

    def take_word(self, item: str, reading: ChangeReading, *, ago_s: float) -> bool:
        """Keep what it told by itself so long ago; False: a later word is kept already.

        The same word again is taken, and as old as it was.
        """

    def note_carried(self, item: str, remediation: str) -> None:
        """A remediation is carried out under it."""

    def note_told(self, item: str, *, noted: int, told: str | None = None) -> None:
        """Up to which journal entry, and of which state, messages are written down."""

    def end_ticket(self, item: str) -> None:
        """Nothing more is to be told once its messages are sent."""

    def rest_ticket(self, item: str, *, in_s: float | None) -> None:
        """End a turn that left nothing waiting: it is due again then, or never (None).

        A message that was written down meanwhile makes it due at once.
        """

    def post(self, *messages: Message) -> int:
        """Write messages down, in order; how many were not there already."""

    def messages(
        self, *, ticket: str | None = None, state: MessageState | None = None
    ) -> tuple[Message, ...]:
        """Messages in the order in which they were written down."""

    def begin_message(self, number: int) -> None:
        """It is about to be sent."""

    def settle_message(
        self, number: int, state: MessageState, trouble: str = "", *, begun: bool = False
    ) -> None:
        """What became of it; `begun`: nobody knows, so look before it is sent again."""

    def revive(self, number: int | None = None) -> int:
        """Let dead messages be tried again, one or all; how many. Their tickets are due at once."""
