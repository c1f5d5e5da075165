"""Which sites get the access point image of a patch, and which wait.

Source: Cisco-IOS-XE-wireless-access-point-cmd-rpc of 17.9 (image-site-filter-*), Cisco's guide
"Software Maintenance Upgrade", AP service packs by site: a patch with a filter reaches the filter's
sites when it is activated, sites that are added later when the filter is applied, all when it is
cleared. Unverified: what a filter is worth once its patch is taken back.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class SiteFilter:
    """Sites of one patch: those that are named, and of these the ones that it has reached."""

    named: dict[str, None] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)


class SiteFilters:
    """The filters of a box, by the file name of the patch."""

    def __init__(self) -> None:
        self.filters: dict[str, SiteFilter] = {}

    def add(self, image: str, site: str) -> None:
        """Name a site."""
        self.filters.setdefault(image, SiteFilter()).named[site] = None

    def remove(self, image: str, site: str) -> bool:
        """Take a site that was not reached off again; False: it was, or isn't named."""
        found = self.filters.get(image)
        if found is None or site not in found.named or site in found.reached:
            return False
        del found.named[site]
        return True

    def reach(self, image: str) -> None:
        """The patch is activated, or its filter applied: it is for every site named so far."""
        if found := self.filters.get(image):
            found.reached |= found.named.keys()

    def clear(self, image: str) -> None:
        """From now on the patch is for every site."""
        self.filters.pop(image, None)

    def lapse(self, running: set[str]) -> None:
        """Patches that run no longer have reached nobody."""
        for name, found in self.filters.items():
            if name not in running:
                found.reached.clear()

    def holds_back(self, image: str, site: str) -> bool:
        """Does a patch that runs not reach this site?"""
        found = self.filters.get(image)
        return found is not None and site not in found.reached

    def leaves_out(self, image: str, site: str) -> bool:
        """Is this site not among those that a patch will be for?"""
        found = self.filters.get(image)
        return found is not None and site not in found.named
