"""Software releases: parsed once, ordered, and tested against rules such as `>=17.9.3`.

IOS XE prints `17.9.1`, `17.09.01`, `17.3.5a`, `17.12.04.0.5766`; AireOS prints `8.10.183.0`. The
first three numbers order a release, a letter orders within them, further numbers are the build.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, total_ordering
from typing import Self

_RELEASE = re.compile(r"(\d+)\.(\d+)(?:\.(\d+)(?:([a-z])(?![a-z\d]))?((?:\.\d+)*))?")
_RULE = re.compile(r"(>=|<=|==|<|>|~)\s*(\S+)")


@total_ordering
@dataclass(frozen=True, slots=True)
class Release:
    """One release, ordered by major, minor, maintenance, letter and build."""

    major: int
    minor: int
    maintenance: int = 0
    letter: str = ""
    build: tuple[int, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a release; ValueError where the text begins with no dotted numbers."""
        match = _RELEASE.match(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a release (such as 17.9.1 or 8.10.183.0)")
        major, minor, maintenance, letter, build = match.groups()
        numbers = tuple(int(part) for part in (build or "").split(".") if part)
        return cls(int(major), int(minor), int(maintenance or 0), letter or "", numbers)

    @property
    def train(self) -> tuple[int, int]:
        """The release train: 17.9 of 17.9.1."""
        return (self.major, self.minor)

    def _key(self) -> tuple[int, int, int, str, tuple[int, ...]]:
        return (self.major, self.minor, self.maintenance, self.letter, self.build)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Release):
            return NotImplemented
        return self._key() < other._key()

    def to_the_precision_of(self, other: "Release") -> "Release":
        """This release as far as another one tells its numbers apart.

        Without a build there, without one here; else padded with zeros, since 8.10.183 and
        8.10.183.0 are one release.
        """
        build = self.build[: len(other.build)]
        build += (0,) * (len(other.build) - len(build))
        return Release(self.major, self.minor, self.maintenance, self.letter, build)

    def __str__(self) -> str:
        build = "".join(f".{number}" for number in self.build)
        return f"{self.major}.{self.minor}.{self.maintenance}{self.letter}{build}"


_COMPARISONS: Mapping[str, Callable[[Release, Release], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


def fits(release: Release, rule: str) -> bool:
    """Whether a release satisfies every part of a rule.

    A rule is comma-separated comparisons, all of which must hold: `>=17.9.3`, `<8.10.183.0`,
    `~17.3` (any release of the train), `==17.6.4`. Builds count only where the rule names one,
    and only as many of their numbers as it names.

    Raises:
        ValueError: the rule cannot be read.
    """
    return all(_fits_one(release, part.strip()) for part in rule.split(","))


def is_rule(text: str) -> bool:
    """Whether `fits` can read a rule."""
    try:
        for part in text.split(","):
            _fits_one(Release(0, 0), part.strip())
    except ValueError:
        return False
    return True


def _fits_one(release: Release, part: str) -> bool:
    comparison, wanted = _compared(part)
    if comparison == "~":
        return release.train == wanted.train
    return _COMPARISONS[comparison](release.to_the_precision_of(wanted), wanted)


@lru_cache(maxsize=1024)  # the rules of the catalogue, asked again for every AP
def _compared(part: str) -> tuple[str, Release]:
    match = _RULE.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is not a release rule (such as >=17.9.3 or ~17.3)")
    return match.group(1), Release.parse(match.group(2))
