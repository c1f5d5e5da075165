"""A stage whose AireOS has APs that are stuck: first the clock window, then the image.

The stuck ones are played by the box until they took an image, as in a clock window; from then on
they load and boot images like the others.
"""

from dataclasses import dataclass, replace

from service.domain.inventory import Inventory, SoftwareSource
from service.domain.journal import Closed
from service.domain.observation import ApState, ControllerView, Platform, Topic
from service.domain.plan import Asked, Situation
from service.domain.planning import make_plan
from service.domain.software_files import SoftwareShelf
from service.domain.strategies import fixed_software
from service.usecases.plan import Proposal
from service.usecases.truth import true_time_by
from tests.support.cases import catalogue
from tests.support.image_stage import (
    FakeImages,
    ImageStage,
    broken_image,
    image_ap,
)
from tests.support.stage import Process, ap

HOSTS = {"host-1": "boot-1", "host-2": "boot-of-host-2"}


@dataclass
class Shelves:
    """What lies in the folder, as of now."""

    shelf_now: SoftwareShelf

    def shelf(self, source: SoftwareSource, platform: Platform) -> SoftwareShelf:
        del source, platform
        return self.shelf_now


class ChainImages(FakeImages):
    """APs that are stuck are shown as the box has them."""

    def seen(self, view: ControllerView, topics: frozenset[Topic]) -> ControllerView:
        shown = super().seen(self._awake(view), topics)
        stuck = {fake.mac for fake in self.box.aps if not fake.serves}
        loops = tuple(one for one in view.aps or () if one.mac in stuck)
        others = tuple(one for one in shown.aps or () if one.mac not in stuck)
        unsaved = self.unsaved or self.box.unsaved
        return replace(
            shown,
            aps=None if shown.aps is None else (*others, *loops),
            unsaved=unsaved if Topic.SAVED in topics else None,
        )

    def _awake(self, view: ControllerView) -> ControllerView:
        """One that the window mended serves from then on."""
        for fake in self.box.aps:
            mine = next((one for one in self.aps if one.mac == fake.mac), None)
            if mine is not None and fake.mended and mine.state is ApState.DOWNLOADING:
                mine.state = fake.state
        return view


class ChainStage(ImageStage):
    """Two stuck IOS APs, and one that serves."""

    IMAGES = ChainImages

    def __init__(self, *, stuck=None, **fields) -> None:
        looping = [ap(1), ap(2)] if stuck is None else stuck
        macs = {one.mac for one in looping}
        aps = [image_ap(n) for n in (1, 2, 3)]
        for one in aps:
            one.state = ApState.DOWNLOADING if one.mac in macs else one.state
        super().__init__(stuck=looping, aps=aps, hosts=dict(HOSTS), **fields)
        self.shelves = Shelves(self.shelf)

    def process(self, **fields) -> Process:
        made = super().process(**fields)
        source = SoftwareSource("/srv/images")
        inventory = Inventory(made.context.inventory.controllers, freezes=self.freezes)
        context = replace(
            made.context,
            inventory=replace(inventory, software=source),
            software_files=self.shelves,
        )
        return replace(made, context=context)

    @property
    def controller(self):
        return replace(super().controller, platform=Platform.AIREOS)

    def propose(self, process: Process, asked: Asked | None = None) -> Proposal:
        view = self.look(process)
        finding = self.finding(view)
        issue = catalogue().get("FN72524")
        assert issue is not None
        situation = Situation(
            finding,
            issue,
            self.controller,
            view,
            true_time_by(process.context, view),
            software=catalogue().software,
            shelf=self.shelves.shelf_now,
        )
        planned = make_plan(situation, asked or self.asked, strategy=fixed_software.NAME)
        return Proposal(planned, finding, view, {})


def broken_chain(stage: ChainStage, closed: Closed | None, *, loud: bool = False) -> list[str]:
    """What must never be at the end, of the window and of the installation.

    An AP that was never mended loops on; that is how it was found.
    """
    stuck = {fake.mac for fake in stage.box.aps if not fake.serves}
    found = [
        one
        for one in broken_image(stage, closed, loud=loud)
        if not any(str(mac) in one for mac in stuck)
    ]
    return [*found, *stage.box.differences()]
