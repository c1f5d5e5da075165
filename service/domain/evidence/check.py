"""Check an archive with nothing but the archive: every byte, both chains, and what they say."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from service.domain.audit import Act, Head, Record, hash_of, record_from
from service.domain.evidence.archive import differences, manifest_of, unpacked
from service.domain.evidence.bundle import AUDIT, EVIDENCE, JOURNAL
from service.domain.evidence.chains import broken_at

Lines = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What an archive turned out to be.

    Attributes:
        about: what its manifest says; empty where that cannot be read.
        problems: what is wrong, the first the most telling; empty: nothing is.
        vouched: the audit record of the end names this very journal; None: it has not ended.
    """

    about: Mapping[str, object]
    problems: tuple[str, ...]
    vouched: bool | None = None


def check(archive: bytes) -> Finding:
    """Check it."""
    try:
        files = unpacked(archive)
        about = {key: one for key, one in manifest_of(files).items() if key != "files"}
    except ValueError as err:
        return Finding({}, (str(err),))
    problems = differences(archive, files)
    if problems:
        return Finding(about, tuple(problems))
    try:
        return _said(about, files)
    except (ValueError, TypeError, KeyError, RecursionError) as err:
        return Finding(about, (f"its files are not of the form that is expected: {err}",))


def _said(about: Mapping[str, object], files: Mapping[str, bytes]) -> Finding:
    remediation = str(about["remediation"])
    journal, evidence = lines_of(files, JOURNAL), lines_of(files, EVIDENCE)
    records = [record_from(one) for one in lines_of(files, AUDIT)]
    problems = []
    for name, chain in ((JOURNAL, journal), (EVIDENCE, evidence)):
        broken = broken_at(remediation, chain)
        if broken is not None:
            problems.append(f"{name}, entry {broken.seq}: {broken.reason}")
    problems += [
        f"{AUDIT}, record {one.seq}: it is not what was recorded: its hash is another one"
        for one in records
        if hash_of(one) != one.hash
    ]
    problems += _unlinked(records)
    vouched = vouched_by(remediation, journal, evidence, records)
    if vouched is False:
        problems.append(f"{AUDIT}: the record of the end names another journal or evidence")
    if not journal and about.get("state") not in BEFORE_A_JOURNAL:
        problems.append(f"{JOURNAL}: it is empty")
    return Finding(about, tuple(problems), vouched)


BEFORE_A_JOURNAL = ("queued", "awaiting-approval", "cancelled")


def lines_of(files: Mapping[str, bytes], name: str) -> Lines:
    """The entries of a file of a bundle, one object a line. Raises ValueError."""
    found = [json.loads(line) for line in files[name].splitlines()]
    if not all(isinstance(one, dict) for one in found):
        raise ValueError(f"{name}: expected one object a line")
    return found


def _unlinked(records: list[Record]) -> list[str]:
    """Records stand alone here, but for those that are neighbours in the trail, too."""
    return [
        f"{AUDIT}, record {after.seq}: it does not follow the record before it"
        for before, after in pairwise(records)
        if not _follows(before, after)
    ]


def _follows(before: Record, after: Record) -> bool:
    if after.seq == before.seq + 1:
        return after.previous == before.hash
    return after.seq > before.seq


def vouched_by(
    remediation: str, journal: Lines, evidence: Lines, records: list[Record]
) -> bool | None:
    """Whether the newest record of an end fits; what was written since then it cannot know."""
    ends = [
        one.deed.detail
        for one in records
        if one.deed.act == Act.REMEDIATION_END and one.deed.about == f"remediation {remediation}"
    ]
    if not ends:
        return None
    said = HEADS.search(ends[-1])
    if said is None:
        return False
    pairs = ((journal, said["journal"], said["entry"]), (evidence, said["evidence"], said["piece"]))
    return all(hash_ is None or _is_at(chain, int(seq), hash_) for chain, hash_, seq in pairs)


def _is_at(chain: Lines, seq: int, hash_: str) -> bool:
    return 0 < seq <= len(chain) and chain[seq - 1].get("hash") == hash_


HEADS = re.compile(
    r"journal (?P<entry>\d{1,9}):(?P<journal>[0-9a-f]{64})"
    r"(?:, evidence (?P<piece>\d{1,9}):(?P<evidence>[0-9a-f]{64}))?$"
)


def told_heads(journal: Head, evidence: Head | None) -> str:
    """How the record of an end names the chains."""
    told = f"journal {journal.seq}:{journal.hash}"
    return told if evidence is None else f"{told}, evidence {evidence.seq}:{evidence.hash}"
