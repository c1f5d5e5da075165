"""The webhooks ports: what is kept of them, what carries a delivery, what keeps their secrets.

Every method of the store's part is one transaction. A delivery is kept before it is sent and until
its receiver took it: at least once, and more often where somebody dies between sending and noting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from service.domain.targets import Target
from service.domain.webhooks import EventKind, Interest
from service.errors import Refused
from service.ports.requests import Look

State: TypeAlias = Literal["pending", "delivered", "dead"]
Topic: TypeAlias = Literal["look", "plan", "asked", "journal"]
"""Where news comes from: the newest word on a controller, plans, wishes, journals."""
Remembered: TypeAlias = Literal["reach"]
"""What is remembered beside that: controllers that cannot be read."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Somebody who wants to be told.

    Attributes:
        sealed: the signing secret as `Sealer` keeps it.
    """

    id: str
    name: str
    url: str
    interest: Interest
    key_id: str
    sealed: str
    created: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook.

    Attributes:
        number: the order in which they were written down.
        waited_s: how long it was put off, all in all.
        in_s: seconds until the next try, 0 or less: it is time; minus infinity: said before the
            store's host booted.
        status: what the receiver answered last; None: nothing yet.
        detail: why it is not delivered, or empty.
    """

    number: int
    id: str
    webhook: str
    event: str
    kind: EventKind
    subject: str
    body: str
    at: datetime
    state: State = "pending"
    tries: int = 0
    waited_s: float = 0.0
    in_s: float = 0.0
    status: int | None = None
    detail: str = ""
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery that is to be kept, due at once."""

    id: str
    webhook: str
    event: str
    kind: EventKind
    subject: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What one try came to.

    Attributes:
        again_in_s: None where it has ended.
    """

    state: State
    status: int | None
    detail: str
    waited_s: float
    again_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that changed since it was told.

    Attributes:
        version: what it is now.
        told_version: what it was when it was told; None: never.
        note: what was kept then.
    """

    subject: str
    version: str
    told_version: str | None
    note: str


class Webhooks(Protocol):
    """Webhooks and their deliveries."""

    def add_webhook(self, webhook: Webhook) -> None:
        """Keep one."""

    def webhook(self, item: str) -> Webhook | None:
        """One, or None."""

    def webhooks(self) -> tuple[Webhook, ...]:
        """All, oldest first."""

    def change_webhook(self, webhook: Webhook) -> None:
        """Name, address and interest of one that is there; its secret stays."""

    def remove_webhook(self, item: str) -> bool:
        """Forget it, with every delivery; False where there was none."""

    def add_deliveries(self, new: Iterable[NewDelivery]) -> int:
        """Keep deliveries, in order; one of an event that the webhook has already is left out."""

    def offer_webhooks(self, *, again_after_s: float) -> tuple[str, ...]:
        """Those that have something to be sent now, and that nobody is sending to.

        Each is given to one caller, and again only after some seconds, unless somebody sent to it
        meanwhile.
        """

    def claim_webhook(self, item: str, by: str, *, for_s: float) -> bool:
        """Be the only one who sends to it for a while; again: for a while longer.

        False: somebody else is, or it rests, or is gone.
        """

    def rest_webhook(self, item: str, by: str, *, for_s: float) -> None:
        """Give it back; nobody sends to it for so long. Nothing happens where it passed on."""

    def next_delivery(self, webhook: str) -> Delivery | None:
        """What is to be sent now: the oldest that is due and follows no other of its subject."""

    def note_tried(self, delivery: str, tried: Tried, *, at: datetime) -> None:
        """Keep what a try came to; one that was delivered meanwhile stays so."""

    def deliveries(
        self, webhook: str, *, limit: int, state: State | None = None, before: int | None = None
    ) -> tuple[Delivery, ...]:
        """Deliveries of one webhook, newest first; `before`: those with lower numbers."""

    def count_deliveries(self, webhook: str) -> Mapping[State, int]:
        """How many deliveries of one webhook are in each state; a state without any is left out."""

    def redeliver(self, webhook: str, delivery: str) -> Delivery | None:
        """Send one that has ended once more, due at once; None: there is none such."""

    def forget_deliveries(self, *, ended_before: datetime) -> int:
        """Drop those that ended long ago."""


class Telling(Protocol):
    """What was told of what happened, so that everything is told once."""

    def tells_alone(self) -> bool:
        """Within `together`: nobody else tells until its end; False: somebody does."""

    def untold(self, topic: Topic, *, limit: int) -> tuple[Untold, ...]:
        """What changed since it was told."""

    def told(self, topic: Topic, one: Untold, note: str = "") -> None:
        """It was told as it is in `one`."""

    def pass_over(self, topic: Topic) -> None:
        """Everything counts as told."""

    def look_of(self, controller: str) -> Look | None:
        """The newest word on one controller."""

    def remembered(self, topic: Remembered) -> Mapping[str, str]:
        """What is remembered, by subject."""

    def remember(self, topic: Remembered, subject: str, note: str) -> None:
        """From now on; an empty note: nothing more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one sending.

    Attributes:
        status: what was answered; None: no answer, and perhaps nobody was reached.
        detail: why it was not taken; empty where it was.
        again_in_s: what the receiver asked for by Retry-After.
    """

    status: int | None
    detail: str = ""
    again_in_s: float | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110


class Sender(Protocol):
    """Carries deliveries."""

    def check(self, target: Target) -> None:
        """Resolve a target's name and judge every address. Raises InvalidInput."""

    def send(self, target: Target, headers: dict[str, str], body: bytes) -> Receipt:
        """Send once, to an address that was judged just before. Never raises for the receiver."""


class Sealer(Protocol):
    """Keeps secrets that the service must hold."""

    def seal(self, secret: str, about: str) -> str:
        """Encrypted; opens for the same `about` alone. Raises Refused: no key is set."""

    def unseal(self, sealed: str, about: str) -> str:
        """The clear text. Raises Refused: no key, another key, or not what was sealed."""


NO_KEY = "the service has no key to keep secrets with: set APREJOIN_SECRETS_KEY"


class NoOutside:
    """Where nothing is sent and nothing is sealed."""

    def check(self, target: Target) -> None:
        """Refuse."""
        raise Refused(f"nothing is sent to {target.host} from here")

    def send(self, target: Target, headers: dict[str, str], body: bytes) -> Receipt:
        """Send nothing."""
        del target, headers, body
        return Receipt(None, "nothing is sent from here")

    def seal(self, secret: str, about: str) -> str:
        """Refuse."""
        del secret, about
        raise Refused(NO_KEY)

    def unseal(self, sealed: str, about: str) -> str:
        """Refuse."""
        del sealed, about
        raise Refused(NO_KEY)


@dataclass(frozen=True, slots=True)
class Outside:
    """What webhooks need of the world."""

    sender: Sender
    sealer: Sealer


NOWHERE = Outside(NoOutside(), NoOutside())
