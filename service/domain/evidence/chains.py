"""The chain of a journal: each entry as it was kept, bound to the one before it.

It is worked out from the entries; the audit trail's record of a remediation's end holds its head.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from service.domain.audit import Break, Head, canonical


def beginning(remediation: str) -> str:
    """What the first entry follows: no entry can be moved from one journal to another."""
    return hashlib.sha256(f"aprejoin journal {remediation}".encode()).hexdigest()


def chained(remediation: str, lines: Iterable[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    """Journal lines with `previous` and `hash`, oldest first."""
    previous = beginning(remediation)
    for line in lines:
        linked = {**line, "previous": previous}
        previous = hashlib.sha256(canonical(linked)).hexdigest()
        yield {**linked, "hash": previous}


def head_of(remediation: str, lines: Iterable[Mapping[str, object]]) -> Head:
    """The end of the chain of some lines."""
    head = Head(0, beginning(remediation))
    for number, line in enumerate(chained(remediation, lines), start=1):
        head = Head(number, str(line["hash"]))
    return head


def broken_at(remediation: str, links: Iterable[Mapping[str, object]]) -> Break | None:
    """The first link that does not fit; None: all do."""
    previous = beginning(remediation)
    for number, link in enumerate(links, start=1):
        if link.get("seq") != number:
            return Break(number, f"entry {number} is missing: entry {link.get('seq')} is there")
        if link.get("previous") != previous:
            return Break(number, "it does not follow the entry before it")
        rest = {key: value for key, value in link.items() if key != "hash"}
        if hashlib.sha256(canonical(rest)).hexdigest() != link.get("hash"):
            return Break(number, "it is not what was written: its hash is another one")
        previous = str(link["hash"])
    return None
