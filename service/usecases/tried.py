"""What was carried out on a controller before and did not help: planning goes by it.

Only what a step itself has noted down counts, AP by AP: a remediation that ended for another reason
says nothing of its strategy.
"""

from service.domain.identity import BaseRadioMac
from service.domain.journal import Observed
from service.domain.plan import Tried
from service.domain.steps.protocol import UNHELPED
from service.domain.strategies import expired_cert_override, fixed_software
from service.ports.store import RemediationRow
from service.usecases.context import Context

REMEMBERED = (expired_cert_override.NAME, fixed_software.NAME)
"""Strategies that note down whom they did not help."""


def tried_on(context: Context, controller: str) -> tuple[Tried, ...]:
    """What did not help on this controller, newest first."""
    rows = context.store.remediations(controller=controller)
    found = (_tried(context, row) for row in rows if _may_tell(row))
    return tuple(one for one in found if one is not None)


def _may_tell(row: RemediationRow) -> bool:
    return row.closed is not None and row.charter.strategy in REMEMBERED


def _tried(context: Context, row: RemediationRow) -> Tried | None:
    events = (entry.event for entry in context.store.journal(row.id))
    noted = [e.facts[UNHELPED] for e in events if isinstance(e, Observed) and UNHELPED in e.facts]
    if not noted or not noted[-1]:
        return None
    charter = row.charter
    aps = frozenset(BaseRadioMac.parse(mac) for mac in noted[-1].split())
    return Tried(charter.strategy, row.id, charter.true_time.at, charter.release, aps)
