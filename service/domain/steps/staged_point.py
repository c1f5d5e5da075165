"""Send a wave to the staging controller: tell each AP, see that it is told, see it arrive.

Whether an AP that only loops in a download takes the order is known from nowhere, so nothing is
believed but what is read back; and an AP follows in its own time, at its next restart. One that
stays and does not move is restarted once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.ap_homes import Place
from service.domain.changes import ResetAp, SetApHome
from service.domain.identity import BaseRadioMac
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.staging import StagingWave
from service.domain.steps.protocol import BesideNeeds, Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.staged import (
    HERE,
    THERE,
    TOPICS,
    Whereabouts,
    is_over,
    is_still,
    job_of,
    look_first,
    named,
    signs,
    told,
    whereabouts,
)
from service.domain.steps.staged_facts import WAS, captured, is_captured

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class PointThere:
    """Tell every AP of a wave that the staging controller is its primary one."""

    controller: str
    wave: StagingWave
    name: str
    summary: str = "tell the APs of the wave to join the staging controller"
    needs: frozenset[Topic] = TOPICS

    @property
    def beside(self) -> BesideNeeds:
        return BesideNeeds(self.controller, TOPICS)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        first = look_first(run, self.name, view, moment)
        if first is not None:
            return first
        where, over = whereabouts(run, view, moment), is_over(run, self.name, moment)
        waiting = [mac for mac in self.wave.aps if not _is_told(run, where, mac)]
        if not waiting:
            return Done(f"{len(self.wave.aps)} AP(s) told to join {job_of(run).there.label}")
        return self._orders(run, where, waiting) or self._wait(run, where, waiting, over=over)

    def _orders(self, run: Run, where: Whereabouts, waiting: list[BaseRadioMac]) -> Move | None:
        """What is noted or sent next; None where nobody can be told anything now."""
        before = _noted(run, where, waiting)
        if before:
            return Hold(0.0, "noting what the APs are told now", before)
        moves = (self._tell(run, where, mac) for mac in waiting)
        return next((move for move in moves if move is not None), None)

    def _wait(
        self, run: Run, where: Whereabouts, waiting: list[BaseRadioMac], *, over: bool
    ) -> Move:
        policy = run.charter.policy
        if over and len(waiting) == len(self.wave.aps):
            return Fail(f"no AP took the order: {named(run, waiting)}")
        if over:
            return Done(f"not told: {named(run, waiting)}")
        return Hold(policy.poll_every_s, f"waiting for {len(waiting)} AP(s)")

    def _tell(self, run: Run, where: Whereabouts, mac: BaseRadioMac) -> Move | None:
        """The order for one AP that is here; None where it is not, or was told often enough."""
        was, now = captured(run, mac), where.homes(mac)
        if where.place(mac) != HERE or now is None:
            return None
        if now.primary != was.primary:
            return Fail(
                f"AP {was.label} was told {now.primary.label} by somebody else; "
                f"it was {was.primary.label}"
            )
        if len(told(run, mac, step=self.name)) >= ATTEMPTS:
            return None
        return Send(SetApHome(mac, was.ap, Place.PRIMARY, job_of(run).there, was.primary))


def _noted(run: Run, where: Whereabouts, macs: Iterable[BaseRadioMac]) -> dict[str, str]:
    """What APs that are here are told, as far as that is not in the journal: before any order."""
    seen = ((mac, where.homes(mac)) for mac in macs if where.place(mac) == HERE)
    return {
        f"{WAS}{mac}": homes.text
        for mac, homes in seen
        if homes is not None and not is_captured(run, mac)
    }


def _is_told(run: Run, where: Whereabouts, mac: BaseRadioMac) -> bool:
    now = where.homes(mac)
    if where.place(mac) == THERE:
        return True
    return now is not None and now.primary == job_of(run).there


@dataclass(frozen=True, slots=True)
class AwaitThere:
    """See the APs of a wave on the staging controller."""

    controller: str
    wave: StagingWave
    name: str
    summary: str = "wait for them on the staging controller"
    needs: frozenset[Topic] = TOPICS

    @property
    def beside(self) -> BesideNeeds:
        return BesideNeeds(self.controller, TOPICS)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        first = look_first(run, self.name, view, moment)
        if first is not None:
            return first
        where = whereabouts(run, view, moment)
        away = [mac for mac in self.wave.aps if where.place(mac) != THERE]
        if not away:
            return Done(f"{len(self.wave.aps)} AP(s) on {self.controller}")
        if is_over(run, self.name, moment):
            return self._over(run, away)
        moved = signs(run, self.name, where, away)
        for mac in away:
            if where.place(mac) == HERE and is_still(run, self.name, moment, mac, moved):
                return Send(ResetAp(mac))
        arrived = len(self.wave.aps) - len(away)
        progress = f"{arrived} of {len(self.wave.aps)} AP(s) on {self.controller}"
        return Hold(run.charter.policy.poll_every_s, progress, moved)

    def _over(self, run: Run, away: list[BaseRadioMac]) -> Move:
        if len(away) == len(self.wave.aps):
            return Fail(f"no AP arrived on {self.controller}: {named(run, away)}")
        return Done(f"did not arrive on {self.controller}: {named(run, away)}")
