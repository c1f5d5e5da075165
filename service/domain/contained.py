"""Containments that a person has put in force: who did it and when, and what takes them back.

Nothing of this touches a device. A block that nobody remembers keeps access points away for ever,
so its lifting is demanded wherever work on its controller is told.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from service.domain.containment import FILTER, FILTER_V6, PORT, undo_lines

KINDS = (FILTER, FILTER_V6, PORT)
LONGEST = 200
"""Characters that a place or a note may have."""
_INTERFACE = re.compile(
    r"(?:Fa(?:stEthernet)?|(?:Two|Five|Ten)?Gi(?:gabitEthernet)?|T[ew]|Fi|Twe(?:ntyFiveGigE)?"
    r"|Fo(?:rtyGigabitEthernet)?|Hu(?:ndredGigE)?|Eth(?:ernet)?|Po(?:rt-channel)?|Vl(?:an)?)"
    r"[0-9]+(?:[/.][0-9]+)*",
    re.IGNORECASE,
)
"""Names of interfaces that a host name is not taken for."""
_PARTS = re.compile(r"[\s,]+|:(?=[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Contained:
    """One block that was put in force.

    Attributes:
        id: tells it from others of its kind and place.
        kind: one of KINDS, the names of the blocks that `plan --contain` prints.
        place: the box, the interface or both, as the person said it; may be empty.
        by: who put it in force, by their own word; at: when they said so, aware UTC.
        lifted_by, lifted: who took it back and when; None while it stands.
    """

    id: str
    controller: str
    kind: str
    place: str
    note: str
    by: str
    at: datetime
    lifted_by: str | None = None
    lifted: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody has said yet that it was lifted."""
        return self.lifted is None

    @property
    def undo(self) -> tuple[str, ...]:
        """The lines that take it back; a word in capitals where the place names no interface."""
        return undo_lines(self.kind, interface_in(self.place))

    @property
    def label(self) -> str:
        """Kind and place."""
        return f"{self.kind} on {self.place}" if self.place else self.kind


def read_kind(text: str) -> tuple[str, str]:
    """Kind and place of `KIND[:where]`; ValueError says what is wrong."""
    kind, _, place = text.partition(":")
    place = " ".join(place.split())
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of containment: {', '.join(KINDS)}")
    if not is_readable(place):
        raise ValueError(f"the place has to be printable, of at most {LONGEST} characters")
    return kind, place


def is_readable(text: str) -> bool:
    """Whether a text of a person may be kept and shown."""
    return len(text) <= LONGEST and (not text or text.isprintable())


def interface_in(place: str) -> str:
    """The interface that a place names: its last word, if that looks like one; else empty."""
    words = [word for word in _PARTS.split(place) if word]
    return words[-1] if words and _INTERFACE.fullmatch(words[-1]) else ""


def demand(one: Contained) -> str:
    """What a person has to do about a containment that stands."""
    return (
        f"lift the containment {one.label}, applied {one.at:%Y-%m-%d %H:%M} UTC by {one.by}: "
        f"{'; '.join(line.strip() for line in one.undo)}; then: aprejoin contain "
        f"{one.controller} -i INVENTORY --lifted {one.kind}"
    )


def keeps_away(one: Contained) -> str:
    """What a plan says of it."""
    return (
        f"kept away by hand since {one.at:%Y-%m-%d %H:%M} UTC: {one.label}, applied by {one.by}; "
        "an AP behind it joins nothing until it is lifted, also while it is waited for"
    )
