"""The audit trail: who did or wanted what, each record bound to the one before it by its hash.

A record that was changed, left out, put in or moved breaks the chain where that happened. What a
chain cannot tell is that its newest end was cut off, or that somebody who may write the database
made all of it anew: whoever wants to see that too keeps a head (number and hash) elsewhere.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from service.domain.redaction import redacted

FORM = 1
"""Of the canonical text that is hashed; another form gets another number."""
NOTHING_BEFORE = "0" * 64
LONGEST_WORD, LONGEST_DETAIL = 128, 1000
HASH = re.compile(r"[0-9a-f]{64}")


class Act(StrEnum):
    """What was done, wanted or said."""

    BEGIN = "audit.begin"
    TOKEN_CREATE = "token.create"  # noqa: S105 - an act, no password
    TOKEN_REVOKE = "token.revoke"  # noqa: S105 - as above
    SWEEP_ASK = "sweep.ask"
    PLAN_ASK = "plan.ask"
    PLAN_APPROVE = "plan.approve"
    PLAN_REJECT = "plan.reject"
    REMEDIATION_ASK = "remediation.ask"
    REMEDIATION_APPROVE = "remediation.approve"
    REMEDIATION_BEGIN = "remediation.begin"
    REMEDIATION_CANCEL = "remediation.cancel"
    REMEDIATION_ROLLBACK = "remediation.rollback"
    REMEDIATION_RESTORE = "remediation.restore"
    REMEDIATION_END = "remediation.end"
    HALT = "halt"
    RESUME = "resume"
    CONTAINMENT_APPLIED = "containment.applied"
    CONTAINMENT_LIFTED = "containment.lifted"
    FINDING_ACKNOWLEDGE = "finding.acknowledge"
    FINDING_FORGET = "finding.forget"  # that somebody knew of it
    FINDING_SUPPRESS = "finding.suppress"
    FINDING_LIFT = "finding.lift"
    CAMPAIGN_BEGIN = "campaign.begin"
    CAMPAIGN_RESUME = "campaign.resume"
    CAMPAIGN_CANCEL = "campaign.cancel"
    INVENTORY_CHANGE = "inventory.change"
    WEBHOOK_ADD = "webhook.add"
    WEBHOOK_CHANGE = "webhook.change"
    WEBHOOK_REMOVE = "webhook.remove"
    WEBHOOK_REDELIVER = "webhook.redeliver"
    CHANNEL_TRY = "channel.try"
    CHANNEL_REDELIVER = "channel.redeliver"
    TICKET_WORD = "ticket.word"
    STATE_LOAD = "state.load"
    SESSION_BEGIN = "session.begin"  # at the page
    SESSION_END = "session.end"
    CALL_REFUSED = "call.refused"


class Outcome(StrEnum):
    """What came of it."""

    DONE = "done"
    UNCHANGED = "unchanged"  # it was so already
    REFUSED = "refused"
    FAILED = "failed"  # store or controller; what became of it is in the detail


@dataclass(frozen=True, slots=True)
class Caller:
    """Where an act comes from.

    Attributes:
        kind: person, token, or service for what nobody asked for just now.
        place: the address, terminal or process, for people.
    """

    kind: str
    place: str


SERVICE = Caller("service", "")


@dataclass(frozen=True, slots=True)
class Deed:
    """One act, as it is told to the trail; texts are cut and cleaned by the record.

    Attributes:
        act: one of `Act`, or a word of a later version.
        who: a token's name, a person, a schedule.
        about: what it was done to: a plan, a remediation, a token, by its kind and id.
        digest: of the plan that it was about; empty: of none.
    """

    act: str
    who: str
    caller: Caller
    about: str = ""
    controller: str = ""
    digest: str = ""
    outcome: Outcome = Outcome.DONE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One link of the chain.

    Attributes:
        seq: 1, 2, 3 ... without gaps.
        at: this host's wall clock, aware UTC.
        previous: the hash of the record before it; of the first one, zeros.
        hash: over all of the others.
    """

    seq: int
    at: datetime
    deed: Deed
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: whoever keeps it elsewhere sees later that it was cut or made anew."""

    seq: int = 0
    hash: str = NOTHING_BEFORE


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain is broken first, and how."""

    seq: int
    reason: str


def record_of(deed: Deed, *, at: datetime, after: Head) -> Record:
    """The next link, its texts such that every database and terminal can hold them."""
    clean = _cleaned(deed)
    seq, moment = after.seq + 1, at.astimezone(UTC)
    return Record(seq, moment, clean, after.hash, _hash(seq, moment, clean, after.hash))


def begin(at: datetime, detail: str) -> Record:
    """The first record of a chain."""
    return record_of(Deed(Act.BEGIN, "aprejoin", SERVICE, detail=detail), at=at, after=Head())


def record_document(record: Record) -> dict[str, object]:
    """A record for machines; its hash is that of the same document without `hash`."""
    return {
        **_hashed(record.seq, record.at, record.deed, record.previous),
        "hash": record.hash,
    }


def number_of(document: object) -> int | None:
    """The number of a record whose keys are right, whatever it says; None: it is no record."""
    if not isinstance(document, Mapping) or set(document) != KEYS:
        return None
    seq = document["seq"]
    return seq if type(seq) is int else None


def record_from(document: object) -> Record:
    """A record from its document.

    Raises:
        ValueError: it is not of that form.
    """
    if not isinstance(document, Mapping) or set(document) != KEYS:
        raise ValueError(f"expected an object with exactly {', '.join(sorted(KEYS))}")
    form, seq = document["form"], document["seq"]
    texts = {key: value for key, value in document.items() if key not in ("form", "seq")}
    if form != FORM or type(seq) is not int:
        raise ValueError(f"expected form {FORM} and a number as seq")
    if not all(isinstance(value, str) for value in texts.values()):
        raise ValueError("expected texts beside form and seq")
    for key in ("hash", "previous"):
        if not HASH.fullmatch(texts[key]):
            raise ValueError(f"{key}: expected 64 hexadecimal digits")
    at = datetime.fromisoformat(texts["at"])
    if at.tzinfo is None:
        raise ValueError("at: expected a time with its zone")
    deed = Deed(
        texts["act"],
        texts["who"],
        Caller(texts["kind"], texts["from"]),
        texts["about"],
        texts["controller"],
        texts["digest"],
        Outcome(texts["outcome"]),
        texts["detail"],
    )
    return Record(seq, at.astimezone(UTC), deed, texts["previous"], texts["hash"])


@dataclass(slots=True)
class ChainCheck:
    """Follows a chain from its beginning, record by record, in little memory."""

    head: Head = field(default_factory=Head)
    broken: Break | None = None

    def follow(self, records: Iterable[Record]) -> None:
        """Go on with these, up to the first that does not fit."""
        for record in records:
            if self.broken is None:
                self.broken = _break_at(record, self.head)
            if self.broken is not None:
                return
            self.head = Head(record.seq, record.hash)


def _break_at(record: Record, head: Head) -> Break | None:
    expected = head.seq + 1
    if record.seq != expected:
        return Break(expected, f"record {expected} is missing: record {record.seq} is there")
    if record.previous != head.hash:
        return Break(record.seq, "it does not follow the record before it")
    if record.hash != hash_of(record):
        return Break(record.seq, "it is not what was recorded: its hash is another one")
    return None


def hash_of(record: Record) -> str:
    """What the hash of a record has to be, by what it says."""
    return _hash(record.seq, record.at, record.deed, record.previous)


def moment_text(at: datetime) -> str:
    """RFC 3339 UTC with microseconds: what is hashed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(document: Mapping[str, object]) -> bytes:
    """The one way to write a document: keys sorted, no blanks, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode("ascii")


def _hash(seq: int, at: datetime, deed: Deed, previous: str) -> str:
    return hashlib.sha256(canonical(_hashed(seq, at, deed, previous))).hexdigest()


def _hashed(seq: int, at: datetime, deed: Deed, previous: str) -> dict[str, object]:
    return {
        "form": FORM,
        "seq": seq,
        "at": moment_text(at),
        "who": deed.who,
        "kind": deed.caller.kind,
        "from": deed.caller.place,
        "act": str(deed.act),
        "about": deed.about,
        "controller": deed.controller,
        "digest": deed.digest,
        "outcome": deed.outcome.value,
        "detail": deed.detail,
        "previous": previous,
    }


KEYS = frozenset(_hashed(1, datetime(2000, 1, 1, tzinfo=UTC), Deed("", "", SERVICE), "")) | {"hash"}


def _cleaned(deed: Deed) -> Deed:
    """Its texts such that they can be kept anywhere, and without secrets."""

    def word(told: str, longest: int = LONGEST_WORD) -> str:
        text = redacted(told)
        printable = "".join(char if char.isprintable() else "?" for char in text[: longest + 1])
        return printable if len(printable) <= longest else printable[: longest - 1] + "…"

    return Deed(
        word(deed.act),
        word(deed.who),
        Caller(word(deed.caller.kind), word(deed.caller.place)),
        word(deed.about),
        word(deed.controller),
        word(deed.digest),
        deed.outcome,
        word(deed.detail, LONGEST_DETAIL),
    )
