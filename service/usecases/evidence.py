"""Evidence: everything that the store knows of one remediation, as one archive.

No controller is asked. One that has not ended is told as of now.
"""

from dataclasses import dataclass

from service.domain.audit import Record
from service.domain.documents import Document
from service.domain.evidence.bundle import Case, bundle
from service.errors import NotFound
from service.ports.audit import Wanted
from service.usecases.audit import digest_in
from service.usecases.context import Context
from service.usecases.show import show_report

MOST_RECORDS = 10_000


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive, and what it is of."""

    remediation: str
    archive: bytes
    state: str
    is_open: bool


def make_bundle(context: Context, remediation: str) -> Bundle:
    """The archive of a remediation. Raises NotFound."""
    report = show_report(context, remediation)
    told, words = _document(report["remediation"]), _documents(report["journal"])
    lines = _lines(context, remediation)
    closed = next((row for row in context.store.remediations() if row.id == remediation), None)
    is_open = closed is None or closed.closed is None
    now = context.clock.now().wall
    as_of = now if is_open else context.store.journal(remediation)[-1].at.wall
    case = Case(
        remediation=remediation,
        told=told,
        words=words,
        lines=lines,
        pieces=context.store.pieces(remediation),
        records=_records(context, remediation, digest_in(lines)),
        as_of=as_of,
        is_open=is_open,
    )
    return Bundle(remediation, bundle(case), str(told.get("state")), is_open)


def _lines(context: Context, remediation: str) -> tuple[Document, ...]:
    try:
        return tuple(dict(line) for line in context.store.journal_lines(remediation))
    except NotFound:
        return ()  # it was asked for and has not begun


def _records(context: Context, remediation: str, digest: str) -> list[Record]:
    """What the trail has on it and on its plan, oldest first."""
    wanted = [Wanted(about=f"remediation {remediation}")]
    wanted += [Wanted(digest=digest)] if digest else []
    found = {
        record.seq: record
        for one in wanted
        for record in context.store.records(one, limit=MOST_RECORDS)
    }
    return [found[seq] for seq in sorted(found)]


def _document(value: object) -> Document:
    return value if isinstance(value, dict) else {}


def _documents(value: object) -> list[Document]:
    return [_document(one) for one in value] if isinstance(value, list) else []
