"""Who may send traps of SNMP version 3, as the inventory's credentials have it."""

from dataclasses import dataclass, field

AUTHENTICATED, PRIVATE = 1, 2


@dataclass(frozen=True, slots=True)
class TrapUser:
    """One user with its secrets, and the controllers that it is the user of.

    Attributes:
        auth: None: it proves nothing.
        priv: None: it hides nothing.
    """

    name: str
    auth: str | None = field(default=None, repr=False)
    priv: str | None = field(default=None, repr=False)
    controllers: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """What its messages must be, no less and no more: the flags of version 3."""
        return (AUTHENTICATED if self.auth else 0) | (PRIVATE if self.auth and self.priv else 0)
