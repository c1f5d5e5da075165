"""What every step of `staging-controller` asks: where an AP is, and what it was told to join."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.domain.ap_homes import ApHome, ApHomes
from service.domain.changes import ResetAp, SetApHome
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApSighting, ApState, ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.staging import NO_JOB, StagingJob
from service.domain.steps.protocol import Fail, Hold, Moment, Move
from service.domain.steps.staged_facts import AT, captured, seen_before
from service.domain.steps.wait_for_aps import moved

TOPICS = frozenset({Topic.AP_JOIN, Topic.AP_HOMES})
PRESENT = frozenset({ApState.REGISTERED, ApState.DOWNLOADING, ApState.PREDOWNLOADING})
HERE, THERE, NOWHERE = "here", "there", "nowhere"
SIGN = "sign "
"""Begins the name of a fact: everything of an AP, by its MAC, that moves while it gets on."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Both controllers, looked at together."""

    job: StagingJob
    here: ControllerView
    there: ControllerView | None

    def place(self, mac: BaseRadioMac) -> str:
        """Where an AP is; on both, for a moment, counts as there: its last join is the newer."""
        if _present(self.there, mac) is not None:
            return THERE
        return NOWHERE if _present(self.here, mac) is None else HERE

    def ap(self, mac: BaseRadioMac) -> ApSighting | None:
        """How the controller that has it shows an AP; None where none has it."""
        return _present(self.there, mac) or _present(self.here, mac)

    def homes(self, mac: BaseRadioMac) -> ApHomes | None:
        """What an AP is told to join now; None where the controller that has it does not say."""
        view = self.there if self.place(mac) == THERE else self.here
        told = (view.homes if view else None) or ()
        return next((one for one in told if one.mac == mac), None)

    def seen(self, mac: BaseRadioMac) -> str | None:
        """Where an AP is, in words; None where it is nowhere."""
        ap = self.ap(mac)
        if ap is None:
            return None
        on = self.job.controller if self.place(mac) == THERE else self.here.controller
        return f"{on} ({ap.state})"


def job_of(run: Run) -> StagingJob:
    """The job of a charter; an empty one moves nobody."""
    return run.charter.staging or NO_JOB


def whereabouts(run: Run, view: ControllerView, moment: Moment) -> Whereabouts:
    """Both controllers as of this look."""
    return Whereabouts(job_of(run), view, moment.beside.view if moment.beside else None)


def blind(run: Run, view: ControllerView, moment: Moment) -> str | None:
    """Why nothing can be decided by this look; None where both controllers were seen."""
    if view.aps is None or view.homes is None:
        return f"{run.charter.controller}: its APs cannot be read"
    beside = moment.beside
    if beside is None or beside.view is None or beside.view.aps is None:
        trouble = beside.trouble if beside else ""
        return f"{job_of(run).controller}: {trouble or 'its APs cannot be read'}"
    return None


def is_over(run: Run, step: str, moment: Moment) -> bool:
    """Whether a step has waited for as long as any AP is waited for: also after its restart."""
    policy = run.charter.policy
    longest_s = policy.reboot_stragglers_after_s + policy.no_progress_s
    return run.elapsed_s(run.since(step), moment.now) >= longest_s


def look_first(run: Run, step: str, view: ControllerView, moment: Moment) -> Move | None:
    """What a step does before anything else: see both controllers, note where the APs are."""
    why = blind(run, view, moment)
    if why is None:
        return noting(run, whereabouts(run, view, moment))
    return Fail(why) if is_over(run, step, moment) else Hold(run.charter.policy.poll_every_s, why)


def signs(run: Run, step: str, where: Whereabouts, macs: Iterable[BaseRadioMac]) -> dict[str, str]:
    """What of APs moved since a step remembered it last."""
    return moved(run.facts(step), {f"{SIGN}{mac}": where.ap(mac) for mac in macs})


def is_still(
    run: Run, step: str, moment: Moment, mac: BaseRadioMac, moved: Mapping[str, str]
) -> bool:
    """Whether an AP has not moved for so long that it is restarted, once in a step of a leg.

    One whose download gets on is never restarted; one that serves is, for it goes nowhere else.
    """
    name = f"{SIGN}{mac}"
    since = run.when(step, name)
    if name in moved or since is None:
        return False
    again = any(
        isinstance(sent.change, ResetAp) and sent.change.mac == mac
        for sent in run.sent_in(step, ResetAp)
    )
    still_s = min(run.elapsed_s(since, moment.now), run.elapsed_s(run.since(step), moment.now))
    return not again and still_s >= run.charter.policy.reboot_stragglers_after_s


def told(run: Run, mac: BaseRadioMac, *, step: str | None = None) -> tuple[Sent, ...]:
    """Every order about its controllers that an AP may have been given, oldest first."""
    return tuple(
        sent
        for sent in run.sent
        if isinstance(sent.change, SetApHome)
        and sent.change.mac == mac
        and step in (None, sent.step)
    )


def touched(run: Run) -> tuple[BaseRadioMac, ...]:
    """The APs whose settings may be other than they were, by our doing."""
    return tuple(
        mac for mac in job_of(run).aps if any(sent.may_have_happened for sent in told(run, mac))
    )


def noting(run: Run, where: Whereabouts) -> Hold | None:
    """What writes down where APs are, as far as that is not remembered yet; None: it all is."""
    known = seen_before(run)
    now = {mac: where.seen(mac) for mac in job_of(run).aps}
    news = {
        f"{AT}{mac}": seen
        for mac, seen in now.items()
        if seen is not None and known.get(str(mac)) != seen
    }
    return Hold(0.0, "noting where the APs are", news) if news else None


def last_seen(run: Run, mac: BaseRadioMac) -> str:
    """Where an AP was seen last, for people."""
    return f"last seen on {seen_before(run).get(str(mac), run.charter.controller)}"


def named(run: Run, macs: Iterable[BaseRadioMac]) -> str:
    """Some APs for people, each with where it was seen last."""
    texts = [f"{captured(run, mac).label}, {last_seen(run, mac)}" for mac in macs]
    more = f" and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return "; ".join(texts[:NAMED]) + more


def home_line(run: Run, mac: BaseRadioMac, home: ApHome, *, there: bool = False) -> str:
    """What a person types to tell an AP its primary controller, on whichever has it."""
    job = job_of(run)
    by_hand = job.by_hand if there else run.charter.by_hand
    return by_hand.home_line(captured(run, mac), home)


def _present(view: ControllerView | None, mac: BaseRadioMac) -> ApSighting | None:
    for ap in (view.aps if view else None) or ():
        if ap.mac == mac:
            return ap if ap.state in PRESENT else None
    return None
