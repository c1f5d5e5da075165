"""A plan as a value: what would be done to one controller, readable before anything is touched."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeAlias

from service.domain.box_note import BoxNote
from service.domain.catalogue import Issue
from service.domain.changes import Change
from service.domain.diagnosis.verdict import Explanation
from service.domain.finding import Finding
from service.domain.identity import BaseRadioMac
from service.domain.instants import TrueTime
from service.domain.inventory import Controller
from service.domain.journal import Charter
from service.domain.observation import ControllerView
from service.domain.software import SoftwareMatrix
from service.domain.software_files import SoftwareShelf
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
class Companion:
    """The staging controller that the inventory names, looked at for a plan.

    Attributes:
        view: None where it could not be read: `trouble` says why.
        true_time: by it, or beside it; None where nothing vouches.
    """

    controller: Controller
    view: ControllerView | None = None
    true_time: TrueTime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan is made from.

    Attributes:
        view: a fresh look at every topic.
        true_time: None where nothing vouches for it.
        tried: what did not help before, newest first.
        software: where software leads; empty: nothing is known of releases.
        shelf: the files that lie ready; empty where no folder is named, or nothing would be
            installed.
        explained: the controller's other APs that look ill, each with its own cause.
        peers: what polls kept of the other controllers of its mobility group.
        companion: its staging controller; None where none is named, or no plan asks for it.
    """

    finding: Finding
    issue: Issue
    controller: Controller
    view: ControllerView
    true_time: TrueTime | None
    tried: tuple[Tried, ...] = ()
    software: SoftwareMatrix = SoftwareMatrix()  # noqa: RUF009 - frozen
    shelf: SoftwareShelf = SoftwareShelf()  # noqa: RUF009 - frozen
    explained: tuple[Explanation, ...] = ()
    peers: tuple[BoxNote, ...] = ()
    companion: Companion | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan is asked for with.

    Attributes:
        approved_by: who approves; empty while it is only shown.
        accept_reload: that the controller reloads.
        accept_stranded: that APs may be left without software that they could fall back to.
    """

    accept_suspected: bool = False
    save_pending: bool = False
    approved_by: str = ""
    accept_reload: bool = False
    accept_stranded: bool = False

    @classmethod
    def by(cls, charter: Charter) -> "Asked":
        """What a plan was made with."""
        return cls(
            accept_suspected=charter.accepted_suspected,
            save_pending=charter.save_pending,
            accept_reload=charter.accepted_reload,
            accept_stranded=charter.accepted_stranded,
        )


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step as shown before it is done.

    Attributes:
        changes: what would be sent; times in them are those of the moment of planning.
        undo: what puts it back.
        on: the controller that it is sent to; empty: the plan's own.
    """

    name: str
    summary: str
    changes: tuple[Change, ...] = ()
    undo: tuple[Change, ...] = ()
    on: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a way would cost, in numbers that follow from the plan and the policy.

    Attributes:
        minutes, minutes_at_most: from the first step to the last, usually and by the policy.
        reloads, reloads_at_most: of controllers; the second where something fails on the way.
        false_time_s, false_time_at_most_s: how long a clock shows a false date.
        aps_touched: APs that are meant to join, move or load an image.
        clients_touched: what their clients are; None where nobody tells.
    """

    minutes: int
    minutes_at_most: int
    reloads: int = 0
    reloads_at_most: int = 0
    false_time_s: int = 0
    false_time_at_most_s: int = 0
    aps_touched: int = 0
    clients_touched: int | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to mend the finding, chosen or not.

    Attributes:
        cost: in words; estimate: in numbers, None where it was not planned.
        risk: what may go wrong; undo: what takes it back.
        disturbs: what of the controller's surroundings it would disturb, as far as it is known.
    """

    name: str
    applicable: bool
    reason: str
    cost: str
    estimate: Estimate | None = None
    risk: str = ""
    undo: str = ""
    disturbs: tuple[str, ...] = ()


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
    for passing in ("digest", "true_time", "approved_by", "switches", "ticket"):
        del substance[passing]
    if charter.image is not None:
        for registered in ("aps", "hit"):  # who happens to be there just now
            del substance["image"][registered]
    if charter.then is None:
        del substance["then"]
    else:
        substance["then"] = [charter.then.strategy, charter.then.digest]
    substance["aps"] = sorted(str(ap.mac) for ap in charter.aps)
    substance["ntp"] = sorted((e.label, sorted(e.leaves)) for e in charter.ntp.entries)
    text = json.dumps(substance, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
