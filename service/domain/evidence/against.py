"""A bundle against the audit trail: what somebody who can make a whole bundle anew cannot forge.

Compared are the bundle's records, each by its number and hash; that none of those up to its newest
was left out; and the heads of journal and evidence with those that the trail's record of the end
names. What is drawn from journal and evidence (pages, curve, transcript) is not drawn again here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from service.domain.audit import Act, Head, Record, record_from
from service.domain.evidence.archive import manifest_of, unpacked
from service.domain.evidence.bundle import AUDIT, EVIDENCE, JOURNAL, PLAN
from service.domain.evidence.check import BEFORE_A_JOURNAL, HEADS, Lines, lines_of, vouched_by


@dataclass(slots=True)
class Comparison:
    """One bundle that is whole, while the trail passes by.

    Attributes:
        records: those that the bundle has, by number.
        digest: what its plan says of itself; empty: it says none.
        met: records of the trail that the bundle has, or should have.
    """

    remediation: str
    state: str
    journal: Lines
    evidence: Lines
    records: Mapping[int, Record]
    digest: str
    met: list[Record] = field(default_factory=list)

    @classmethod
    def of(cls, archive: bytes) -> "Comparison":
        """Of an archive in which `check` found nothing wrong."""
        files = unpacked(archive)
        about = manifest_of(files)
        records = [record_from(one) for one in lines_of(files, AUDIT)]
        return cls(
            remediation=str(about["remediation"]),
            state=str(about.get("state")),
            journal=lines_of(files, JOURNAL),
            evidence=lines_of(files, EVIDENCE),
            records={one.seq: one for one in records},
            digest=_planned(files),
        )

    @property
    def subject(self) -> str:
        """What the trail calls the remediation."""
        return f"remediation {self.remediation}"

    def passing(self, trail: Iterable[Record]) -> Iterator[Record]:
        """The same records, while those that matter here are picked out."""
        for record in trail:
            if record.seq in self.records or record.deed.about == self.subject:
                self.met.append(record)
            yield record

    def differences(self, head: Head) -> Iterator[str]:
        """In what the bundle is not what the trail says; nothing: in nothing.

        Args:
            head: the end of the trail, which is whole and passed by.
        """
        yield from self._of_records(head)
        yield from self._of_the_end()

    def _of_records(self, head: Head) -> Iterator[str]:
        there = {one.seq: one for one in self.met}
        for seq, ours in sorted(self.records.items()):
            if seq > head.seq:
                yield f"{AUDIT}, record {seq}: the trail ends at {head.seq}"
            elif there[seq].hash != ours.hash:
                yield f"{AUDIT}, record {seq}: the trail has another one there"
        told = (one.seq for one in self.records.values() if one.deed.about == self.subject)
        newest = max(told, default=0)
        for seq in sorted(seq for seq in there if seq < newest and seq not in self.records):
            yield f"{AUDIT}: record {seq} of the trail, {there[seq].deed.act}, was left out"

    def _of_the_end(self) -> Iterator[str]:
        ends = [
            one
            for one in self.met
            if one.deed.act == Act.REMEDIATION_END and one.deed.about == self.subject
        ]
        if not ends:
            if self.journal or self.state not in BEFORE_A_JOURNAL:
                yield f"{JOURNAL}: the trail has no record of an end, which would vouch for it"
            return
        end = ends[-1]
        if not vouched_by(self.remediation, self.journal, self.evidence, ends):
            yield f"{JOURNAL}: it or the evidence is not what the end, record {end.seq}, names"
        else:
            yield from self._beyond(end)
        if self.digest and end.deed.digest and self.digest != end.deed.digest:
            yield f"{PLAN}: its digest is {self.digest}; the trail says {end.deed.digest}"

    def _beyond(self, end: Record) -> Iterator[str]:
        """Entries that the record of the end, which fits, does not reach."""
        said = HEADS.search(end.deed.detail)
        counts = ("0", "0") if said is None else (said["entry"], said["piece"] or "0")
        for name, chain, count in zip(
            (JOURNAL, EVIDENCE), (self.journal, self.evidence), map(int, counts), strict=True
        ):
            if len(chain) > count:
                yield f"{name}, entry {count + 1} and on: the end, record {end.seq}, is before it"


def _planned(files: Mapping[str, bytes]) -> str:
    """The digest that the bundle's plan says of itself; empty: it says none."""
    found: object = json.loads(files[PLAN])
    for key in ("plan", "digest"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
