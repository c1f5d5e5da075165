"""Have the registered APs load the new image while they serve, and see how that ends.

An AP that cannot hold two images loads it after the restart. One that was told to and failed is
another matter where the expired certificate may be the reason: then nothing is restarted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from service.domain.identity import BaseRadioMac
from service.domain.image_changes import AbortPredownload, PredownloadImage
from service.domain.observation import ApSighting, ApState, ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.image_run import (
    FAILED,
    GIVE_UP,
    LOOK_S,
    PREDOWNLOAD,
    UNDER_WAY,
    job_of,
    named,
    unread,
)
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send
from service.domain.steps.wait_for_aps import sightings

BEGINS_S = 120.0
"""An AP that has not begun by then does not predownload; a controller serves a few at a time, so
this counts from when nobody loads any more."""
ATTEMPTS = 2
AP_TOPICS = frozenset({Topic.AP_JOIN, Topic.AP_PREDOWNLOAD})
QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Predownload:
    """Every AP that can holds both images before the restart."""

    name: str = PREDOWNLOAD
    summary: str = "have the registered APs load the new image while they serve"
    needs: ClassVar[frozenset[Topic]] = AP_TOPICS | {Topic.INSTALL}

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        blind, aps = unread(view), sightings(view)
        if blind is not None or view.images is None:
            return Fail(blind or "")
        if aps is None:
            return Hold(LOOK_S, "the APs cannot be read")
        sent = run.sent_in(self.name, PredownloadImage)
        if not sent:
            slot = view.images.slot_of(job_of(run).release)
            if slot is None:
                return Fail(f"{job_of(run).release} lies in no slot: {view.images.label}")
            return Send(PredownloadImage(slot, job_of(run).release))
        if not sent[-1].may_have_happened:
            return Fail(f"the controller does not predownload: {sent[-1].detail}")
        return self._progress(run, aps, moment)

    def _progress(self, run: Run, aps: Mapping[BaseRadioMac, ApSighting], moment: Moment) -> Move:
        here = {mac: aps[mac] for mac in job_of(run).aps if _serves(aps.get(mac))}
        loaded = [mac for mac, ap in here.items() if ap.backup_version == job_of(run).release]
        failed = tuple(mac for mac, ap in here.items() if ap.predownload == FAILED)
        stuck = tuple(mac for mac in failed if mac in job_of(run).hit and mac not in loaded)
        told = f"{len(loaded)} of {len(here)} registered APs hold {job_of(run).release}"
        if stuck:
            return Fail(f"{told}; it failed on APs that the issue hits: {named(stuck)}")
        loading = sum(ap.predownload in UNDER_WAY for ap in here.values())
        if len(loaded) == len(here):
            return Done(told)
        if run.elapsed_s(run.since(self.name), moment.now) >= run.charter.policy.wait_for_aps_s:
            return Fail(f"{told}, {loading} still load it, and the limit is reached")
        return self._waiting(
            run, moment, f"{told}, {loading} load it, {len(failed)} failed", loading
        )

    def _waiting(self, run: Run, moment: Moment, told: str, loading: int) -> Move:
        """Until nobody has loaded for a while: who has not begun by then does not."""
        stage = "no" if loading else "yes"
        pause_s = min(run.charter.policy.poll_every_s, LOOK_S)
        since = run.when(self.name, QUIET)
        if run.facts(self.name).get(QUIET) != stage or since is None:
            return Hold(pause_s, told, {QUIET: stage})
        quiet_s = min(BEGINS_S, run.charter.policy.no_progress_s)
        if stage == "yes" and run.elapsed_s(since, moment.now) >= quiet_s:
            return Done(f"{told}; the others load it after the restart")
        return Hold(pause_s, told)


@dataclass(frozen=True, slots=True)
class EndPredownload:
    """On the way home: nobody goes on loading an image that does not stay."""

    name: str = GIVE_UP
    summary: str = "have the APs give up predownloading, if they still do"
    needs: ClassVar[frozenset[Topic]] = AP_TOPICS | {Topic.INSTALL}

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        runs_new = view.images is not None and view.images.running == job_of(run).release
        if runs_new or not run.may_have_sent(PredownloadImage):
            return Done("the new image runs" if runs_new else "nothing was predownloaded")
        aps = sightings(view)
        if aps is None:
            return self._fail(run, "the APs cannot be read")
        loading = sum(ap.predownload in UNDER_WAY for ap in aps.values())
        if not loading:
            return Done("no AP predownloads")
        sent = run.sent_in(self.name, AbortPredownload)
        if sent and run.elapsed_s(sent[-1].at, moment.now) < BEGINS_S:
            return Hold(LOOK_S, f"{loading} APs still predownload")
        if len(sent) >= ATTEMPTS:
            return self._fail(run, f"{loading} APs still predownload")
        return Send(AbortPredownload())

    def _fail(self, run: Run, why: str) -> Fail:
        return Fail(why, ("APs may still predownload",), (run.charter.by_hand.end_predownload,))


def _serves(ap: ApSighting | None) -> bool:
    return ap is not None and ap.state in (ApState.REGISTERED, ApState.PREDOWNLOADING)
