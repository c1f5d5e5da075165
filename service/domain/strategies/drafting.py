"""What the plans of all strategies have in common: their charters, and their steps as shown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

from service.domain.changes import Change
from service.domain.instants import TrueTime
from service.domain.journal import Charter
from service.domain.ntp import NtpConfig
from service.domain.plan import Asked, PlanStep, Situation, digest_of
from service.domain.steps.protocol import Step
from service.domain.wallclock import ClockZone

Shown: TypeAlias = Mapping[str, tuple[tuple[Change, ...], tuple[Change, ...]]]
"""For each step: what it would send, and what would undo it."""
Sequence: TypeAlias = Callable[[str, Charter], tuple[Step, ...]]

NAME = "REMEDIATION-ID"
"""The remediation's id in what is shown before there is one."""
APPROVAL_LASTS = timedelta(hours=24)


def drafted(situation: Situation, asked: Asked, strategy: str, true_time: TrueTime) -> Charter:
    """A charter with what every strategy captures; the strategy's own part is put in, then sealed.

    The finding's APs are in it, the NTP entries as they are, and no clock to set.
    """
    finding, controller, view = situation.finding, situation.controller, situation.view
    return Charter(
        controller=controller.name,
        issue=finding.issue,
        strategy=strategy,
        digest="",
        aps=finding.aps,
        policy=controller.policy,
        moment=None,
        ntp=view.ntp or NtpConfig(),
        zone=view.zone or ClockZone(),
        ntp_was_synchronised=view.ntp_state is not None and view.ntp_state.synchronised,
        unsaved=view.unsaved,
        save_pending=asked.save_pending,
        true_time=true_time,
        approved_by=asked.approved_by,
        release=view.release or "",
        accepted_suspected=asked.accept_suspected,
        by_hand=view.by_hand,
    )


def sealed(charter: Charter) -> Charter:
    """With the digest that an approval binds to."""
    return replace(charter, digest=digest_of(charter))


def steps_as_shown(
    charter: Charter, captured: str, changes: Shown, *, forward: Sequence, home: Sequence
) -> Iterator[PlanStep]:
    """Every step out and back with its changes as of now.

    Args:
        charter: of the plan.
        captured: what is noted before anything is sent.
        changes: for each step that sends something.
        forward: the strategy's way out.
        home: its way back.
    """
    yield PlanStep("capture", f"note {captured}; nothing is sent")
    for step in (*forward(NAME, charter), *home(NAME, charter)):
        does, undo = changes.get(step.name, ((), ()))
        yield PlanStep(step.name, step.summary, does, undo)
