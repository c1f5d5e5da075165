"""From a line to what it says and whose it may be; and which things said are one event."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from service.domain.events.messages import Messages, Sense
from service.domain.events.syslog import parse
from service.domain.events.tying import Clues, clues_in

FOLD_S = 300
"""What is said again within such a span is the same event once more."""
LONGEST_NAME, LONGEST_STAMP = 128, 64


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said, not tied to anybody yet.

    Attributes:
        message: the name of the entry or form that it was told by.
        via: how it came, `syslog-udp` and the like.
        source: who sent it: an address, or the id of a key.
        said_at: its own time, word for word.
    """

    sense: Sense
    message: str
    via: str
    source: str
    said_at: str
    text: str
    clues: Clues


def said_in(data: bytes, messages: Messages, *, via: str, source: str) -> Said | str:
    """What a line says; or why it counts for nothing: `unparsable` or `other`."""
    line = parse(data)
    if line is None:
        return "unparsable"
    message = messages.of(line.text)
    if message is None:
        return "other"
    macs, ap_name = clues_in(line.text)
    hosts = (line.host,) if line.host else ()
    clues = Clues(address=source, hosts=hosts, macs=macs, ap_name=ap_name[:LONGEST_NAME])
    return Said(
        message.sense, message.name, via, source, line.said_at[:LONGEST_STAMP], line.text, clues
    )


def event_id(controller: str, said: Said, mac: str, at: datetime) -> str:
    """The same for what is the same within a span: one controller, message and access point."""
    span = int(at.timestamp() // FOLD_S)
    words = "\0".join((controller, said.message, mac or said.clues.ap_name, said.via, str(span)))
    return hashlib.sha256(words.encode()).hexdigest()[:16]
