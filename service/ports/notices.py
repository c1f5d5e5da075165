"""The notices ports: what people are still to be told, and who carries it to them.

What is composed of notices is a delivery like a webhook's (`ports/webhooks.py`), to `outbox_of` its
channel; so it is kept, tried again and put aside in the same way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.notices.damping import Message, Notice
from service.domain.notices.rules import Rule, Severity, severity_of
from service.domain.notices.words import Words
from service.domain.webhooks import Happening
from service.ports.webhooks import Receipt

LONGEST_CHANNEL = 32


def outbox_of(channel: str) -> str:
    """What a channel's deliveries are kept under; no webhook has such an id."""
    return f"notify:{channel}"


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something that a channel is to be told.

    Attributes:
        event: the same event twice is one notice of the channel.
    """

    channel: str
    event: str
    rule: str
    controller: str
    kind: str
    subject: str
    severity: Severity
    words: Words
    at: datetime


def new_notice(channel: str, rule: Rule, happening: Happening, words: Words) -> NewNotice:
    """An event as a notice of a channel."""
    return NewNotice(
        channel=channel,
        event=happening.id,
        rule=rule.name,
        controller=happening.controller,
        kind=happening.kind.value,
        subject=happening.subject,
        severity=severity_of(happening),
        words=words,
        at=happening.at,
    )


class Notices(Protocol):
    """What waits for people. Every method is one transaction."""

    def add_notices(self, new: Iterable[NewNotice]) -> int:
        """Keep notices; one that the channel has already is left out.

        A channel that rests between two looks is looked at again at once where one is critical.
        """

    def notices(self, channel: str, *, limit: int) -> tuple[Notice, ...]:
        """What waits on a channel, oldest first."""

    def settle_notices(self, channel: str, numbers: Iterable[int]) -> None:
        """They are told: they wait no more, and are not taken again for a while."""

    def waiting_notices(self) -> Mapping[str, int]:
        """How many wait, by channel."""

    def block(self, channel: str, keys: Mapping[str, float]) -> None:
        """Nothing more is told of each key for so many seconds."""

    def blocked(self, channel: str) -> Mapping[str, float]:
        """Seconds for which nothing is told of a key; those that are over are left out."""

    def tells_people(self) -> bool:
        """Whether people were told things, as of what was said last."""

    def tell_people(self, *, begins: bool) -> None:
        """From now on they are told; or they are not any more."""

    def offer_channels(self, known: Iterable[str], *, again_after_s: float) -> tuple[str, ...]:
        """Those of the known channels that have something to do, and that nobody looks after."""

    def claim_channel(self, channel: str, by: str, *, for_s: float) -> bool:
        """Be the only one who tells it anything for a while; False: another is, or it rests."""

    def rest_channel(self, channel: str, by: str, *, for_s: float) -> None:
        """Give it back; nobody looks at it for so long."""

    def forget_notices(self, *, before: datetime) -> int:
        """Drop what is older, told or not."""


class Announcer(Protocol):
    """Carries messages to people."""

    def check(self, reference: str) -> str:
        """What kind of service a channel's address leads to; nothing is sent.

        Raises:
            InvalidInput: nothing behind the reference, or no address of a service that is allowed;
                never shows the address.
        """

    def say(self, reference: str, message: Message) -> Receipt:
        """Send one message, once. Never raises for the receiver, never shows the address."""


class NobodyHears:
    """Where nothing is said."""

    def check(self, reference: str) -> str:
        """Nothing."""
        del reference
        return "nothing"

    def say(self, reference: str, message: Message) -> Receipt:
        """Say nothing."""
        del reference, message
        return Receipt(None, "nothing is said from here")
