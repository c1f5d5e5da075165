"""What the journal of a staging says of each AP: where it was seen, and what it was told before."""

from service.domain.ap_homes import ApHomes
from service.domain.identity import BaseRadioMac
from service.domain.journal import Observed
from service.domain.remediation import Run

AT, WAS = "at ", "was "
"""Begin the names of facts: where an AP, by its MAC, was seen; what it was told before we told it
anything."""


def seen_before(run: Run) -> dict[str, str]:
    """Where each AP was seen last, by MAC."""
    return _facts(run, AT)


def is_captured(run: Run, mac: BaseRadioMac) -> bool:
    """Whether what an AP was told before is in the journal."""
    return str(mac) in _facts(run, WAS)


def captured(run: Run, mac: BaseRadioMac) -> ApHomes:
    """What an AP was told before we told it anything; nothing where that was never noted."""
    ap = next((one.name for one in run.charter.aps if one.mac == mac), None)
    bare, text = ApHomes(mac, ap or ""), _facts(run, WAS).get(str(mac))
    return bare if text is None else bare.with_text(text)


def all_captured(run: Run) -> tuple[ApHomes, ...]:
    """What every AP was told before, as far as that was noted."""
    job = run.charter.staging
    return tuple(captured(run, mac) for mac in (job.aps if job else ()) if is_captured(run, mac))


def _facts(run: Run, kind: str) -> dict[str, str]:
    """The newest fact of a kind for each AP by its MAC, whichever step noted it."""
    found: dict[str, str] = {}
    for entry in run.entries:
        facts = entry.event.facts if isinstance(entry.event, Observed) else {}
        found |= {name[len(kind) :]: told for name, told in facts.items() if name.startswith(kind)}
    return found
