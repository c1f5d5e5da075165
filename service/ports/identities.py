"""Who a bearer token stands for that is not one of ours: signed by an issuer that is trusted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.scope import WHOLE, Scope
from service.ports.tokens import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody that an issuer vouches for.

    Attributes:
        role: None: the issuer knows them, and gives them no role here, or no part of the fleet.
        scope: for which controllers the role holds.
    """

    name: str
    role: Role | None
    issued: datetime
    expires: datetime
    scope: Scope = WHOLE


class Identities(Protocol):
    """An issuer of tokens."""

    def who(self, clear: str) -> Identity | None:
        """Whom a token stands for; None: it is none of the issuer's, or counts no more.

        Raises:
            IssuerAway: the issuer's keys cannot be had.
        """


class NoIdentities:
    """Nobody is trusted but us."""

    def who(self, clear: str) -> Identity | None:
        """Nobody."""
