"""Registers of devices from which controllers are taken over: NetBox and Nautobot."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from service.domain.observation import Platform
from service.errors import Refused

RegisterKind: TypeAlias = Literal["netbox", "nautobot"]


@dataclass(frozen=True, slots=True)
class RegisterWish:
    """What is wanted of a register.

    Attributes:
        url: of the register itself; https.
        token: a reference.
        where: filters, as the register knows them.
        platforms: what a platform of the register is to us, where the model does not tell.
        username: who logs in, where the inventory has no login of that platform yet.
    """

    kind: RegisterKind
    url: str
    token: str
    where: tuple[tuple[str, str], ...] = ()
    platforms: Mapping[str, Platform] | None = None
    username: str = "admin"


@dataclass(frozen=True, slots=True)
class FromRegister:
    """What a register has.

    Attributes:
        text: an inventory of its controllers.
        left_out: devices that are not in it, each with the reason.
    """

    text: str
    left_out: tuple[tuple[str, str], ...] = ()


class Registers(Protocol):
    """Asks registers. Takes seconds; never inside of a transaction."""

    def ask(self, wish: RegisterWish) -> FromRegister:
        """What it has. Raises InvalidInput: it does not answer with that."""


class NoRegisters:
    """None can be asked."""

    def ask(self, wish: RegisterWish) -> FromRegister:  # noqa: ARG002 - the port's
        """Raises Refused."""
        raise Refused("no register can be asked from here")
