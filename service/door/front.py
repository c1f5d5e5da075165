"""What every call and every page reaches: the ports, with the inventory as it is now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from service.domain.events.tying import Places, places_unresolved
from service.domain.inventory import Inventory
from service.door.limits import Rate, Streams
from service.door.watched import Unwatched, Watched
from service.ports.identities import Identities, NoIdentities
from service.ports.jobs import JobQueue
from service.ports.registers import NoRegisters, Registers
from service.ports.secrets import NoSecrets, Secrets
from service.ports.sign_in import SignIn
from service.ports.tokens import Token
from service.ports.visits import LASTING, Lasting
from service.usecases.context import Context


@dataclass(frozen=True, slots=True)
class Front:
    """What faces reach.

    Attributes:
        base: the ports; its inventory is that of the start.
        inventory: reads the inventory as it is now; a broken file leaves the last good one.
        checks: what readiness hangs on, each by name, with why it failed; empty: it did not.
        rate: how many requests a caller may send; None: any number.
        identities: callers whom somebody else vouches for.
        secrets: behind the references of the inventory.
        places: where controllers are, to tell whose an event is.
        registers: from which controllers can be taken over.
        watched: who counts requests and answers scrapes.
        lasting: how long sessions at the page hold.
        sign_in: an issuer that people sign in at; None: by tokens alone.
        public_url: the address of the page for people, without a slash at its end; None: whatever
            they typed.
    """

    base: Context
    queue: JobQueue
    inventory: Callable[[], Inventory]
    checks: Callable[[], Mapping[str, str]]
    rate: Rate | None = None
    streams: Streams = field(default_factory=Streams)
    identities: Identities = field(default_factory=NoIdentities)
    secrets: Secrets = field(default_factory=NoSecrets)
    places: Callable[[Inventory], Places] = places_unresolved
    registers: Registers = field(default_factory=NoRegisters)
    watched: Watched = field(default_factory=Unwatched)
    lasting: Lasting = LASTING
    sign_in: SignIn | None = None
    public_url: str | None = None

    @property
    def context(self) -> Context:
        """The ports, with the inventory as it is now."""
        return replace(self.base, inventory=self.inventory())

    def context_of(self, who: Token) -> Context:
        """The same as one caller may see it."""
        return self.context.within(who.scope)
