"""What a trap says: which event it is, and whose it may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.events.messages import Sense
from service.domain.events.reading import Said
from service.domain.events.syslog import LONGEST_TEXT
from service.domain.events.tying import Clues

MAC_BYTES, LONGEST_CALL = 6, 128


@dataclass(frozen=True, slots=True)
class TrapKind:
    """One kind of trap that matters, as `Message` is one kind of line."""

    name: str
    sense: Sense
    oids: tuple[str, ...]
    is_verified: bool
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traps:
    """All of them, by the names that devices call them by."""

    known: tuple[TrapKind, ...]
    by_oid: Mapping[str, TrapKind] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, TrapKind] = {}
        for kind in self.known:
            for oid in kind.oids:
                found.setdefault(oid, kind)
        object.__setattr__(self, "by_oid", found)

    def over(self, below: "Traps") -> "Traps":
        """These before those; an entry of the same name replaces the one below."""
        mine = {one.name for one in self.known}
        return Traps((*self.known, *(one for one in below.known if one.name not in mine)))


def said_by_trap(
    oid: str,
    values: Mapping[str, object],
    traps: Traps,
    *,
    via: str,
    source: str,
    agent: str = "",
    controller: str = "",
) -> Said | None:
    """What a trap says; None: nothing that matters. `controller`: whose user has proven it.

    Six octets may be an access point's MAC and a short text its name: both are clues only where
    polls know an access point that is called so.
    """
    kind = traps.by_oid.get(oid)
    if kind is None:
        return None
    macs = tuple(
        _mac(one) for one in values.values() if isinstance(one, bytes) and len(one) == MAC_BYTES
    )
    texts = tuple(text for one in values.values() if (text := _text(one)))
    names = tuple(text for text in texts if len(text) <= LONGEST_CALL)
    told = ", ".join(f"{name}={_shown(value)}" for name, value in values.items())
    clues = Clues(controller, source, hosts=(*((agent,) if agent else ()), *names), macs=macs)
    return Said(kind.sense, kind.name, via, source, "", f"{oid}: {told}"[:LONGEST_TEXT], clues)


def _text(value: object) -> str:
    """Octets as a text; empty where they are none."""
    if not isinstance(value, bytes):
        return ""
    text = value.decode("utf-8", "replace").rstrip("\0 ")
    return text if text.isprintable() and "\ufffd" not in text else ""


def _shown(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    return _text(value) or value.hex(":")


def _mac(octets: bytes) -> str:
    return octets.hex(":")
