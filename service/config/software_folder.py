"""A folder with controllers' software: what is in it, whole and vouched for or not.

Only what lies directly in it counts, under its published name. A link may lead to another name of
the same folder and nowhere else: what is served to controllers must not be somebody's keys. A file
that must not be used is listed with the reason, so that a plan can say it, and never left out.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.config.checksums import (
    Checksums,
    FileUnreadable,
    Published,
    Sums,
    is_about_sums,
    published,
)
from service.domain.inventory import SoftwareSource
from service.domain.observation import Platform
from service.domain.software_files import (
    SoftwareFile,
    SoftwareName,
    SoftwareShelf,
    recognized,
    why_unknown,
)
from service.errors import InvalidInput

SPOKEN: dict[Platform, tuple[str, ...]] = {
    Platform.IOSXE: ("http", "https", "scp", "sftp"),
    Platform.AIREOS: ("ftp", "tftp", "sftp"),
}
"""By which protocols a controller fetches its software, of those that can be told by an address.
Source: `copy` of IOS XE; `transfer download mode` of AireOS, whose sftp is unverified."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder's content.

    Attributes:
        files: software, by name.
        others: what is none, with the reason; checksums and hidden files are not told.
    """

    files: tuple[SoftwareFile, ...]
    others: tuple[tuple[str, str], ...]


class SoftwareFolders:
    """The software port over folders of this machine."""

    def __init__(self, checksums: Checksums) -> None:
        self._checksums = checksums

    def shelf(self, source: SoftwareSource, platform: Platform) -> SoftwareShelf:
        """What lies ready for a platform; see the port."""
        login = source.credentials
        try:
            files = SoftwareFolder(source, self._checksums).listing(platform).files
        except InvalidInput as err:
            return SoftwareShelf(login=login, trouble=str(err), is_stated=True)
        return SoftwareShelf(files, login, is_stated=True)


class SoftwareFolder:
    """One folder."""

    def __init__(self, source: SoftwareSource, checksums: Checksums) -> None:
        self._source = source
        self._folder = Path(source.folder)
        self._checksums = checksums

    def listing(
        self,
        platform: Platform | None = None,
        *,
        on_file: Callable[[str], None] = lambda _: None,
    ) -> Listing:
        """Everything in it, read whole where it was not before.

        Args:
            platform: only this one's software, without the others.
            on_file: told of each name before it is read.

        Raises:
            InvalidInput: it is no folder, or cannot be read.
        """
        names = _names(self._folder)
        known = {name: said for name in names if (said := recognized(name)) is not None}
        files = []
        for name, said in known.items():
            if platform in {None, said.platform}:
                on_file(name)
                files.append(self._file(name, said, names))
        others = (n for n in names if n not in known and not is_about_sums(n) and n[0] != ".")
        told = () if platform else tuple((name, self._why_not(name)) for name in others)
        return Listing(tuple(files), told)

    def path_of(self, name: str) -> Path:
        """Where a file really is.

        Raises:
            FileUnreadable: nowhere, or outside the folder.
        """
        try:
            path = (self._folder / name).resolve(strict=True)
            inside = path.parent == self._folder.resolve(strict=True)
        except (OSError, RuntimeError):
            raise FileUnreadable("it is a link that leads nowhere") from None
        if not inside:
            raise FileUnreadable("it is a link that leads out of the folder")
        return path

    def _file(self, name: str, said: SoftwareName, names: Sequence[str]) -> SoftwareFile:
        size, sums, trouble = 0, Sums("", ""), None
        told = published(self._folder, names, name)
        try:
            size, sums = self._checksums.of(self.path_of(name))
            trouble = _disagreement(size, sums, told)
        except FileUnreadable as err:
            trouble = str(err)
        return SoftwareFile(
            name=name,
            platform=said.platform,
            family=said.family,
            release=said.release,
            kind=said.kind,
            patch=said.patch,
            size_bytes=size,
            sha512=sums.sha512,
            md5=sums.md5,
            vouched=trouble is None and bool(told),
            trouble=trouble,
            url=_url(self._source, said.platform, name),
        )

    def _why_not(self, name: str) -> str:
        if (self._folder / name).is_dir():
            return "a folder: only what lies directly beside it is looked at"
        return why_unknown(name)


def _names(folder: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(os.listdir(folder)))  # noqa: PTH208 - names, which may be no text
    except OSError as err:
        found = f"cannot be read ({err.strerror})"
        raise InvalidInput(found, where=str(folder), expected="a folder with software") from None


def _disagreement(size: int, sums: Sums, told: tuple[Published, ...]) -> str | None:
    """What is wrong with a file that was read; None: nothing that is known."""
    if size == 0:
        return "it is empty"
    for one in told:
        if one.digest is None:
            return f"{one.where} holds no {one.algorithm} checksum of it that can be read"
        if one.digest != sums.by(one.algorithm):
            return (
                f"its {one.algorithm} checksum is not the one in {one.where}: it is damaged, cut "
                "short or another file; fetch it again"
            )
    return None


def _url(source: SoftwareSource, platform: Platform, name: str) -> str | None:
    base = source.url
    if platform is Platform.AIREOS and source.aireos_url is not None:
        base = source.aireos_url
    if base is None or base.partition("://")[0] not in SPOKEN[platform]:
        return None
    return base + name
