"""The process port: who we are, and whether another process still lives."""

from typing import Protocol

from service.ports.store import Holder


class Processes(Protocol):
    """Processes of this host."""

    def me(self) -> Holder:
        """This process as a holder of leases."""

    def is_proven_dead(self, holder: Holder) -> bool:
        """Whether a holder is known not to live: only ever true for processes of this host."""
