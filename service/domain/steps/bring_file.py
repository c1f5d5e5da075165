"""Bring a file to the controller, and see that it is the one that was meant."""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.install_job import Stage
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run, Sent
from service.domain.software_changes import CheckFile, FetchFile
from service.domain.steps.installing import job_of, look_s, step_name
from service.domain.steps.protocol import Done, Fail, Hold, Moment, Move, Send

ANSWERS_WITHIN_S = 20.0
"""A server that does not answer, or says no, shows within that; what goes on longer is a copy."""
STALLED_S = 120.0
HASH_TIMEOUT_S, CHECKS = 330.0, 3
ARRIVED = "bytes"


@dataclass(frozen=True, slots=True)
class BringFile:
    """The controller fetches it; a file of that name that is there already has to be the same."""

    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.STORAGE})

    @property
    def name(self) -> str:
        """`fetch-base`, `fetch-apsp`."""
        return step_name("fetch", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        way = f"fetch it from {self.stage.url}" if self.stage.url else "see that it is there"
        return f"{self.stage.name}: {way}"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        if view.storage is None:
            return Fail(f"files cannot be read: {view.unknown.get(Topic.STORAGE, 'no answer')}")
        there, sent = view.storage.size_of(self.stage.name), run.sent_in(self.name, FetchFile)
        if there == self.stage.size_bytes:
            return Done(f"{there} bytes are there")
        if sent:
            return self._arriving(run, there or 0, sent[-1], moment)
        if there is not None:
            return Fail(
                f"another file of that name is there: {there} bytes, not {self.stage.size_bytes}"
            )
        free = view.storage.free_bytes
        if not self.stage.url or (free is not None and free < self.stage.size_bytes):
            return Fail(f"{free} bytes are free" if self.stage.url else "it is not there any more")
        return Send(self._fetch(run), timeout_s=ANSWERS_WITHIN_S)

    def _fetch(self, run: Run) -> FetchFile:
        job, stage = job_of(run), self.stage
        return FetchFile(stage.name, stage.url, stage.size_bytes, job.username, job.secret)

    def _arriving(self, run: Run, there: int, sent: Sent, moment: Moment) -> Move:
        """It is on its way, or it was cut short."""
        whole = self.stage.size_bytes
        if not sent.may_have_happened:
            return Fail(f"the controller could not fetch it: {sent.detail}")
        if there > whole:
            return Fail(f"{there} bytes arrived, more than the {whole} of the file")
        since = run.when(self.name, ARRIVED)
        told = f"{there} of {whole} bytes are there"
        if run.facts(self.name).get(ARRIVED) != str(there) or since is None:
            return Hold(look_s(run), told, {ARRIVED: str(there)})
        if run.elapsed_s(since, moment.now) >= STALLED_S:
            return Fail(f"{told}, and no more came for {STALLED_S:.0f} s")
        return Hold(look_s(run), told)


@dataclass(frozen=True, slots=True)
class CheckHash:
    """The controller works the file's hash out, where it can be asked."""

    stage: Stage
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.STORAGE})

    @property
    def name(self) -> str:
        """`check-base`, `check-apsp`."""
        return step_name("check", self.stage)

    @property
    def summary(self) -> str:
        """What it does."""
        return f"{self.stage.name}: compare its hash"

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        del view, moment
        if not job_of(run).checks_hash:
            return Done("not compared: the size is right, and adding it checks its signature")
        sent = run.sent_in(self.name, CheckFile)
        if sent and sent[-1].outcome == "applied":
            return Done("the hash is the right one")
        if sent and (not sent[-1].may_have_happened or len(sent) >= CHECKS):
            return Fail(f"the hash is not proven: {sent[-1].detail}{self._way_out(run)}")
        check = CheckFile(self.stage.name, self.stage.sha512, self.stage.md5)
        return Send(check, timeout_s=HASH_TIMEOUT_S)  # it changes nothing: asked again if need be

    def _way_out(self, run: Run) -> str:
        """What we had fetched is deleted by the way home; what was there before is a person's."""
        if run.may_have_sent(FetchFile):
            return ""
        return f": it was there before us: delete {self.stage.name} there, and plan anew"
