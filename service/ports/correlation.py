"""What work goes back to: one id from whatever asked for it to the last device call.

A request brings its own, or gets one; a schedule's turn and an event's look get one each.

It travels with the thread of execution (a context variable), with messages (the broker's headers)
and with what is due (the store): so a message that is lost, or a worker that is killed, does not
cut it. Nothing hangs on it but what people read in logs and traces.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "aprejoin_correlation"
"""Of messages at the broker."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Correlation:
    """What work goes back to.

    Attributes:
        id: printable, without spaces; the caller's own where they gave one.
        traceparent: the span that it goes back to, as W3C Trace Context writes it; empty: none.
    """

    id: str
    traceparent: str = ""

    @property
    def text(self) -> str:
        """As it travels; at most 120 characters."""
        return f"{self.id} {self.traceparent}".rstrip()

    @property
    def trace_id(self) -> str:
        """The trace that it belongs to; empty: none."""
        return self.traceparent[3:35]


def correlation_of(text: str | None) -> Correlation | None:
    """From what travelled; None: there was none, or nothing of this form."""
    found, _, traceparent = (text or "").partition(" ")
    return Correlation(found, traceparent_of(traceparent)) if _ID.fullmatch(found) else None


def begun_by(kind: str) -> Correlation:
    """A new one, for work that no request asked for; its id begins with what did."""
    return Correlation(f"{kind}-{secrets.token_hex(8)}")


def traceparent_of(text: str | None) -> str:
    """A caller's `traceparent`, of the version that we know; empty: it is none."""
    return text if text is not None and _TRACEPARENT.fullmatch(text) else ""


def id_of(text: str | None) -> str | None:
    """A caller's own id; None: none that we take."""
    return text if text is not None and _ID.fullmatch(text) else None


_current: ContextVar[Correlation | None] = ContextVar("what this work goes back to", default=None)


def current() -> Correlation | None:
    """What this work goes back to; None: nobody said."""
    return _current.get()


@contextmanager
def following(correlation: Correlation | None) -> Iterator[None]:
    """What is done inside of it goes back to that; None changes nothing."""
    if correlation is None:
        yield
        return
    token = _current.set(correlation)
    try:
        yield
    finally:
        _current.reset(token)
