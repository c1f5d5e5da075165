"""What is installed on a box: what runs, what is committed, what was only added.

Pure state: `install` decides when it changes. Names of states: Cisco-IOS-XE-install-oper.
"""

import re
from dataclasses import dataclass, replace

from service.lab.box.site_filters import SiteFilters
from service.lab.errors import LabError
from service.lab.images import Image, base_name, named
from service.lab.specs import Controller

AP_BUILD = 56  # last part of the version that APs run under a base image
PATCHED_BUILD = 150  # ... and under a patch: this and the number of patches for the AP's model


@dataclass(frozen=True, slots=True)
class SoftwareSet:
    """A base image with the patches on it."""

    base: Image
    patches: tuple[Image, ...] = ()

    def plus(self, patch: Image) -> "SoftwareSet":
        """With one patch more."""
        return replace(self, patches=(*self.patches, patch))

    def minus(self, name: str) -> "SoftwareSet":
        """Without the patch of that file name."""
        return replace(self, patches=tuple(p for p in self.patches if p.name != name))

    def holds(self, name: str) -> bool:
        """Is that file's software in it?"""
        return name == self.base.name or any(p.name == name for p in self.patches)

    def ap_patches(self, model: str) -> list[Image]:
        """The patches that bring an image for this AP model."""
        return [p for p in self.patches if p.kind in {"apsp", "apdp"} and p.is_for(model)]

    def ap_version(self, model: str) -> str:
        """The version that an AP of this model has to run. The last part is made up."""
        numbers = ["".join(c for c in p if c.isdigit()) for p in self.base.release.split(".")]
        count = len(self.ap_patches(model))
        build = PATCHED_BUILD + count if count else AP_BUILD
        return ".".join([*numbers, "0"][:3]) + f".{build}"

    def mends(self, model: str) -> bool:
        """Is the image for this AP model signed by a certificate that holds?"""
        return self.base.mends or any(p.mends for p in self.ap_patches(model))

    def __str__(self) -> str:
        """For people and logs."""
        return " + ".join([self.base.release, *(p.patch or p.name for p in self.patches)])


def _patch(name: str, base: Image, *, mends: bool) -> Image:
    """The patch that a fleet file finds installed; it may have any name."""
    try:
        return named(name, mends=mends)
    except LabError:
        return Image(name, base.family, base.release, "apsp", mends=mends)


class Software:
    """The installer's books."""

    def __init__(self, spec: Controller) -> None:
        given = spec.install
        base = named(base_name(spec.model, spec.release), mends=given.mends)
        whole = SoftwareSet(base)
        if given.apsp:
            whole = whole.plus(_patch(given.apsp, base, mends=given.mends))
        committed = whole if given.apsp_committed else SoftwareSet(base)
        if not given.committed:  # some build before the running one
            committed = SoftwareSet(replace(base, number=base.number - 1))
        self.running = whole
        self._first = base
        self.committed = committed
        self.filters = SiteFilters()
        self.known: dict[str, Image] = {p.name: p for p in (base, *whole.patches)}
        self.replaced: set[str] = set()  # base images that another one was committed over

    @property
    def uncommitted(self) -> bool:
        """Is something activated or deactivated that isn't committed?"""
        return self.running != self.committed

    @property
    def changed(self) -> bool:
        """Does another release run than at the start of the lab?"""
        return self.running.base.release != self._first.release

    @property
    def release(self) -> tuple[int, ...]:
        """The numbers of the release that runs."""
        return tuple(int(part) for part in re.findall(r"\d+", self.running.base.release))

    def commit(self) -> None:
        """What runs stays; a base image that it takes the place of merely lies there."""
        self.replaced.add(self.committed.base.name)
        self.committed = self.running
        self.replaced.discard(self.committed.base.name)

    def inactive(self) -> list[Image]:
        """Added, neither running nor committed."""
        sets = (self.running, self.committed)
        idle = (i for i in self.known.values() if not any(s.holds(i.name) for s in sets))
        return [image for image in idle if image.name not in self.replaced]

    def running_at(self, site: str) -> SoftwareSet:
        """What runs for the access points of a site."""
        if not self.filters.filters:
            return self.running
        kept = [p for p in self.running.patches if not self.filters.holds_back(p.name, site)]
        return replace(self.running, patches=tuple(kept))

    def prepared_at(self, site: str) -> SoftwareSet | None:
        """What would run there; None where a filter leaves the site out."""
        waiting = self.inactive()
        left_out = waiting and self.filters.leaves_out(waiting[-1].name, site)
        return None if left_out else self.prepared()

    def prepared(self) -> SoftwareSet | None:
        """What would run if the package that was added last were activated; None without one."""
        waiting = self.inactive()
        return self.with_(waiting[-1]) if waiting else None

    def with_(self, image: Image) -> SoftwareSet:
        """The set that activating a package leads to."""
        return SoftwareSet(image) if image.kind == "img" else self.running.plus(image)

    def patch_state(self, name: str) -> str:
        """The last words of a patch's install-state-*."""
        runs, stays = self.running.holds(name), self.committed.holds(name)
        states = {(True, True): "committed", (True, False): "act-uncommitted"}
        return states.get((runs, stays), "dact-uncommitted" if stays else "added")
