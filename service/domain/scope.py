"""For which controllers a token holds."""

from dataclasses import dataclass

from service.domain.inventory import Controller


@dataclass(frozen=True, slots=True)
class Scope:
    """Controllers of some sites, and those with some tags; without either: the whole fleet."""

    sites: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it leaves nobody out."""
        return not self.sites and not self.tags

    def covers(self, controller: Controller) -> bool:
        """Whether a controller is in it."""
        in_site, tagged = controller.site in self.sites, set(self.tags) & set(controller.tags)
        return self.is_whole or in_site or bool(tagged)

    @property
    def label(self) -> str:
        """The scope for people."""
        said = [f"site {one}" for one in self.sites] + [f"tag {one}" for one in self.tags]
        return ", ".join(said) or "the whole fleet"


WHOLE = Scope()
