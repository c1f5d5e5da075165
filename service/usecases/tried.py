"""What was carried out on a controller before and did not help: planning goes by it.

Only what a step itself has noted down counts, AP by AP: a remediation that ended for another reason
says nothing of its strategy.
"""

from service.domain.identity import BaseRadioMac
from service.domain.plan import Tried
from service.domain.remediation import Run
from service.domain.steps.policy import WAIT
from service.domain.steps.wait_for_joins import UNHELPED
from service.domain.strategies import expired_cert_override
from service.ports.store import RemediationRow
from service.usecases.context import Context


def tried_on(context: Context, controller: str) -> tuple[Tried, ...]:
    """What did not help on this controller, newest first."""
    rows = context.store.remediations(controller=controller)
    found = (_tried(context, row) for row in rows if _may_tell(row))
    return tuple(one for one in found if one is not None)


def _may_tell(row: RemediationRow) -> bool:
    return row.closed is not None and row.charter.strategy == expired_cert_override.NAME


def _tried(context: Context, row: RemediationRow) -> Tried | None:
    macs = Run(context.store.journal(row.id)).facts(WAIT).get(UNHELPED, "").split()
    if not macs:
        return None
    charter = row.charter
    aps = frozenset(BaseRadioMac.parse(mac) for mac in macs)
    return Tried(charter.strategy, row.id, charter.true_time.at, charter.release, aps)
