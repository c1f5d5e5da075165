"""The last look at the certificate policy: kept with the APs there, or as it was captured."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.mending import everything
from service.domain.steps.policy import differences, is_kept
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move
from service.domain.steps.saving import is_to_be_saved
from service.domain.steps.verify import SEEN_DIFFERENT
from service.domain.steps.wait_for_aps import is_home


@dataclass(frozen=True, slots=True)
class VerifyPolicy:
    """Every switch as it has to be, saved as it was, and the APs that came still there."""

    name: str = "verify"
    summary: str = "verify the certificate policy, and that the APs are registered"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.JOIN_POLICY, Topic.SAVED, Topic.AP_JOIN, Topic.AP_JOIN_STATS}
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if not run.wrote:
            return Done("nothing was changed")
        if view.policies is None:
            unread = "the certificate policy cannot be read"
            return Fail(unread, (unread,), mend=everything(run))
        found = list(differences(run, view))
        if is_to_be_saved(run) and view.unsaved and not found:
            save = f"{run.charter.by_hand.save}   ! when the rest is as it was"
            found.append(("running differs from startup", save))
        if found:
            left, mend = zip(*found, strict=True)
            return Fail(SEEN_DIFFERENT, left, tuple(dict.fromkeys(mend)))
        aps = {ap.mac: ap for ap in view.aps or ()}
        home = sum(is_home(aps.get(ap.mac)) for ap in run.charter.aps)
        told = f"{home} of {len(run.charter.aps)} APs registered"
        if is_kept(run) and home < len(run.charter.aps) and self._may_yet_come(run, moment):
            return Hold(run.charter.policy.poll_every_s, told)
        return Done(f"{told}; the certificate policy is {'kept' if is_kept(run) else 'as it was'}")

    def _may_yet_come(self, run: Run, moment: Moment) -> bool:
        """Whether an AP that joined and went is waited for a little."""
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        return waited_s < run.charter.policy.stay_registered_s
