"""The clock window on the staging controller, worked out before its APs are there and after.

Both times from the same: what the staging controller is, and what is known of the APs at home. How
they look there plays no part, or the window that was approved would never be the one that is due.
"""

from dataclasses import replace

from service.domain.catalogue import Issue
from service.domain.finding import AffectedAp, Confidence, Finding
from service.domain.instants import TrueTime
from service.domain.inventory import Controller
from service.domain.observation import ControllerView
from service.domain.plan import Situation


def window_situation(
    issue: Issue,
    controller: Controller,
    view: ControllerView,
    aps: tuple[AffectedAp, ...],
    true_time: TrueTime | None,
) -> Situation:
    """What a window for some APs is planned from.

    Args:
        issue: what the APs have, on whichever controller.
        controller: the staging controller.
        view: a fresh look at it.
        aps: the APs of the wave, as the finding at home has them.
        true_time: by the staging controller, or beside it.
    """
    moving = {ap.mac for ap in aps}
    residents = tuple(ap for ap in view.aps or () if ap.mac not in moving)
    seen = replace(view, aps=None if view.aps is None else residents)
    finding = Finding(controller.name, issue.name, Confidence.PROBABLE, aps)
    return Situation(finding, issue, controller, seen, true_time)
