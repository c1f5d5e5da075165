"""A plan as a value: what would be done to one controller, readable before anything is touched."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from service.domain.catalogue import Issue
from service.domain.changes import Change
from service.domain.finding import Finding
from service.domain.identity import BaseRadioMac
from service.domain.instants import TrueTime
from service.domain.inventory import Controller
from service.domain.journal import Charter
from service.domain.observation import ControllerView
from service.domain.software import SoftwareMatrix
from service.domain.window import Window


@dataclass(frozen=True, slots=True)
class Tried:
    """A strategy that was carried out on this controller and was seen not to help.

    Attributes:
        at: when it was begun; release: what the controller ran then.
        aps: those that did not come.
    """

    strategy: str
    remediation: str
    at: datetime
    release: str
    aps: frozenset[BaseRadioMac]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan is made from.

    Attributes:
        view: a fresh look at every topic.
        true_time: None where nothing vouches for it.
        tried: what did not help before, newest first.
        software: where software leads; empty: nothing is known of releases.
    """

    finding: Finding
    issue: Issue
    controller: Controller
    view: ControllerView
    true_time: TrueTime | None
    tried: tuple[Tried, ...] = ()
    software: SoftwareMatrix = SoftwareMatrix()  # noqa: RUF009 - frozen


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is asked for with.

    Attributes:
        approved_by: who approves; empty while it is only shown.
    """

    accept_suspected: bool = False
    save_pending: bool = False
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step as shown before it is done.

    Attributes:
        changes: what would be sent; times in them are those of the moment of planning.
        undo: what puts it back.
    """

    name: str
    summary: str
    changes: tuple[Change, ...] = ()
    undo: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to mend the finding, chosen or not."""

    name: str
    applicable: bool
    reason: str
    cost: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done to one controller.

    Attributes:
        window: None where no clock is set.
        by_hand: the way home for a person, where the box cannot take it by itself.
    """

    charter: Charter
    window: Window | None
    steps: tuple[PlanStep, ...]
    impact: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    expires: datetime
    by_hand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoPlan:
    """Why there is no plan."""

    reason: str
    alternatives: tuple[Alternative, ...] = ()


Planned: TypeAlias = Plan | NoPlan


def digest_of(charter: Charter) -> str:
    """What an approval binds to: everything that would be done and to whom.

    Not in it: when it was asked for, who approved, the digest itself, and the order in which a
    controller happens to list things.
    """
    substance = asdict(charter)
    for passing in ("digest", "true_time", "approved_by", "switches"):
        del substance[passing]
    substance["aps"] = sorted(str(ap.mac) for ap in charter.aps)
    substance["ntp"] = sorted((e.label, sorted(e.leaves)) for e in charter.ntp.entries)
    text = json.dumps(substance, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
