"""That the inventory is another one is recorded once, by whichever worker sees it first."""

from dataclasses import replace

from service.domain.audit import Act
from service.domain.inventory import Inventory
from service.ports.audit import Wanted
from service.usecases.inventory_notes import EVERY_S, note_inventory
from tests.support.stage import Stage


def test_a_changed_inventory_is_recorded_once_and_an_unchanged_one_never_again():
    stage = Stage()
    one, two = stage.process().context, stage.process().context
    assert note_inventory(one)
    assert not note_inventory(two)
    stage.settle(EVERY_S)
    assert not note_inventory(two)
    stage.settle(EVERY_S)
    changed = tuple(replace(each, site="elsewhere") for each in two.inventory.controllers)
    assert note_inventory(replace(two, inventory=Inventory(changed)))
    told = stage.store.records(Wanted(act=Act.INVENTORY_CHANGE), limit=9)
    assert len({record.deed.detail for record in told}) == len(told) == 2
    assert told[0].deed.detail.endswith("1 controllers")
