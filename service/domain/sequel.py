"""Between the two parts of a remediation: whether the second is begun, and how it all ends.

The first part is a remediation like any other, with its own way home and last look. Only where it
went out and home once, without anybody calling it back, and mended every AP, does the second one
begin, by one entry of the journal. Whatever else happens, nothing of the second part was written
(docs/decisions/0021).
"""

from dataclasses import replace

from service.domain.journal import Closed, Sequel
from service.domain.remediation import Run

SEAM = "next-part"
RECALLED, WAITS = "recalled", "waits"
"""Facts: who called it back between the parts, and what the second one waits for."""


def is_due(run: Run, ended: Closed) -> bool:
    """Whether the next part is to be begun, by what this one came to."""
    return run.charter.then is not None and ended.state == "succeeded" and _held_back(run) is None


def recall_fact(run: Run, reason: str) -> dict[str, str]:
    """What has to be remembered where it is called back while it goes home; empty: nothing."""
    is_between = run.phase == "home" and run.charter.then is not None
    known = RECALLED in run.facts(SEAM)
    return {RECALLED: reason} if is_between and not known else {}


def overall(run: Run, ended: Closed, why: str = "") -> Closed:
    """The end of the whole, by the end of its newest part.

    Args:
        run: the newest part.
        ended: what it came to, by its own strategy.
        why: the next part was due and could not be begun; empty: nothing is known of that.
    """
    if run.charter.then is not None:
        return _without(run.charter.then, ended, why or _held_back(run) or ended.detail)
    if run.before is not None and ended.state == "cancelled":
        told = f"the APs are mended and everything is put back; not installed: {ended.detail}"
        return replace(ended, state="rolled-back", detail=told)
    return ended


def _without(then: Sequel, ended: Closed, why: str) -> Closed:
    """An end before the next part: it is no success, whatever the part before came to."""
    if ended.state == "cancelled":
        return ended
    state = "rolled-back" if ended.state == "succeeded" else ended.state
    return replace(ended, state=state, detail=f"{then.image.release} was not installed: {why}")


def _held_back(run: Run) -> str | None:
    """Why the next part is not begun though this one mended every AP; None: nothing forbids it."""
    said = run.facts(SEAM).get(RECALLED)
    if said is not None:
        return said
    if run.home is None or run.home.goal_missed or run.calls_home > 1:
        return run.home.reason if run.home else "it did not come home"
    return None
