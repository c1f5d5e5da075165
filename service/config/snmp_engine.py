"""This host's own SNMP engine: its name, and how often it has started. Informs are made with both.

They are kept in the state folder, for a sender that was told them believes no earlier start. Where
the folder is new, so is the engine, and senders ask it anew. We have no enterprise number: the one
for examples (RFC 5612) stands in front of octets by chance.
"""

import os
import secrets
from pathlib import Path

from service.errors import StoreError

FILE = "snmp-engine"
PREFIX = bytes.fromhex("8000") + (32473).to_bytes(2, "big") + b"\x05"
OCTETS_BY_CHANCE = 12
MOST_STARTS = 2**31 - 2


def next_start(folder: Path) -> tuple[bytes, int]:
    """The engine's id, and the number of the start that begins now, which is kept first.

    Raises:
        StoreError: the folder cannot be written.
    """
    path = folder / FILE
    identity, starts = _kept(path)
    if starts >= MOST_STARTS:
        identity, starts = _new(), 0
    try:
        part = path.with_name(f".{FILE}.{os.getpid()}")
        part.write_text(f"{identity.hex()} {starts + 1}\n", encoding="ascii")
        part.replace(path)
    except OSError as err:
        raise StoreError(f"{path}: cannot be written ({err.strerror})") from err
    return identity, starts + 1


def _kept(path: Path) -> tuple[bytes, int]:
    """What the file says; a new engine where it says nothing that can be."""
    try:
        name, starts = path.read_text("ascii").split()
        identity, number = bytes.fromhex(name), int(starts)
    except (OSError, ValueError):
        return _new(), 0
    is_ours = identity.startswith(PREFIX) and len(identity) == len(PREFIX) + OCTETS_BY_CHANCE
    return (identity, number) if is_ours and number >= 0 else (_new(), 0)


def _new() -> bytes:
    return PREFIX + secrets.token_bytes(OCTETS_BY_CHANCE)
