"""Registers asked for a caller, as `aprejoin init` asks them; the token is a reference."""

from dataclasses import dataclass

from service.config.registers import nautobot, netbox
from service.config.registers.draft import draft
from service.config.registers.reading import Register
from service.config.rest_references import check_reference
from service.ports.registers import FromRegister, RegisterWish
from service.ports.secrets import Secrets

DEVICES = {"netbox": netbox.devices, "nautobot": nautobot.devices}


@dataclass(frozen=True, slots=True)
class AskedRegisters:
    """The registers port.

    Attributes:
        own: references that no caller may have sent to a register.
    """

    secrets: Secrets
    own: frozenset[str] = frozenset()

    def ask(self, wish: RegisterWish) -> FromRegister:
        """See the port."""
        check_reference(wish.token, "token", self.own)
        register = Register(wish.url, self.secrets.resolve(wish.token))
        made = draft(
            DEVICES[wish.kind](register, wish.where),
            source=wish.url,
            username=wish.username,
            platforms=wish.platforms or {},
        )
        return FromRegister(made.text, tuple((one.name, one.reason) for one in made.left_out))
