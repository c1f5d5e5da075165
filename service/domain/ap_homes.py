"""Which controllers an access point is told to join: its primary, secondary and tertiary one.

The settings live in the AP and are read from whichever controller it is joined to. A name is the
controller's own (host or system name), not the inventory's; the address is where APs reach it.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from service.domain.identity import BaseRadioMac

UNSET_NAMES = frozenset({"", "not configured"})
UNSET_ADDRESSES = frozenset({"", "0.0.0.0", "::", "not configured"})  # noqa: S104 - no address


class Place(StrEnum):
    """The order in which an AP tries them."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


@dataclass(frozen=True, slots=True)
class ApHome:
    """One controller as an AP is told of it; both empty: none."""

    name: str = ""
    address: str = ""

    @classmethod
    def parse(cls, name: str | None, address: str | None) -> "ApHome":
        """What a controller shows, with its words for "none" taken as that."""
        name, address = (name or "").strip(), (address or "").strip()
        return cls(
            "" if name.lower() in UNSET_NAMES else name,
            "" if address.lower() in UNSET_ADDRESSES else address,
        )

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return bool(self.name or self.address)

    @property
    def label(self) -> str:
        """For people."""
        if not self.is_set:
            return "none"
        return (
            f"{self.name} ({self.address})"
            if self.name and self.address
            else self.name or self.address
        )


NO_HOME = ApHome()


@dataclass(frozen=True, slots=True)
class ApHomes:
    """The settings of one AP.

    Attributes:
        ap: its name; commands of some platforms know it by nothing else.
    """

    mac: BaseRadioMac
    ap: str = ""
    primary: ApHome = NO_HOME
    secondary: ApHome = NO_HOME
    tertiary: ApHome = NO_HOME

    def of(self, place: Place) -> ApHome:
        """The controller at one place."""
        match place:
            case Place.PRIMARY:
                return self.primary
            case Place.SECONDARY:
                return self.secondary
            case Place.TERTIARY:
                return self.tertiary

    @property
    def label(self) -> str:
        """The AP for people."""
        return f"{self.ap} ({self.mac})" if self.ap else str(self.mac)

    @property
    def text(self) -> str:
        """The settings as one line, for a journal."""
        return json.dumps([(home.name, home.address) for home in map(self.of, Place)])

    def with_text(self, text: str) -> "ApHomes":
        """The AP with settings as a journal has them; ValueError for another line."""
        primary, secondary, tertiary = (ApHome(*one) for one in json.loads(text))
        return ApHomes(self.mac, self.ap, primary, secondary, tertiary)
