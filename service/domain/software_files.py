"""Files with controllers' software: what one is by its name, and what lies ready to be installed.

A file is known by the name that Cisco publishes it under, never by one that somebody gave it: what
has another name is not ours to guess. Where the name says what it is, sums say whether it is whole.

Sources: names of the Catalyst 9800's images and patches in public download lists (9800-L, -40, -80
and -CL; `_wlc` is in every one but the -CL's, patches for all of the hardware say `C9800-` alone);
AireOS' likewise (`AIR-CT5520-K9-8-10-105-0.aes` also in a captured transfer), dashes for dots.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from service.domain.inventory import Credentials
from service.domain.observation import Platform
from service.domain.releases import Release

_PRODUCTS = {
    "C9800-universalk9_wlc": "C9800-universalk9_wlc",
    "C9800-L-universalk9_wlc": "C9800-L",
    "C9800-40-universalk9_wlc": "C9800-40",
    "C9800-80-universalk9_wlc": "C9800-80",
    "C9800-CL-universalk9": "C9800-CL",
    "CW9800H-wlc-universalk9": "CW9800H",
    "CW9800M-wlc-universalk9": "CW9800M",
}
_IOSXE = re.compile(
    r"(?P<product>[A-Za-z0-9_-]+)\.(?P<release>\d{2}\.\d{2}\.\d{2}[a-z]?)"
    r"(?:\.(?P<patch>CSC[a-z]{2}\d{5}))?\.SPA(?:\.(?P<kind>apsp|apdp|smu))?\.bin",
    re.ASCII,
)
_AIREOS = re.compile(
    r"(?P<family>AIR-(?:CT\d{4}|CTVM|WISM2)(?:-LDPE)?)-K9-(?P<release>\d{1,2}(?:-\d{1,3}){3})\.aes",
    re.ASCII,
)
OLDEST_AIREOS = 6
"""Below this major number an `.aes` is field upgrade software: a boot loader, no release."""

_OTHERS = (
    (r"AIR-.*-ME-|AIR-AP", "for Mobility Express or an access point, not for a controller"),
    (r"C9800-AP-|C9800-SW-", "for an embedded controller on an access point or a switch"),
    (r"AIR-.*-AP_BUNDLE", "a bundle of access points' images, not the controller's system"),
    (r"AIR-.*-K9-[0-5](-\d+)+\.aes", "field upgrade software (a boot loader), no release"),
    (r".*\.SSA\.", "signed for development (SSA), not for release (SPA)"),
    (r".*\.(ova|iso|qcow2|run|tar|zip)", "for a new installation or another product"),
    (r".*\.(part|crdownload|download|tmp)", "a download that has not ended"),
)


class FileKind(StrEnum):
    """What is in a file."""

    BASE = "base"  # a whole release
    APSP = "apsp"  # an AP service pack
    APDP = "apdp"  # an AP device pack: a new model for an old release
    SMU = "smu"  # a patch of the controller


@dataclass(frozen=True, slots=True)
class SoftwareName:
    """What a file's name says.

    Attributes:
        family: the hardware as the name says it: `C9800-L`, `C9800-CL`, `AIR-CT5520`,
            `AIR-CT5500-LDPE`; `C9800-universalk9_wlc` where it names none.
        patch: the bug whose number tells the patch from others; None: a base image.
    """

    platform: Platform
    family: str
    release: Release
    kind: FileKind
    patch: str | None


@dataclass(frozen=True, slots=True)
class SoftwareFile:
    """One file that lies ready.

    Attributes:
        name: the file's name alone; letters, digits, `.`, `-` and `_`.
        family, release, kind, patch: as in `SoftwareName`.
        sha512, md5: in lower case; empty where the file could not be read.
        vouched: a published checksum stands beside it and agrees.
        trouble: why it must not be used; None: nothing is known against it.
        url: where a controller fetches it, never with a password; None: the inventory names no
            place, or none by a protocol that this platform speaks.
    """

    name: str
    platform: Platform
    family: str
    release: Release
    kind: FileKind
    patch: str | None
    size_bytes: int
    sha512: str
    md5: str
    vouched: bool = False
    trouble: str | None = None
    url: str | None = None

    def is_of(self, release: Release) -> bool:
        """Whether it is for a release, as far as its name tells releases apart."""
        return release.to_the_precision_of(self.release) == self.release


@dataclass(frozen=True, slots=True)
class SoftwareShelf:
    """All software that lies ready.

    Attributes:
        login: what a controller shows the file server, by reference; None: nothing.
        trouble: why nothing could be looked up at all; None: the folder was read, or there is none.
        is_stated: whether the inventory names a folder.
    """

    files: tuple[SoftwareFile, ...] = ()
    login: Credentials | None = None
    trouble: str | None = None
    is_stated: bool = False

    def find(
        self, platform: Platform, family: str, release: Release, patch: str | None
    ) -> SoftwareFile | None:
        """The file of one family, usable or not: its `trouble` says. None: there is none.

        Args:
            platform: whose software.
            family: as in `SoftwareFile`.
            release: also a longer one, with its build.
            patch: the bug in the patch's name (`Patch.file`); None: the base image.
        """
        return next((f for f in self.alike(platform, release, patch) if f.family == family), None)

    def alike(
        self, platform: Platform, release: Release, patch: str | None
    ) -> tuple[SoftwareFile, ...]:
        """The same software for every family; first what is without trouble, then the vouched."""
        found = (
            file
            for file in self.files
            if file.platform is platform and file.is_of(release) and file.patch == patch
        )
        return tuple(sorted(found, key=lambda f: (f.trouble is not None, not f.vouched, f.name)))


def recognized(name: str) -> SoftwareName | None:
    """What a file is by its name; None for a name that is no controller software's."""
    if match := _IOSXE.fullmatch(name):
        return _iosxe(match)
    if match := _AIREOS.fullmatch(name):
        release = Release.parse(match["release"].replace("-", "."))
        if release.major >= OLDEST_AIREOS:
            return SoftwareName(Platform.AIREOS, match["family"], release, FileKind.BASE, None)
    return None


def why_unknown(name: str) -> str:
    """Why a name was not recognized, for people."""
    said = (why for pattern, why in _OTHERS if re.match(pattern, name, re.IGNORECASE))
    return next(said, "not a name that Cisco gives to a controller's software")


def _iosxe(match: re.Match[str]) -> SoftwareName | None:
    """A patch names its bug and its kind, a base image neither; with one alone it is nothing."""
    family, patch, kind = _PRODUCTS.get(match["product"]), match["patch"], match["kind"]
    if family is None or (patch is None) != (kind is None):
        return None
    kept = FileKind(kind) if kind else FileKind.BASE
    return SoftwareName(Platform.IOSXE, family, Release.parse(match["release"]), kept, patch)
