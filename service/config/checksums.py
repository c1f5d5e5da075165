"""Checksums of large files: computed once, and compared with those that somebody published.

What was computed is kept in a file of its own, by path, size, and the moments of the last change to
content and entry: a file that was replaced or touched is read again. A lost or spoilt cache costs
time alone.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal, TypeAlias

Algorithm: TypeAlias = Literal["sha512", "md5"]

CACHE = "software-checksums.json"
BLOCK_BYTES = 1 << 20
LONGEST_LIST_BYTES = 1 << 20
"""Of a file with checksums that is read; a longer one is none."""
DIGITS: dict[Algorithm, int] = {"sha512": 128, "md5": 32}
_LISTS = re.compile(r"(sha512|md5)sums?(?:\.txt)?", re.IGNORECASE)
_BESIDE = re.compile(r"(.+)\.(sha512|md5)(?:\.txt)?", re.IGNORECASE)
_PLAIN = re.compile(r"\\?([0-9a-fA-F]+)(?: [ *]?(?:\./)?(.+))?")
_TAGGED = re.compile(r"(?:SHA512|MD5) \((?:\./)?(.+)\) = ([0-9a-fA-F]+)")


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file's content comes to, in lower case."""

    sha512: str
    md5: str

    def by(self, algorithm: Algorithm) -> str:
        """One of them."""
        return self.sha512 if algorithm == "sha512" else self.md5


@dataclass(frozen=True, slots=True)
class Published:
    """What somebody wrote down about a file.

    Attributes:
        digest: in lower case; None where a line that names the file holds none.
        where: the file that says so.
    """

    algorithm: Algorithm
    digest: str | None
    where: str


class FileUnreadable(Exception):
    """A file that cannot be read whole, with the reason for people."""


class Checksums:
    """Sums of files, remembered over processes. Used by one thread at a time.

    Attributes:
        store: where they are kept; None: nowhere.
    """

    def __init__(self, store: Path | None) -> None:
        self._store = store

    def of(self, path: Path) -> tuple[int, Sums]:
        """Size in bytes and sums of a regular file; `path` is no link.

        Raises:
            FileUnreadable: it is none, cannot be read, or changed meanwhile.
        """
        with _opened(path) as file:
            before = os.fstat(file.fileno())
            mark = _mark(before)
            known = self._kept().get(str(path))
            if known is not None and known["mark"] == mark:
                return before.st_size, Sums(known["sha512"], known["md5"])
            try:
                sums = _summed(iter(lambda: file.read(BLOCK_BYTES), b""))
            except OSError as err:
                raise FileUnreadable(f"it cannot be read to its end ({err.strerror})") from None
            if _mark(os.fstat(file.fileno())) != mark:
                raise FileUnreadable("it changed while it was read: is it still being copied?")
        self._keep(str(path), mark, sums)
        return before.st_size, sums

    def _kept(self) -> dict[str, dict[str, str]]:
        """By path; whatever is not of our form is left out."""
        if self._store is None:
            return {}
        try:
            found = json.loads(self._store.read_bytes())
        except (OSError, ValueError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {path: entry for path, entry in found.items() if _is_entry(entry)}

    def _keep(self, path: str, mark: str, sums: Sums) -> None:
        """Without what is gone. Where it cannot be written, the next one computes it again."""
        if self._store is None:
            return
        here = {p: entry for p, entry in self._kept().items() if os.path.lexists(p)}
        here[path] = {"mark": mark, **asdict(sums)}
        beside = self._store.with_name(f"{self._store.name}.{os.getpid()}")
        with suppress(OSError):
            beside.write_text(json.dumps(here, indent=1), "utf-8")
            beside.replace(self._store)


def is_about_sums(name: str) -> bool:
    """Whether a file holds checksums of others, by its name."""
    return bool(_LISTS.fullmatch(name) or _BESIDE.fullmatch(name))


def published(folder: Path, names: Sequence[str], wanted: str) -> tuple[Published, ...]:
    """What is written down about one file, beside it or in a list; `names` are the folder's."""
    found: list[Published] = []
    for name in sorted(names):
        if match := _LISTS.fullmatch(name):
            found.extend(_listed(folder / name, _algorithm(match[1]), wanted))
        elif (match := _BESIDE.fullmatch(name)) and match[1] == wanted:
            found.append(_beside(folder / name, _algorithm(match[2]), wanted))
    return tuple(found)


def _algorithm(word: str) -> Algorithm:
    return "sha512" if word.lower() == "sha512" else "md5"


def _beside(path: Path, algorithm: Algorithm, wanted: str) -> Published:
    """A file of its own: the first line that tells the digest, with or without the name."""
    for name, digest in _lines(path):
        if name in {None, wanted}:
            return Published(algorithm, _checked(digest, algorithm), path.name)
    return Published(algorithm, None, path.name)


def _listed(path: Path, algorithm: Algorithm, wanted: str) -> Iterator[Published]:
    for name, digest in _lines(path):
        if name == wanted:
            yield Published(algorithm, _checked(digest, algorithm), path.name)


def _lines(path: Path) -> Iterator[tuple[str | None, str]]:
    """Name, or None, and digest, of the lines that have the form of either tool."""
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST_LIST_BYTES).decode("utf-8", "replace")
    except OSError:
        return
    for line in map(str.strip, text.splitlines()):
        if match := _TAGGED.fullmatch(line):
            yield match[1], match[2]
        elif match := _PLAIN.fullmatch(line):
            yield match[2], match[1]


def _checked(digest: str, algorithm: Algorithm) -> str | None:
    return digest.lower() if len(digest) == DIGITS[algorithm] else None


def _opened(path: Path) -> IO[bytes]:
    """A regular file: a FIFO does not hold us up, a link put there meanwhile leads nowhere."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as err:
        raise FileUnreadable(f"it cannot be read ({err.strerror})") from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise FileUnreadable("it is no ordinary file")
    return os.fdopen(number, "rb")


def _summed(blocks: Iterator[bytes]) -> Sums:
    sha512, md5 = hashlib.sha512(), hashlib.md5(usedforsecurity=False)
    for block in blocks:
        sha512.update(block)
        md5.update(block)
    return Sums(sha512.hexdigest(), md5.hexdigest())


def _mark(seen: os.stat_result) -> str:
    return f"{seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns} {seen.st_dev} {seen.st_ino}"


def _is_entry(entry: object) -> bool:
    return isinstance(entry, dict) and all(
        isinstance(entry.get(key), str) for key in ("mark", "sha512", "md5")
    )
