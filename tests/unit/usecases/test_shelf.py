"""When a plan looks at software files: the inventory names a folder, and the policy installs."""

from dataclasses import dataclass, field, replace

import pytest

from service.domain.inventory import Inventory, SoftwareSource
from service.domain.observation import Platform
from service.domain.plan import Asked
from service.domain.policy import ALL_STRATEGIES
from service.domain.software_files import SoftwareShelf
from service.usecases.plan import propose
from tests.support.stage import Stage

SOURCE = SoftwareSource("/srv/images", "https://192.0.2.5/")


@dataclass
class RecordedFiles:
    """What the port was asked."""

    asked: list[tuple[SoftwareSource, Platform]] = field(default_factory=list)

    def shelf(self, source: SoftwareSource, platform: Platform) -> SoftwareShelf:
        self.asked.append((source, platform))
        return SoftwareShelf(is_stated=True)


def asked_for(source, *strategies):
    stage = Stage()
    stage.policy = replace(stage.policy, strategies=strategies)
    files = RecordedFiles()
    inventory = Inventory((stage.controller,), software=source)
    context = replace(stage.process().context, software_files=files, inventory=inventory)
    propose(context, stage.box.name, Asked())
    return files.asked


def test_a_plan_looks_at_the_folder_for_its_own_platform():
    assert asked_for(SOURCE, *ALL_STRATEGIES) == [(SOURCE, Platform.IOSXE)]


@pytest.mark.parametrize(
    ("source", "strategies"), [(None, ALL_STRATEGIES), (SOURCE, ("clock-window",))]
)
def test_nothing_is_looked_at_without_a_folder_or_where_the_policy_installs_nothing(
    source, strategies
):
    assert asked_for(source, *strategies) == []
