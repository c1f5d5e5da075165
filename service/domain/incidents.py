"""An incident for each finding: when one is opened, told again, and said to be gone.

Nothing is resolved on one look that misses something: an access point that restarts is absent for
a while. Gone is what every access point of the incident proves by being registered, or what two
looks in a row do not find.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from service.domain.finding import Finding
from service.domain.observation import ApState, ControllerView, Topic

Rule: TypeAlias = Literal["none", "suspected", "probable", "confirmed"]
RANKS = {"suspected": 0, "probable": 1, "confirmed": 2}
PROVING = frozenset({Topic.CLOCK, Topic.AP_JOIN, Topic.CERTIFICATES})
"""What a look has to have seen before a finding that it lacks counts as gone."""
LOOKS_WITHOUT = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What an incident says by now.

    Attributes:
        aps: MACs, sorted.
        missed: the sweeps in a row that did not find it.
    """

    confidence: str
    aps: tuple[str, ...]
    missed: tuple[str, ...] = ()

    @classmethod
    def of(cls, finding: Finding) -> "Told":
        """What it says of a finding."""
        return cls(finding.confidence.value, tuple(sorted(str(ap.mac) for ap in finding.aps)))

    @classmethod
    def parse(cls, text: str) -> "Told":
        """From its text."""
        kept = json.loads(text)
        return cls(kept["confidence"], tuple(kept["aps"]), tuple(kept["missed"]))

    @property
    def text(self) -> str:
        """As it is kept."""
        return json.dumps({"confidence": self.confidence, "aps": self.aps, "missed": self.missed})


def wanted(rule: Rule, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those that are sure enough for an incident."""
    if rule == "none":
        return ()
    return tuple(one for one in findings if one.confidence.rank >= RANKS[rule])


def missed(told: Told, view: ControllerView, sweep: str) -> Told | None:
    """After a look without the finding: what is known now; None: it is gone."""
    if PROVING & view.unknown.keys() or view.aps is None:
        return told
    registered = {str(ap.mac) for ap in view.aps if ap.state is ApState.REGISTERED}
    later = replace(told, missed=(*(one for one in told.missed if one != sweep), sweep))
    seen_well = bool(told.aps) and set(told.aps) <= registered
    return None if seen_well or len(later.missed) >= LOOKS_WITHOUT else later


def title_of(finding: Finding) -> str:
    """One line for people."""
    hit = f", {len(finding.aps)} access point(s)" if finding.aps else ""
    return f"{finding.controller}: {finding.issue} ({finding.confidence.value}{hit})"


def text_of(finding: Finding) -> str:
    """What was found, with the evidence."""
    aps = [f"{ap.name or ap.mac} ({ap.model or 'model not known'}, {ap.mac})" for ap in finding.aps]
    lines = [
        f"{finding.issue} on {finding.controller}: {finding.confidence.value}.",
        f"Finding {finding.id}.",
        *(["Access points: " + "; ".join(aps)] if aps else []),
        *(["Evidence:", *finding.evidence] if finding.evidence else []),
        *(["Not known:", *finding.unknown] if finding.unknown else []),
    ]
    return "\n".join(lines)
