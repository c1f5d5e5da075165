"""The guardians' port: hosts that say again and again that they could bring a controller home."""

from typing import Protocol

from service.domain.guardians import Guardian


class Guardians(Protocol):
    """Who guards, in the store's own time: no host's wall clock is asked."""

    def guard(self, who: str, *, host: str, boot_id: str) -> None:
        """Say that a process lives; to be repeated every few seconds.

        Args:
            who: the process, by a text that no other has.
            host: its machine's name.
            boot_id: which boot of it.
        """

    def stand_down(self, who: str) -> None:
        """It stops on purpose: nobody has to wait until it is missed."""

    def guardians(self) -> tuple[Guardian, ...]:
        """Everybody who was heard of lately, lost ones for a day."""
