"""Audit: what people and tokens do or want is told to the trail, refusals too; and looked at there.

A record is written in the transaction of what it records: neither is there without the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from service.domain.audit import (
    NOTHING_BEFORE,
    Act,
    Break,
    ChainCheck,
    Deed,
    Head,
    Outcome,
    Record,
)
from service.domain.evidence.bundle import piece_lines
from service.domain.evidence.chains import head_of
from service.domain.evidence.check import told_heads
from service.domain.journal import Closed
from service.errors import AprejoinError, LeaseHeld, RecordUnreadable, RequestError, StoreError
from service.ports.audit import Audit, Wanted
from service.usecases.context import Context

AT_ONCE = 1000


@dataclass(slots=True)
class Acting:
    """An act under way; it ends in exactly one record."""

    context: Context
    deed: Deed
    is_told: bool = False

    def about(
        self, about: str = "", *, controller: str = "", digest: str = "", detail: str = ""
    ) -> None:
        """What turned out meanwhile; empty: as it was."""
        self.deed = replace(
            self.deed,
            about=about or self.deed.about,
            controller=controller or self.deed.controller,
            digest=digest or self.deed.digest,
            detail=detail or self.deed.detail,
        )

    @contextmanager
    def done(self, detail: str = "") -> Iterator[None]:
        """Around what is written for it: durable together with the record. No device call inside.

        Raises:
            StoreError: neither is.
        """
        with self.context.store.together():
            self.context.store.hold_end()
            yield
            self.tell(Outcome.DONE, detail)
        self.is_told = True

    def tell(self, outcome: Outcome, detail: str = "") -> None:
        """Add the record."""
        deed = replace(self.deed, outcome=outcome, detail=detail or self.deed.detail)
        self.context.store.record(deed, at=self.context.clock.now().wall)

    def refuse(self, err: AprejoinError) -> None:
        """Add the record of what did not happen, once what was written for it is undone."""
        is_refusal = isinstance(err, RequestError | LeaseHeld)
        outcome = Outcome.REFUSED if is_refusal else Outcome.FAILED
        if self.context.refusals is not None:
            self.context.refusals.append(replace(self.deed, outcome=outcome, detail=str(err)))
            return
        with suppress(StoreError):
            self.tell(outcome, str(err))


@contextmanager
def acting(
    context: Context,
    act: Act,
    *,
    who: str,
    about: str = "",
    controller: str = "",
    digest: str = "",
) -> Iterator[Acting]:
    """One act: what is not `done` when this ends changed nothing; an error says why it was refused.

    A refusal is passed on also where it cannot be recorded: the store is away, and so is the act.
    """
    deed = Deed(act, who, context.caller, about, controller, digest)
    acted = Acting(context, deed)
    try:
        yield acted
    except AprejoinError as err:
        if not acted.is_told:
            acted.refuse(err)
        raise
    if not acted.is_told:
        acted.tell(Outcome.UNCHANGED)


def tell_refusals(context: Context, err: AprejoinError, *, who: str, call: str) -> None:
    """Record what was refused in a transaction that is undone now: the act, else the call."""
    if not context.refusals:
        Acting(context, Deed(Act.CALL_REFUSED, who, context.caller, call)).refuse(err)
    for deed in context.refusals or ():
        with suppress(StoreError):
            context.store.record(deed, at=context.clock.now().wall)


def tell_end(context: Context, remediation: str, controller: str, closed: Closed) -> None:
    """A remediation ended: the record holds the heads of its journal's and evidence's chains."""
    store = context.store
    journal, evidence = store.journal_lines(remediation), piece_lines(store.pieces(remediation))
    heads = told_heads(
        head_of(remediation, journal), head_of(remediation, evidence) if evidence else None
    )
    about, detail = f"remediation {remediation}", f"{closed.state}; {heads}"
    deed = Deed(Act.REMEDIATION_END, "aprejoin", context.caller, about, controller)
    store.record(
        replace(deed, digest=digest_in(journal), detail=detail), at=context.clock.now().wall
    )


def digest_in(lines: tuple[Mapping[str, object], ...]) -> str:
    """The digest of the plan that a journal carries out; empty where it does not say."""
    found: object = lines[0] if lines else {}
    for key in ("event", "charter", "digest"):
        found = found.get(key, "") if isinstance(found, Mapping) else ""
    return str(found)


def show_records(
    context: Context, wanted: Wanted, *, limit: int, before: int | None
) -> list[Record]:
    """Records, newest first; for a part of the fleet those about one of its controllers."""
    found: list[Record] = []
    while len(found) < limit:
        some = context.store.records(wanted, limit=limit, before=before)
        found += (one for one in some if _is_seen(context, one))
        if len(some) < limit:
            break
        before = some[-1].seq
    return found[:limit]


def _is_seen(context: Context, record: Record) -> bool:
    controller = record.deed.controller
    return context.scope.is_whole or bool(controller and context.sees(controller))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of following a chain.

    Attributes:
        head: the last record that fits.
        broken: the first that does not; None: all do.
    """

    head: Head
    broken: Break | None


def verify(store: Audit, expected: Head | None = None) -> Verdict:
    """Follow the chain of a store from its beginning."""
    return verify_records(every_record(store), expected)


def verify_records(records: Iterable[Record], expected: Head | None = None) -> Verdict:
    """Follow a chain; `expected`: a head that was kept elsewhere and has to be in it."""
    check, seen = ChainCheck(), NOTHING_BEFORE
    try:
        for record in records:
            check.follow((record,))
            if check.broken is not None:
                return Verdict(check.head, check.broken)
            if expected is not None and record.seq == expected.seq:
                seen = record.hash
    except RecordUnreadable as err:
        return Verdict(check.head, Break(err.seq, err.reason))
    if not check.head.seq:
        return Verdict(check.head, Break(1, "there is no record at all, not even of the beginning"))
    if expected is not None and seen != expected.hash:
        return Verdict(check.head, _missed(check.head, expected))
    return Verdict(check.head, None)


def _missed(head: Head, expected: Head) -> Break:
    if head.seq < expected.seq:
        return Break(head.seq + 1, f"the chain ends here; it once had {expected.seq} records")
    return Break(expected.seq, f"it is another one than the kept head says: {expected.hash}")


def every_record(store: Audit) -> Iterator[Record]:
    """The whole chain, oldest first, a part at a time. Raises RecordUnreadable where it is."""
    after = 0
    while part := store.chain(after=after, limit=AT_ONCE):
        yield from part
        after = part[-1].seq
