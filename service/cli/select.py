"""Choosing controllers of an inventory by name and tag."""

from collections.abc import Sequence

from service.domain.inventory import Controller, Inventory
from service.errors import NotFound


def chosen(
    inventory: Inventory, names: Sequence[str], tags: Sequence[str]
) -> tuple[Controller, ...]:
    """The controllers named or tagged; all where neither is given. Raises NotFound."""
    for name in names:
        if inventory.get(name) is None:
            raise NotFound("controller", name, known=inventory.names)
    if not names and not tags:
        return inventory.controllers
    return tuple(
        controller
        for controller in inventory.controllers
        if controller.name in names or set(tags) & set(controller.tags)
    )
