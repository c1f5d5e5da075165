"""One remediation as an archive: everything that is known of it, for somebody who was not there.

Equal input makes equal bytes. Nothing is asked for: whoever makes it hands everything over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.audit import Record, canonical, moment_text, record_document
from service.domain.evidence.archive import json_bytes, packed
from service.domain.evidence.chains import chained
from service.domain.evidence.curve import picture, points, table
from service.domain.evidence.looks import AP, CLOCK, Piece, ap_news, known
from service.domain.evidence.page import Row, page
from service.domain.evidence.plain import plain
from service.domain.redaction import redacted

Document = Mapping[str, object]
JOURNAL, EVIDENCE, AUDIT = "journal.jsonl", "evidence.jsonl", "audit.jsonl"
REMEDIATION, BEFORE, AFTER, PLAN = "remediation.json", "before.json", "after.json", "plan.json"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known of a remediation.

    Attributes:
        told: its document, as the command line prints it.
        words: its journal in words: seq, at and what of each entry.
        lines: its journal as it was kept.
        as_of: when it ended; where it has not, when this was put together.
    """

    remediation: str
    told: Document
    words: Sequence[Document]
    lines: Sequence[Document]
    pieces: Sequence[Piece]
    records: Sequence[Record]
    as_of: datetime
    is_open: bool


def bundle(case: Case) -> bytes:
    """The archive."""
    about = {
        "remediation": case.remediation,
        "controller": case.told.get("controller"),
        "state": case.told.get("state"),
        "as_of": moment_text(case.as_of),
        "is_open": case.is_open,
    }
    return packed(about, _files(case))


def piece_lines(pieces: Iterable[Piece]) -> list[dict[str, object]]:
    """Evidence as lines of a chain: numbered from 1, whatever else was kept beside it."""
    return [
        {"seq": seq, "at": moment_text(one.at), "kind": one.kind, "document": one.document}
        for seq, one in enumerate(pieces, start=1)
    ]


def _files(case: Case) -> dict[str, bytes]:
    readings = points(case.pieces)
    drawn = picture(readings, f"{case.told.get('controller')}: offset from true time")
    before, after = _first(case.pieces, "before"), _after(case.pieces)
    timelines = _timelines(case.pieces)
    chain = chained(case.remediation, piece_lines(case.pieces))
    return {
        "index.html": _index(case, drawn, before, after, timelines).encode(),
        REMEDIATION: json_bytes(plain(case.told)),
        PLAN: json_bytes(_first(case.pieces, "plan")),
        BEFORE: json_bytes(before),
        AFTER: json_bytes(after),
        "aps.json": json_bytes(timelines),
        "clock.csv": table(readings).encode(),
        "clock.svg": drawn.encode(),
        "transcript.txt": _transcript(case).encode(),
        JOURNAL: _json_lines(chained(case.remediation, case.lines)),
        EVIDENCE: _json_lines(chain),
        AUDIT: _json_lines(map(record_document, case.records)),
    }


def _json_lines(documents: Iterable[Document]) -> bytes:
    return b"".join(canonical(one) + b"\n" for one in documents)


def _first(pieces: Iterable[Piece], kind: str) -> Document | None:
    return next((one.document for one in pieces if one.kind == kind), None)


def _after(pieces: Iterable[Piece]) -> dict[str, object]:
    """The newest word on everything that was looked at: each with when."""
    return {
        key: {"seen": moment_text(at), "value": value}
        for key, (at, value) in sorted(known(pieces).items())
    }


def _timelines(pieces: Iterable[Piece]) -> dict[str, list[dict[str, object]]]:
    """What became of each access point, by MAC, oldest first."""
    found: dict[str, list[dict[str, object]]] = {}
    for at, aps in ap_news(pieces):
        for mac, said in aps.items():
            found.setdefault(mac, []).append({"at": moment_text(at), **said})
    return dict(sorted(found.items()))


def _transcript(case: Case) -> str:
    """The journal in words, and under each intent what was sent for it, without secrets."""
    sent = {one.document.get("seq"): one for one in case.pieces if one.kind == "sent"}
    parts = []
    for word in case.words:
        parts.append(f"{word['seq']} {word['at']} {redacted(str(word['what']))}")
        if word["seq"] in sent:
            payloads = sent[word["seq"]].document.get("payloads")
            texts = payloads if isinstance(payloads, list) else []
            parts += [f"    {line}" for text in texts for line in str(text).splitlines()]
    return "".join("".join(c if c.isprintable() else "?" for c in one) + "\n" for one in parts)


def _index(
    case: Case,
    drawn: str,
    before: Document | None,
    after: Mapping[str, object],
    timelines: Mapping[str, Sequence[Document]],
) -> str:
    keys = ("id", "controller", "issue", "strategy", "state", "detail", "left", "mend", "lift")
    verdict = {key: case.told[key] for key in keys if key in case.told}
    verdict["as of"] = moment_text(case.as_of) + (" (it has not ended)" if case.is_open else "")
    steps = case.told.get("steps")
    named = steps if isinstance(steps, list) else []
    return page(
        f"Remediation {case.remediation}",
        verdict,
        drawn,
        (
            ("Steps", STEP, [[one.get(key) for key in STEP] for one in named]),
            ("Access points", AP_HEAD, list(_ap_rows(timelines))),
            ("Before and after", ("", "before", "after"), list(_compared(before or {}, after))),
            ("Journal", WORD, [[one[key] for key in WORD] for one in case.words]),
            ("Who did what", DEED, [_deed_row(one) for one in case.records]),
        ),
    )


STEP = ("name", "state", "started", "finished", "detail")
WORD = ("seq", "at", "what")
DEED = ("at", "who", "act", "outcome", "detail", "from")
AP_SAID = ("at", "name", "state", "version", "download_percent", "failure")
AP_HEAD = ("mac", *AP_SAID)


def _ap_rows(timelines: Mapping[str, Sequence[Document]]) -> Iterable[Row]:
    for mac, lines in timelines.items():
        for line in lines:
            yield [mac, *(line.get(key) for key in AP_SAID)]


def _compared(before: Document, after: Document) -> Iterable[Row]:
    """What was looked at again and is another one; access points have a table of their own."""
    for key in sorted(after):
        found = after[key]
        value = found.get("value") if isinstance(found, Mapping) else None
        if key == CLOCK or key.startswith(AP):
            continue
        if key in before and before[key] == value:
            yield [key, "the same", "the same"]
        else:
            yield [key, canonical({"": before.get(key)}).decode(), canonical({"": value}).decode()]


def _deed_row(record: Record) -> Row:
    document = record_document(record)
    return [document[key] for key in DEED]
