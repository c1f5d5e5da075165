"""What stands in the navigation, and who sees it."""

from dataclasses import dataclass

from service.ports.tokens import Role
from service.web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Item:
    """One entry.

    Attributes:
        icon: a symbol of `assets/icons.svg`.
        role: who has it, or one above it, sees the entry.
        fleet: it is about the whole fleet: a token for a part of it does not see the entry.
    """

    label: str
    path: str
    icon: str
    role: Role = Role.VIEWER
    fleet: bool = False

    def is_for(self, visitor: Visitor) -> bool:
        """Whether somebody may go there."""
        return visitor.may(self.role) and (visitor.who.scope.is_whole or not self.fleet)

    def is_at(self, path: str) -> bool:
        """Whether a page is under it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


ITEMS = (
    Item("Fleet", "/", "fleet"),
    Item("Stuck APs", "/stuck", "stuck"),
    Item("Plans", "/plans", "plan"),
    Item("Remediations", "/remediations", "wrench"),
    Item("Schedules", "/schedules", "calendar", fleet=True),
    Item("Audit", "/audit", "book", Role.APPROVER),
    Item("Channels", "/channels", "bell", Role.ADMIN, fleet=True),
)  # fmt: skip


def items_for(visitor: Visitor, path: str) -> list[tuple[Item, bool]]:
    """The entries that somebody sees, and whether each is where they are."""
    return [(item, item.is_at(path)) for item in ITEMS if item.is_for(visitor)]
