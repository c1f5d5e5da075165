"""Findings as people handle them: seen by the newest sweep, acknowledged, suppressed for a while.

A finding that is suppressed is shown like any other; only nothing begins for it by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from service.domain.audit import Act
from service.domain.documents import Document, moment
from service.domain.finding import Confidence
from service.domain.marks import LONGEST_SUPPRESSION_S, Mark, Word
from service.errors import InvalidInput, NotFound
from service.ports.requests import Look
from service.usecases.audit import Acting, acting
from service.usecases.context import Context
from service.usecases.listing import Key, Keyed, Part
from service.usecases.truth import believed_now

FindingOrder: TypeAlias = Literal["controller", "issue", "confidence", "seen"]


@dataclass(frozen=True, slots=True)
class FindingsOnly:
    """Which findings are wanted; None: all."""

    controller: str | None = None
    issue: str | None = None
    confidence: str | None = None
    state: str | None = None


def show_findings(
    context: Context, part: Part, *, by: FindingOrder, only: FindingsOnly
) -> list[Keyed]:
    """The findings of the newest word on each controller."""
    found = (one for one in _all(context, only.controller) if _is_wanted(one, only))
    return part.of(found, lambda one: _key(one, by))


def show_finding(context: Context, finding: str) -> Document:
    """One finding. Raises NotFound, also where the newest sweep does not see it any more."""
    for one in _all(context, None):
        if one["id"] == finding:
            return one
    raise NotFound("finding", finding)


def acknowledge(context: Context, finding: str, *, who: str, note: str) -> Document:
    """Say that one knows of it. Raises NotFound."""
    with _acting(context, Act.FINDING_ACKNOWLEDGE, finding, who) as act, act.done(note):
        word = Word(who, context.clock.now().wall, note)
        context.store.acknowledge(finding, word)
    return show_finding(context, finding)


def forget_acknowledged(context: Context, finding: str, *, who: str) -> Document:
    """Take that back. Raises NotFound."""
    with _acting(context, Act.FINDING_FORGET, finding, who) as act, act.done():
        context.store.acknowledge(finding, None)
    return show_finding(context, finding)


def suppress(context: Context, finding: str, *, who: str, reason: str, until: datetime) -> Document:
    """Have nothing begin for it by itself before a moment.

    Raises:
        NotFound: the newest sweep does not see it.
        InvalidInput: the moment is over, or too far away.
    """
    with _acting(context, Act.FINDING_SUPPRESS, finding, who) as act:
        now = believed_now(context)
        if not now < until <= now + timedelta(seconds=LONGEST_SUPPRESSION_S):
            days = LONGEST_SUPPRESSION_S / 86_400
            raise InvalidInput(
                f"found {moment(until)}", where="until", expected=f"within {days:.0f} days from now"
            )
        with act.done(f"until {moment(until)}: {reason}"):
            word = Word(who, context.clock.now().wall, reason)
            context.store.suppress(finding, word, until=until)
    return show_finding(context, finding)


def lift_suppression(context: Context, finding: str, *, who: str) -> Document:
    """Let things begin for it again. Raises NotFound."""
    with _acting(context, Act.FINDING_LIFT, finding, who) as act, act.done():
        context.store.suppress(finding, None, until=None)
    return show_finding(context, finding)


@contextmanager
def _acting(context: Context, act: Act, finding: str, who: str) -> Iterator[Acting]:
    """An act on a finding that the newest sweep sees, told to the audit trail. Raises NotFound."""
    with acting(context, act, who=who, about=f"finding {finding}") as acted:
        acted.about(controller=str(show_finding(context, finding)["controller"]))
        yield acted


def suppressed_now(context: Context) -> frozenset[str]:
    """The ids of the findings for which nothing begins by itself."""
    now = believed_now(context)
    return frozenset(
        finding for finding, mark in context.store.marks().items() if mark.is_suppressed(now)
    )


def looks_of(context: Context) -> dict[str, Look]:
    """The newest word on each controller that the inventory still has."""
    known = set(context.inventory.names)
    return {look.controller: look for look in context.store.looks() if look.controller in known}


def listed(document: object, key: str) -> list[Document]:
    """The documents that another one has under a key."""
    found = document.get(key, ()) if isinstance(document, dict) else ()
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _all(context: Context, controller: str | None) -> list[Document]:
    marks, now = context.store.marks(), believed_now(context)
    return [
        {
            **finding,
            "controller": look.controller,
            "sweep": look.sweep,
            "seen": moment(look.at),
            **_said(marks.get(str(finding["id"])) or Mark(str(finding["id"])), now),
        }
        for look in looks_of(context).values()
        if controller in (None, look.controller)
        for finding in listed(look.document, "findings")
    ]


def _said(mark: Mark, now: datetime) -> Document:
    known, quiet = mark.acknowledged, mark.suppressed if mark.is_suppressed(now) else None
    return {
        "state": mark.state(now),
        "acknowledged": known and {"by": known.by, "at": moment(known.at), "note": known.why},
        "suppressed": quiet
        and {
            "by": quiet.by,
            "at": moment(quiet.at),
            "reason": quiet.why,
            "until": moment(mark.until),
        },
    }


def _is_wanted(finding: Document, only: FindingsOnly) -> bool:
    wanted = {"issue": only.issue, "confidence": only.confidence, "state": only.state}
    return all(value in (None, finding.get(key)) for key, value in wanted.items())


def _key(finding: Document, by: FindingOrder) -> Key:
    first = str(finding.get(by))
    if by == "confidence":
        first = str(Confidence(first).rank)
    return (first, str(finding["controller"]), str(finding["id"]))
