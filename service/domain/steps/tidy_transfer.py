"""Put the transfer settings back, so that nothing of ours is saved and no password stays.

A controller shows no password, so the one that was there before ours cannot be put back: a word
that opens nothing takes its place. What was empty before cannot be emptied again: it keeps ours.
"""

from dataclasses import dataclass
from typing import ClassVar

from service.domain.image_changes import SetTransfer
from service.domain.images import Stage, TransferSettings
from service.domain.observation import ControllerView, Topic
from service.domain.remediation import Run
from service.domain.steps.image_run import (
    FIELDS,
    RESTORE,
    TIDY,
    job_of,
    noted,
    touched_transfer,
)
from service.domain.steps.protocol import Done, Fail, Moment, Move, Send

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class TidyTransfer:
    """As captured; on the way out before anything is saved, and on the way home."""

    name: str = TIDY
    summary: str = "put the transfer settings back; no password of ours stays in them"
    needs: ClassVar[frozenset[Topic]] = frozenset({Topic.TRANSFER, Topic.TRANSFER_SETTINGS})

    @classmethod
    def at_home(cls) -> "TidyTransfer":
        """The same, once more, on the way home."""
        return cls(RESTORE, "put the transfer settings back, if they are still ours")

    def decide(self, run: Run, view: ControllerView, moment: Moment) -> Move:
        before = noted(run)
        if before is None or not touched_transfer(run):
            return Done("the transfer settings were never touched by us")
        blind, now = _unread(view), view.transfer_settings
        if blind is not None or now is None:
            return _fail(run, blind or "")
        wrong = different(before, now)
        if not wrong and is_forgotten(run):
            return Done(f"as captured: {before.label}")
        if theirs := _of_others(run, now, wrong):
            return _fail(run, f"somebody else set {theirs}")
        sent = run.sent_in(self.name, SetTransfer)
        if len(sent) >= ATTEMPTS:
            return _fail(run, f"they could not be put back: {sent[-1].detail or ', '.join(wrong)}")
        return Send(SetTransfer(before, forget=job_of(run).login is not None))


def _unread(view: ControllerView) -> str | None:
    """Why they are not looked at; None: they were."""
    if view.transfer is not None and view.transfer.stage is Stage.UNDER_WAY:
        return "a download is under way: its settings are left alone"
    if view.transfer_settings is None:
        why = view.unknown.get(Topic.TRANSFER_SETTINGS, "no answer")
        return f"the transfer settings cannot be read: {why}"
    return None


def different(before: TransferSettings, now: TransferSettings) -> tuple[str, ...]:
    """Which settings are not as captured, of those that can be put back."""
    return tuple(
        name
        for name in FIELDS
        if getattr(before, name) and not _same(getattr(before, name), getattr(now, name), name)
    )


def is_forgotten(run: Run) -> bool:
    """Whether no password of ours can be left in them, as far as we know."""
    sent = [s for s in run.sent if isinstance(s.change, SetTransfer) and s.may_have_happened]
    last = sent[-1] if sent else None
    if last is None or job_of(run).login is None:
        return True
    change = last.change
    return isinstance(change, SetTransfer) and change.forget and last.outcome == "applied"


def _of_others(run: Run, now: TransferSettings, wrong: tuple[str, ...]) -> str:
    """Settings that are neither as captured nor ours; only a port goes with its mode."""
    ours = job_of(run).settings
    found = [
        name
        for name in wrong
        if name != "port" and not _same(getattr(ours, name), getattr(now, name), name)
    ]
    return ", ".join(found)


def _same(one: str, other: str, name: str) -> bool:
    if name in ("path", "filename"):
        return one.strip("./") == other.strip("./")
    return one == other


def _fail(run: Run, why: str) -> Fail:
    before = noted(run)
    lines = [
        f"transfer download {word} {getattr(before, name)}   ! as captured"
        for word, name in (("mode", "mode"), ("serverip", "server"), ("path", "path"),
                           ("filename", "filename"), ("username", "username"))
        if before is not None and getattr(before, name)
    ]  # fmt: skip
    forget = "transfer download password NEW-PASSWORD   ! any word, in place of ours"
    return Fail(why, ("the transfer settings are not as they were",), (*lines, forget))
