"""The software port: which files lie ready for controllers."""

from typing import Protocol

from service.domain.inventory import SoftwareSource
from service.domain.observation import Platform
from service.domain.software_files import SoftwareShelf


class SoftwareFiles(Protocol):
    """Folders with controllers' software."""

    def shelf(self, source: SoftwareSource, platform: Platform) -> SoftwareShelf:
        """What lies ready for a platform.

        May take minutes the first time, for every file is read whole. Never raises: a folder that
        cannot be read is a shelf with a `trouble`.
        """


class NoSoftwareFiles:
    """Where nothing can be looked at: no shelf holds anything."""

    def shelf(self, source: SoftwareSource, platform: Platform) -> SoftwareShelf:
        """Nothing."""
        del source, platform
        return SoftwareShelf(trouble="files cannot be looked at here", is_stated=True)
