"""Tickets of an ITSM as values: what a change says, and whether it lets anything be written.

The gate is about forward writes alone. The way home asks nobody, so nothing in here knows of it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["change", "incident"]
Standing: TypeAlias = Literal["waiting", "approved", "withdrawn", "over"]
Answer: TypeAlias = Literal["go", "wait", "stop", "never"]

FRESH_S = 60.0
"""How old the last word on a change may be on which something is written (DESIGN.md, section 6)."""


@dataclass(frozen=True, slots=True)
class ChangeReading:
    """What the ITSM said of a change.

    Attributes:
        opens, closes: its planned start and end, aware UTC; None: not stated.
        state: in words for people, as the ITSM has them.
        said_at: when the ITSM told it, by its own clock; None: it was asked.
    """

    standing: Standing
    opens: datetime | None = None
    closes: datetime | None = None
    state: str = ""
    said_at: datetime | None = None

    def is_overtaken_by(self, known: "ChangeReading | None") -> bool:
        """Whether a word is of no use any more, because a later one is known.

        Words of the same second have no order among them: then none of them allows anything new.
        """
        if known is None or known.said_at is None or self.said_at is None:
            return False
        if self.said_at == known.said_at:
            return self.standing == "approved" and self != known
        return self.said_at < known.said_at


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket of ours, as the store has it.

    Attributes:
        correlation: what the ITSM keeps to find it by; begins with the subject.
        subject: the digest of the plan, or the id of the finding, that it is about.
        number, ref: what people and what machines call it there; empty: not opened yet.
        remediation: carried out under it; empty: none yet.
        noted: up to which journal entry the remediation is told there.
        told: what an incident says by now, to see what changed.
        over: nothing is to be told of it any more.
        trouble: why it could not be asked or told last; empty: it could.
        read_ago_s: since the reading; infinite: never, or by a clock that is gone.
        asked_ago_s: since it was last tried to read it.
    """

    id: str
    kind: Kind
    correlation: str
    subject: str
    controller: str
    number: str = ""
    ref: str = ""
    reading: ChangeReading | None = None
    remediation: str = ""
    noted: int = 0
    told: str = ""
    over: bool = False
    trouble: str = ""
    read_ago_s: float = field(default=math.inf, compare=False)
    asked_ago_s: float = field(default=math.inf, compare=False)

    @property
    def label(self) -> str:
        """The ticket for people."""
        return self.number or f"{self.kind} {self.correlation[:12]} (not opened yet)"


@dataclass(frozen=True, slots=True)
class Gate:
    """What a ticket says to a forward write.

    Attributes:
        answer: `go`; `wait`: not now; `stop`: not now, and what runs goes home; `never`: nor later.
    """

    answer: Answer
    why: str = ""


OPEN = Gate("go")


def gate(
    ticket: Ticket | None,
    *,
    now: datetime | None,
    until: datetime | None,
    patience_s: float,
    must_not_wait: bool = False,
    ends_a_timer: bool = False,
) -> Gate:
    """Whether something may be written forward under a ticket.

    Args:
        ticket: as the store has it; None: there is none.
        now: true time; None: nobody knows it.
        until: when everything is back at the latest, by the box itself or by its guardians.
        patience_s: how long the ITSM may be silent before what runs goes home.
        must_not_wait: the write keeps a dead-man's switch from firing: home while there is time.
        ends_a_timer: the write keeps the controller from acting by itself later on; then the last
            word counts however old it is, for silence is no withdrawal.
    """
    if ticket is None:
        return Gate("never", "its change ticket is not known here any more")
    said = _said(ticket, now, until)
    if said is not None or ends_a_timer:
        return said or OPEN
    if ticket.read_ago_s <= FRESH_S:
        return OPEN
    silent = f"{ticket.label}: the ITSM was last heard of {_ago(ticket.read_ago_s)}"
    why = f"{silent}{f' ({ticket.trouble})' if ticket.trouble else ''}"
    return Gate("stop" if must_not_wait or ticket.read_ago_s > patience_s else "wait", why)


def _said(ticket: Ticket, now: datetime | None, until: datetime | None) -> Gate | None:
    """What the last word on it forbids; None: nothing."""
    return _standing(ticket) or _window(ticket, now, until)


def _standing(ticket: Ticket) -> Gate | None:
    """Whether it is approved, as far as is known."""
    said = ticket.reading
    if not ticket.ref:
        why = ticket.trouble or "a worker opens it: aprejoin serve or aprejoin worker has to run"
        return Gate("wait", f"{ticket.label} is not opened yet: {why}")
    if said is None:
        return Gate("wait", f"{ticket.label}: {ticket.trouble or 'not read yet'}")
    if said.standing in {"withdrawn", "over"}:
        return Gate("never", f"{ticket.label} is {said.standing}: {said.state}")
    if said.standing != "approved":
        return Gate("stop", f"{ticket.label} is not approved: {said.state}")
    return None


def _window(ticket: Ticket, now: datetime | None, until: datetime | None) -> Gate | None:
    """Whether now and until then lie in its window."""
    said = ticket.reading
    if said is None or said.opens is None or said.closes is None:
        return Gate("stop", f"{ticket.label} has no planned start and end")
    if now is None or until is None:
        return Gate("stop", f"{ticket.label}: true time is not known, so nor is its window")
    if now < said.opens:
        return Gate("stop", f"{ticket.label} begins {said.opens:%Y-%m-%dT%H:%M:%SZ}")
    if until > said.closes:
        return Gate(
            "never" if now > said.closes else "stop",
            f"{ticket.label} ends {said.closes:%Y-%m-%dT%H:%M:%SZ}, "
            f"before everything is sure to be back ({until:%H:%M:%SZ})",
        )
    return None


def _ago(seconds: float) -> str:
    return "never" if math.isinf(seconds) else f"{seconds:.0f} s ago"


def next_correlation(subject: str, earlier: Iterable[Ticket]) -> str:
    """What a new ticket about a subject is found by: those before it are over, and stay so."""
    count = sum(one.subject == subject for one in earlier)
    return subject if not count else f"{subject}.{count + 1}"
