"""Put back what each AP was told before: its primary controller, as captured.

Only what is ours is overwritten: a setting that somebody else made meanwhile stays, and is told. A
name without an address, or the other way round, is set anew after it was taken away, for a box may
keep the half that it is not told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.domain.ap_homes import NO_HOME, Place
from service.domain.changes import SetApHome
from service.domain.identity import BaseRadioMac
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.protocol import BesideNeeds, Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.staged import (
    HERE,
    TOPICS,
    Whereabouts,
    home_line,
    is_over,
    job_of,
    last_seen,
    told,
    touched,
    whereabouts,
)
from service.domain.steps.staged_facts import captured
from service.domain.steps.verify import SEEN_DIFFERENT, Difference
from service.domain.steps.wait_for_aps import is_home

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class RestoreHomes:
    """See every AP that we told something else told what it was told before."""

    name: str = "restore-homes"
    summary: str = "tell each AP again which controllers it joins, as captured"
    needs: frozenset[Topic] = TOPICS

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        macs = touched(run)
        if not macs:
            return Done("no AP was told anything")
        policy, over = run.charter.policy, is_over(run, self.name, moment)
        where = whereabouts(run, view, moment)
        open_ = [mac for mac in macs if not is_restored(run, where, mac)]
        if not open_:
            return Done(f"{len(macs)} AP(s) told as before")
        for mac in open_:
            change = self._change(run, where, mac)
            if change is not None:
                return Send(change)
        waits = [mac for mac in open_ if not _is_theirs(run, where, mac)]
        if waits and not over:
            return Hold(policy.poll_every_s, f"waiting for {len(waits)} AP(s)")
        left, mend = zip(*(_difference(run, where, mac) for mac in open_), strict=True)
        return Fail("not every AP is told as before", tuple(left), tuple(mend))

    def _change(self, run: Run, where: Whereabouts, mac: BaseRadioMac) -> SetApHome | None:
        """The next order for one AP; None where it is away, somebody else's, or was told enough."""
        now = where.homes(mac)
        tries = told(run, mac, step=self.name)
        if where.place(mac) != HERE or now is None or len(tries) >= ATTEMPTS:
            return None
        if _is_theirs(run, where, mac):
            return None
        was = captured(run, mac)
        wanted = was.primary
        if tries and tries[-1].outcome == "applied" and now.primary.is_set:
            last = tries[-1].change
            set_last = isinstance(last, SetApHome) and last.home.is_set
            wanted = NO_HOME if set_last else wanted
        return SetApHome(mac, was.ap, Place.PRIMARY, wanted, now.primary)


def is_restored(run: Run, where: Whereabouts, mac: BaseRadioMac) -> bool:
    """Whether an AP is told exactly what it was told before: read back here, or gone for it.

    One whose primary controller is a third one leaves for it, if that is up, as soon as it is told.
    """
    now, was = where.homes(mac), captured(run, mac)
    if where.place(mac) == HERE and now is not None:
        return now.primary == was.primary
    orders = told(run, mac)
    last = orders[-1] if orders else None
    leaves = was.primary.is_set and not job_of(run).is_ours(was.primary)
    if last is None or not leaves or not isinstance(last.change, SetApHome):
        return False
    return last.outcome == "applied" and last.change.home == was.primary


def _is_theirs(run: Run, where: Whereabouts, mac: BaseRadioMac) -> bool:
    """Whether somebody else told the AP something meanwhile."""
    job, now = job_of(run), where.homes(mac)
    if now is None or not now.primary.is_set:
        return False
    ours = {job.there, job.here, captured(run, mac).primary}
    halves = {one.name for one in ours} | {one.address for one in ours}
    return now.primary not in ours and not {now.primary.name, now.primary.address} <= halves


def _is_unseen(where: Whereabouts, mac: BaseRadioMac) -> bool:
    """Whether this look does not show here what an AP is told."""
    return where.place(mac) != HERE or where.homes(mac) is None


def _difference(run: Run, where: Whereabouts, mac: BaseRadioMac) -> Difference:
    job, now, was = job_of(run), where.homes(mac), captured(run, mac)
    line = home_line(run, mac, was.primary)
    before = f"it was told {was.primary.label}"
    if now is None or where.place(mac) != HERE:
        seen = where.seen(mac)
        last = last_seen(run, mac) if seen is None else f"seen on {seen}"
        return (
            f"AP {was.label} may still be told {job.there.label}; {before}; {last}",
            f"{line}   ! on {run.charter.controller}, once the AP is there",
        )
    by = " by somebody else" if _is_theirs(run, where, mac) else ""
    return (f"AP {was.label} is told {now.primary.label}{by}; {before}", f"{line}   ! as captured")


@dataclass(frozen=True, slots=True)
class VerifyHomes:
    """The last look: every AP told as before, and those that were mended registered at home.

    One that is away at this very moment, as an AP that still loops is for a part of its time, is
    waited for; so is one that left between the two readings of a look, listed and told nothing of.
    """

    controller: str
    name: str = "verify"
    summary: str = "verify that the APs are home, told as before, and stay registered"
    needs: frozenset[Topic] = TOPICS

    @property
    def beside(self) -> BesideNeeds:
        return BesideNeeds(self.controller, TOPICS)

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        macs = touched(run)
        if not macs:
            return Done("nothing was changed")
        if view.aps is None or view.homes is None:
            return Fail("the APs cannot be read", ("what APs are told cannot be read",))
        where = whereabouts(run, view, moment)
        found = tuple(self._differences(run, where, macs))
        unseen = [
            mac for mac in macs if _is_unseen(where, mac) and not is_restored(run, where, mac)
        ]
        if unseen and not is_over(run, self.name, moment):
            return Hold(run.charter.policy.poll_every_s, f"waiting for {len(unseen)} AP(s)")
        if found:
            left, mend = zip(*found, strict=True)
            return Fail(SEEN_DIFFERENT, tuple(left), tuple(mend))
        stayed_s = run.elapsed_s(run.since(self.name), moment.now)
        left_s = run.charter.policy.stay_registered_s - stayed_s
        if run.home is not None and not run.home.goal_missed and left_s > 0:
            pause_s = min(run.charter.policy.poll_every_s, left_s)
            return Hold(max(pause_s, 1.0), "seeing the APs stay registered at home")
        home = sum(is_home(where.ap(mac)) for mac in macs)
        return Done(f"{home} of {len(macs)} APs registered here, all told as before")

    def _differences(
        self, run: Run, where: Whereabouts, macs: Iterable[BaseRadioMac]
    ) -> Iterator[Difference]:
        for mac in macs:
            if not is_restored(run, where, mac):
                yield _difference(run, where, mac)
            elif (theirs := _others(run, where, mac)) is not None:
                yield theirs


def _others(run: Run, where: Whereabouts, mac: BaseRadioMac) -> Difference | None:
    """What somebody else told an AP beside its primary controller, which we never write."""
    now, was = where.homes(mac), captured(run, mac)
    for place in (Place.SECONDARY, Place.TERTIARY):
        if now is not None and now.of(place) != was.of(place):
            line = run.charter.by_hand.home_line(was, was.of(place), place)
            told_now = f"is {now.of(place).label} by somebody else"
            left = f"AP {was.label}: its {place} controller {told_now}; it was "
            return left + was.of(place).label, f"{line}   ! as captured"
    return None
