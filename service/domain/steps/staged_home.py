"""Bring APs home from the staging controller: told so there, seen here.

Both out, at the end of each wave, and on the way home, for all. It starts from any state: an AP is
here already, there and told nothing yet, there and told, or on neither while it restarts.
"""

from dataclasses import dataclass

from service.domain.ap_homes import Place
from service.domain.changes import ResetAp, SetApHome
from service.domain.identity import BaseRadioMac
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import BesideNeeds, Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.staged import (
    HERE,
    NOWHERE,
    THERE,
    TOPICS,
    Whereabouts,
    blind,
    home_line,
    is_over,
    is_still,
    job_of,
    last_seen,
    named,
    noting,
    signs,
    told,
    touched,
    whereabouts,
)
from service.domain.steps.staged_facts import captured

ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class BringHome:
    """See the APs here, but for those that were never told to leave.

    Attributes:
        at_home: whether it is part of the way home, which ends by saying what is left.
    """

    controller: str
    aps: tuple[BaseRadioMac, ...]
    name: str
    at_home: bool
    summary: str = "bring the APs home from the staging controller"
    needs: frozenset[Topic] = TOPICS

    @property
    def beside(self) -> BesideNeeds:
        return BesideNeeds(self.controller, TOPICS)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        moved = [mac for mac in touched(run) if mac in self.aps]
        if not moved:
            return Done("no AP was told to leave")
        where = whereabouts(run, view, moment)
        away = [mac for mac in moved if where.place(mac) != HERE]
        if not away and view.aps is not None:
            return Done(f"{len(moved)} AP(s) on {run.charter.controller}")
        why = blind(run, view, moment)
        if is_over(run, self.name, moment):
            return self._over(run, where, away, why)
        pause_s = run.charter.policy.poll_every_s
        if why is not None:
            return Hold(pause_s, why)
        moved_on = signs(run, self.name, where, away)
        still = {mac for mac in away if is_still(run, self.name, moment, mac, moved_on)}
        calls = (self._call(run, where, mac, is_still=mac in still) for mac in away)
        call = next((one for one in calls if one is not None), None)
        waiting = Hold(pause_s, f"waiting for {len(away)} AP(s)", moved_on)
        return noting(run, where) or call or waiting

    def _call(
        self, run: Run, where: Whereabouts, mac: BaseRadioMac, *, is_still: bool
    ) -> Move | None:
        """What brings one AP home; None where nothing but waiting does."""
        if where.place(mac) != THERE:
            return None
        job, now = job_of(run), where.homes(mac)
        if now is None or (now.primary != job.here and not job.is_ours(now.primary)):
            return None
        if now.primary != job.here:
            if len(told(run, mac, step=self.name)) >= ATTEMPTS:
                return None
            ap = captured(run, mac).ap
            change = SetApHome(mac, ap, Place.PRIMARY, job.here, now.primary)
            return Send(change, on=self.controller)
        return Send(ResetAp(mac), on=self.controller) if is_still else None

    def _over(
        self, run: Run, where: Whereabouts, away: list[BaseRadioMac], why: str | None
    ) -> Move:
        """The limit is reached: forward the others go on, at home a person is told."""
        detail = why or f"not home: {named(run, away)}"
        if not self.at_home:
            return Done(detail)
        return Fail(
            detail,
            left=tuple(_left(run, where, mac) for mac in away),
            mend=tuple(_mend(run, mac) for mac in away),
        )


def _left(run: Run, where: Whereabouts, mac: BaseRadioMac) -> str:
    job, label = job_of(run), captured(run, mac).label
    if where.place(mac) == NOWHERE:
        return f"AP {label} is on neither controller, {last_seen(run, mac)}"
    return f"AP {label} is on {job.controller}"


def _mend(run: Run, mac: BaseRadioMac) -> str:
    job = job_of(run)
    line = home_line(run, mac, job.here, there=True)
    return f"{line}   ! on {job.controller}, once the AP is there"
