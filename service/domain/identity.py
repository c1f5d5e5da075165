"""Names and addresses: parsed once, compared safely.

An access point has two MACs that look alike: the base radio MAC (the models' `wtp-mac`, AireOS
"Base Mac") that identifies it everywhere in aprejoin, and the wired Ethernet MAC. They are two
types so that mixing them does not type-check.
"""

import re
from dataclasses import dataclass
from typing import Self

_HEX = re.compile(r"[0-9a-f]{12}")
_CANONICAL = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_SEPARATORS = str.maketrans("", "", ":.-")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62})")


def canonical_mac(text: str) -> str:
    """Any of the forms that `BaseRadioMac.parse` takes as `aa:bb:cc:dd:ee:ff`, or ValueError."""
    if _CANONICAL.fullmatch(text):
        return text
    digits = text.strip().lower().translate(_SEPARATORS)
    if not _HEX.fullmatch(digits):
        raise ValueError(f"{text!r} is not a MAC address (twelve hexadecimal digits)")
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


@dataclass(frozen=True, slots=True, order=True)
class BaseRadioMac:
    """The base radio MAC of an AP, always `aa:bb:cc:dd:ee:ff`."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept `aa:bb:..`, `aabb.ccdd.eeff` and `aa-bb-..`; ValueError for anything else."""
        return cls(canonical_mac(text))

    def __hash__(self) -> int:
        """The text's own: every poll looks up each access point some ten times."""
        return hash(self.value)

    @property
    def is_known(self) -> bool:
        """Whether this is an address; saved files may name an AP by its name alone."""
        return _HEX.fullmatch(self.value.translate(_SEPARATORS)) is not None

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True)
class EthernetMac:
    """The wired MAC of an AP, always `aa:bb:cc:dd:ee:ff`."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept the same forms as `BaseRadioMac.parse`."""
        return cls(canonical_mac(text))

    def __str__(self) -> str:
        return self.value


def is_controller_name(text: str) -> bool:
    """Whether a text can name a controller: letters, digits, `.`, `_`, `-`; 63 at most."""
    return _NAME.fullmatch(text) is not None
