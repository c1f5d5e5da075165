"""Wait for the finding's APs to join by the new policy, and to stay.

Nothing is false meanwhile, so nothing hurries. It does not help where the limit is reached, or
where the handshake of every missing AP was refused again and again since, or long after: then that
is remembered, AP by AP, so that nobody proposes it again. One that is not heard of is waited for:
it may be off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from service.domain.finding import AffectedAp
from service.domain.observation import ApSighting, ControllerView, JoinPhase, LogLine, Topic
from service.domain.remediation import Run
from service.domain.steps.policy import WAIT, taken_back, unread
from service.domain.steps.protocol import UNHELPED, Done, Fail, Hold, Moment, Move
from service.domain.steps.wait_for_aps import is_home, sightings

DOES_NOT_HELP = "the override does not help"
STAGE = "stage"
REFUSED_AGAIN = 3
"""Failed handshakes since the policy was set, after which an AP is not going to join by it."""
HANDSHAKE_UNDER_WAY_S = 60.0
"""A handshake may have begun before the policy was set; DTLS gives one up within a minute."""
REFUSED_LATE_S = 600.0
"""A handshake that fails so long after the policy was set fails in spite of it; APs try again
within minutes (how often exactly is unverified)."""
HANDSHAKE_FAILED = "DTLS-3-HANDSHAKE_FAILURE"
NAMED = 5


@dataclass(frozen=True, slots=True)
class WaitForJoins:
    """See the finding's APs register, and stay registered."""

    name: str = WAIT
    summary: str = "wait for the finding's APs to join and to stay"
    needs: ClassVar[frozenset[Topic]] = frozenset(
        {
            Topic.CLOCK,
            Topic.CLOCK_ZONE,
            Topic.JOIN_POLICY,
            Topic.AP_JOIN,
            Topic.AP_JOIN_STATS,
        }
    )

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        disturbed = self._disturbed(run, view)
        if disturbed is not None:
            return Fail(disturbed)
        policy, aps = run.charter.policy, sightings(view)
        waited_s = run.elapsed_s(run.since(self.name), moment.now)
        blind = unread(run, view) or ("the APs cannot be read" if aps is None else None)
        if blind is not None or aps is None:
            limit = waited_s >= policy.wait_for_aps_s
            return Fail(f"{blind}") if limit else Hold(policy.poll_every_s, f"{blind}")
        missing = tuple(ap for ap in run.charter.aps if not is_home(aps.get(ap.mac)))
        if not missing:
            return self._staying(run, moment)
        refused = self._refused(run, view, missing, moment)
        hopeless = len(refused) == len(missing)
        if hopeless or waited_s >= policy.wait_for_aps_s:
            return self._in_vain(run, missing, refused, waited_s)
        progress = f"{len(run.charter.aps) - len(missing)} of {len(run.charter.aps)} APs registered"
        return Hold(policy.poll_every_s, progress, self._news(run, "waiting"))

    def _disturbed(self, run: Run, view: ControllerView) -> str | None:
        lost = taken_back(run, view)
        return f"somebody else turned it back: {lost[0].label}" if lost else None

    def _staying(self, run: Run, moment: Moment) -> Move:
        """All are there: Done once they have been for a while."""
        policy = run.charter.policy
        since = run.when(self.name, STAGE)
        if run.facts(self.name).get(STAGE) != "joined" or since is None:
            return Hold(policy.poll_every_s, "all APs registered", {STAGE: "joined"})
        left_s = policy.stay_registered_s - run.elapsed_s(since, moment.now)
        if left_s > 0:
            return Hold(min(policy.poll_every_s, max(left_s, 1.0)), "seeing the APs stay")
        return Done(f"{len(run.charter.aps)} of {len(run.charter.aps)} APs joined and stayed")

    def _in_vain(
        self,
        run: Run,
        missing: tuple[AffectedAp, ...],
        refused: tuple[AffectedAp, ...],
        waited_s: float,
    ) -> Move:
        """Remember who did not come, then fail: a failure itself carries no facts."""
        macs = " ".join(sorted(str(ap.mac) for ap in missing))
        if run.facts(self.name).get(UNHELPED) != macs:
            return Hold(0.0, "noting which APs it did not help", {UNHELPED: macs})
        came = [ap for ap in run.charter.aps if ap not in missing]
        of_all = f"{len(missing)} of {len(run.charter.aps)}"
        waited = f"APs have not joined after {waited_s:.0f} s"
        sentences = [f"{DOES_NOT_HELP}: {of_all} {waited}: {_listed(missing)}"]
        if refused:
            sentences.append(f"handshakes are still refused: {_listed(refused)}")
        if came:
            sentences.append(f"joined, and needing it at their next rejoin: {_listed(came)}")
        return Fail("; ".join(sentences))

    def _refused(
        self, run: Run, view: ControllerView, missing: tuple[AffectedAp, ...], moment: Moment
    ) -> tuple[AffectedAp, ...]:
        """Of the missing APs those whose handshakes are seen refused: again and again, or late."""
        if moment.true_now is None:
            return ()
        set_s = run.elapsed_s(run.since(self.name), moment.now)
        since = moment.true_now - timedelta(seconds=set_s - HANDSHAKE_UNDER_WAY_S)
        late = moment.true_now - timedelta(seconds=set_s - REFUSED_LATE_S)
        seen = {ap.mac: ap for ap in view.aps or ()}
        found = []
        for ap in missing:
            now = seen.get(ap.mac)
            ethernet = now.ethernet_mac if now else None
            macs = {str(ap.mac)} | ({str(ethernet)} if ethernet else set())
            again = len(_failures(view.logs, macs, since)) >= REFUSED_AGAIN
            if again or (now is not None and _failed_between(now, late, moment.true_now)):
                found.append(ap)
        return tuple(found)

    def _news(self, run: Run, stage: str) -> dict[str, str]:
        return {} if run.facts(self.name).get(STAGE) == stage else {STAGE: stage}


def _failed_between(ap: ApSighting, first: datetime, last: datetime) -> bool:
    """Whether the join statistics date a failed handshake there."""
    at = ap.last_failure_at
    return ap.failure_phase is JoinPhase.DTLS and at is not None and first <= at <= last


def _failures(lines: Iterable[LogLine], macs: set[str], since: datetime) -> tuple[LogLine, ...]:
    return tuple(
        line
        for line in lines
        if line.mac in macs
        and line.at is not None
        and line.at >= since
        and HANDSHAKE_FAILED in line.text
    )


def _listed(aps: Iterable[AffectedAp]) -> str:
    names = [f"{ap.name} ({ap.mac})" if ap.name else str(ap.mac) for ap in aps]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
