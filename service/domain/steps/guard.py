"""See that enough guardians live, and note who they are: the box has no timer of its own.

Where it has one, the dead-man's switch does this. The guardians are looked at again before
everything that is done forward; a restore needs none.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.guardians import living, too_few
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move

NAME, HOSTS = "guard", "hosts"


@dataclass(frozen=True, slots=True)
class Guard:
    """Note who guards."""

    name: str = NAME
    summary: str = "see that the guardians live: the controller has no timer to restore itself by"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.CLOCK})

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        hosts = living(moment.guardians)
        wanting = too_few(hosts, run.charter.guardians)
        if wanting is not None:
            return Fail(wanting)
        named = ", ".join(hosts)
        if run.facts(NAME).get(HOSTS) != named:
            return Hold(0.0, f"guarded by {named}", {HOSTS: named})
        return Done(f"guarded by {named}{_alone(run)}")


def guardian_lost(run: Run, moment: Moment) -> str | None:
    """Why the window has to close for want of guardians, or None."""
    since = run.ended_at(NAME)
    if not run.charter.guardians or run.phase != "forward" or since is None:
        return None
    hosts = living(moment.guardians, for_s=run.elapsed_s(since, moment.now))
    wanting = too_few(hosts, run.charter.guardians)
    if wanting is None:
        return None
    named = (name for name in run.facts(NAME).get(HOSTS, "").split(", ") if name not in hosts)
    return f"guardian lost: {', '.join(named) or 'somebody'}; {wanting}"


def _alone(run: Run) -> str:
    if run.charter.guardians > 1:
        return ""
    return f" alone, a risk that {run.charter.approved_by or 'nobody'} accepted"
