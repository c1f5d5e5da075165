"""Users of SNMP version 3 with their secrets, as the newest inventory has them."""

import time
from collections.abc import Sequence

import structlog

from service.domain.events.trap_users import TrapUser
from service.domain.inventory import Controller, Inventory
from service.errors import InvalidInput
from service.ports.secrets import Secrets

AGAIN_S = 300.0
"""Secrets may be changed behind their references."""

log = structlog.get_logger(__name__)


class TrapUsers:
    """Remembers them for a while: resolving a reference may take a call to a vault."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._inventory: Inventory | None = None
        self._users: tuple[TrapUser, ...] = ()
        self._asked_s = 0.0

    def learn(self, inventory: Inventory) -> None:
        """Read them again where the inventory is another, or after a while."""
        is_old = time.monotonic() - self._asked_s > AGAIN_S
        if inventory != self._inventory or is_old:
            self._users = users_of(inventory, self._secrets)
            self._inventory, self._asked_s = inventory, time.monotonic()

    def __call__(self) -> Sequence[TrapUser]:
        """Everybody who was read last."""
        return self._users


def users_of(inventory: Inventory, secrets: Secrets) -> tuple[TrapUser, ...]:
    """Every user of every controller; who cannot be read is told in the log and left out."""
    found: dict[TrapUser, tuple[str, ...]] = {}
    for controller in inventory.controllers:
        if controller.credentials.snmp_user is None:
            continue
        try:
            user = _user(controller, secrets)
        except InvalidInput as err:
            log.error("trap-user.unreadable", controller=controller.name, reason=str(err))  # noqa: TRY400
            continue
        found[user] = (*found.get(user, ()), controller.name)
    return tuple(TrapUser(user.name, user.auth, user.priv, names) for user, names in found.items())


def _user(controller: Controller, secrets: Secrets) -> TrapUser:
    given = controller.credentials
    auth, priv = (
        None if reference is None else secrets.resolve(reference)
        for reference in (given.snmp_auth, given.snmp_priv)
    )
    return TrapUser(given.snmp_user or "", auth, priv)
