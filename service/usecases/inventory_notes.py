"""Note in the audit trail that the inventory is another one: a file that anybody may have changed.

Who did is not known here; which controllers and policies counted from when on is. References of
secrets are left out: they are no secrets, but nothing that looks like one goes into a hash either.
"""

import hashlib
from datetime import datetime

from service.domain.audit import Act, Deed, Outcome, canonical
from service.domain.evidence.plain import plain
from service.domain.inventory import Inventory
from service.ports.audit import Wanted
from service.usecases.context import Context

EVERY_S = 60.0
DONE = Wanted(act=Act.INVENTORY_CHANGE, outcome=Outcome.DONE)


def note_inventory(context: Context) -> bool:
    """Look at it once in a while, whichever worker asks; whether it was another one."""
    if not context.store.take_tick("audit.inventory", apart_s=EVERY_S):
        return False
    told = told_of(context.inventory)
    with context.store.together():
        context.store.hold_end()
        last = context.store.records(DONE, limit=1)
        if last and last[0].deed.detail.endswith(told):
            return False
        deed = Deed(Act.INVENTORY_CHANGE, "unknown", context.caller, "inventory", detail=told)
        context.store.record(deed, at=context.clock.now().wall)
    return True


def inventory_since(context: Context) -> datetime:
    """Since when the inventory is what it is, at the latest: when the trail noted it.

    A change that nobody noted yet is one of this moment: it is noted later, and then it counts from
    there.
    """
    last = context.store.records(DONE, limit=1)
    if last and last[0].deed.detail.endswith(told_of(context.inventory)):
        return last[0].at
    return context.clock.now().wall


def told_of(inventory: Inventory) -> str:
    """Which inventory it is, for the trail; an edit by REST ends with it, too."""
    fingerprint = hashlib.sha256(canonical({"inventory": plain(inventory)})).hexdigest()
    return f"sha256 {fingerprint}, {len(inventory.controllers)} controllers"
