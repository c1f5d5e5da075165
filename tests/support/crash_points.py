"""Where a worker can die: the steps of the crash matrices, each at four instants.

The steps are named as people name them; this is what they are in the engine. For a step that writes
to the controller the instants lie around that write: `before` its intent is durable and nothing was
sent, `sent` the request has left and no reply was read, `received` the reply is known to nobody but
the process, `stored` its outcome is in the journal. For a step that only looks they lie around the
look and the verdict. The claim writes to the database instead of the controller.

AireOS takes a change by several lines: there `sent` is the first of them, so that NTP is half gone,
or half back and without its key, where a worker dies; for a save it is the yes to the controller's
question.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.changes import ArmGuard, SetClock
from service.domain.journal import Closed, Event, Intended, StepDone
from service.domain.remediation import Run
from service.domain.strategies.known import steps_of

INSTANTS = ("before", "sent", "received", "stored")
WRITES = {  # the engine's step and what it sends -> the matrix' step
    ("prove-timer", "ProveTimer"): "prove",
    ("arm-dead-man", "ArmGuard"): "arm",
    ("remove-ntp", "RemoveNtp"): "ntp-off",
    ("set-clock-back", "SetClock"): "clock-set",
    ("set-true-time", "SetClock"): "clock-back",
    ("restore-ntp", "AddNtp"): "ntp-back",
    ("disarm", "RemoveTimers"): "disarm",
    ("save", "SaveConfig"): "save",
    ("set-policy", "SetJoinPolicy"): "turn",
    ("restore-policy", "SetJoinPolicy"): "turn-back",
    ("repair-clock", "SetClock"): "mend",
    ("add-ntp", "AddNtp"): "add",
    ("restore-ntp", "RemoveNtp"): "take-off",
    ("fetch-image", "FetchImage"): "fetch",
    ("keep-old-image", "SetBootImage"): "keep",
    ("predownload", "PredownloadImage"): "load",
    ("restart", "ResetSystem"): "restart",
    ("activate-base", "InstallOrder"): "activate-base",
    ("commit-base", "InstallOrder"): "commit-base",
    ("fetch-apsp", "FetchFile"): "fetch-apsp",
    ("add-apsp", "InstallOrder"): "add-apsp",
    ("activate-apsp", "InstallOrder"): "activate-apsp",
    ("commit-apsp", "InstallOrder"): "commit-apsp",
    ("activate-former", "InstallOrder"): "activate-former",
}
LOOKS = {  # the engine's step, once it has nothing more to send -> the matrix' step
    "set-clock-back": "verify",  # the clock is read back, and the canary over the step
    "wait-for-aps": "wait",
    "ntp-in-sync": "sync",
    "verify": "report",  # the last look and how it ended
    "guard": "guard",  # where a box has no timer of its own
    "wait-for-joins": "joins",
    "follow-ntp": "follow",
    "health-apsp": "health",
}
STEPS = (
    *("claim", "capture", "arm", "ntp-off", "clock-set", "verify", "wait"),
    *("clock-back", "ntp-back", "sync", "disarm", "save", "report"),
)
BESIDE = ("prove",)
"""Steps of the engine that the matrix does not count, tried beside it."""
TIMERLESS = tuple("guard" if step == "arm" else step for step in STEPS if step != "disarm")
"""The steps of a clock window on a box without timers."""
OVERRIDE = ("turn", "joins", "turn-back", "save", "report")
"""The steps of an override, but for the claim and the capture, which are the same code."""
REPAIR = ("prove", "mend", "add", "follow", "take-off", "disarm", "save", "report")
"""The steps of a clock's repair, likewise; a box without timers has nothing to prove or disarm."""
SOFTWARE = ("fetch", "keep", "load", "restart")
"""The steps of new software on AireOS that order something; the others look, or set and save."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the matrix."""

    step: str
    instant: str

    def __str__(self) -> str:
        """The point as a name for a controller."""
        return f"{self.step}-{self.instant}"


def matrix(*steps: str) -> Iterator[Point]:
    """Every point of these steps, or of all thirteen."""
    for step in steps or STEPS:
        for instant in INSTANTS:
            yield Point(step, instant)


def write_of(intended: Intended) -> str:
    """The matrix' step of a write; the engine's own name for one that it does not count."""
    change = intended.change
    if isinstance(change, ArmGuard) and intended.step != "arm-dead-man":
        return "renew"
    return WRITES.get((intended.step, type(change).__name__), f"{intended.step}/{change.kind}")


def look_of(run: Run) -> str | None:
    """The matrix' step that the next look is for; None: it is for a write."""
    due = run.next_step(step.name for step in steps_of("", run))
    if due == "set-clock-back" and not run.sent_in(due, SetClock):
        return None
    return None if due is None else LOOKS.get(due)


def verdict_of(event: Event) -> str | None:
    """The matrix' step that an entry ends; None: it ends none, or not yet for good."""
    if isinstance(event, Closed):
        return "report"
    if isinstance(event, StepDone) and event.step != "verify":
        return LOOKS.get(event.step)
    return None
