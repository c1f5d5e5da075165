"""The inventory for processes that run on: as its file is now, or as it was last good.

A file that is being edited, or that somebody broke, must not stop remediations that are under way:
their controllers may be in the past.
"""

from pathlib import Path
from threading import Lock

import structlog

from service.config.inventory import load_inventory
from service.domain.inventory import Inventory
from service.errors import InvalidInput

log = structlog.get_logger(__name__)


class LatestInventory:
    """One file, read with `keep_going` whenever it is asked for. For any number of threads."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._last: Inventory | None = None
        self._said = ""
        self._lock = Lock()

    def __call__(self) -> Inventory:
        """The inventory; unchanged content is not parsed again.

        Raises:
            InvalidInput: the file is bad, and was never good since this was made.
        """
        if self._path is None:
            return Inventory(())
        with self._lock:
            try:
                found = load_inventory(self._path, keep_going=True)
            except InvalidInput as err:
                if self._last is None:
                    raise
                self._say(str(err))
                return self._last
            self._say("")
            self._last = found
            return found

    def _say(self, reason: str) -> None:
        """Once for each way of being bad, and once when it is good again."""
        if reason and reason != self._said:
            log.error("inventory.bad", path=str(self._path), reason=reason)
        elif self._said and not reason:
            log.info("inventory.good-again", path=str(self._path))
        self._said = reason
