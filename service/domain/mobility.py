"""Mobility peers: the controllers that one has tunnels to, over which clients roam."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MobilityPeer:
    """One of them, as the controller that was asked shows it.

    Attributes:
        is_up: None where it says neither; a controller may list itself like that.
    """

    address: str
    is_up: bool | None


def addresses_up(peers: Iterable[MobilityPeer]) -> tuple[str, ...]:
    """The peers whose tunnel is up, in order."""
    return tuple(sorted(peer.address for peer in peers if peer.is_up))
