"""Reads topics from one AireOS controller, by whichever way tells each.

A way that is closed costs only what it alone could tell: that is recorded under `unknown`, and the
rest is used. Whoever looks because a change is under way needs the whole answer, though: there a
closed way is an error, to be tried again.
"""

from service.domain.inventory import Controller
from service.domain.observation import SWEEP_TOPICS, ControllerView, Platform, Topic
from service.drivers.aireos.book import Book
from service.drivers.aireos.box_reading import BoxReader, words
from service.drivers.aireos.fleet_reading import TOPICS, FleetReader
from service.drivers.aireos.identify import Identity
from service.drivers.aireos.images import Images
from service.drivers.aireos.look import Look, Step
from service.drivers.aireos.ways import Ways
from service.errors import DeviceBusy, DeviceError, DeviceUnreachable
from service.ports.clock import Clock


class Reader:
    """Reads one controller; as long-lived as its driver."""

    def __init__(
        self,
        controller: Controller,
        ways: Ways,
        book: Book,
        identity: Identity,
        clock: Clock,
        *,
        images: Images,
    ) -> None:
        self._controller = controller
        self._ways = ways
        self._clock = clock
        self._identity = identity
        self._box = BoxReader(controller.name, book, clock, identity.model, identity.release)
        self._fleet = FleetReader(controller.name, book, clock)
        self._images = images

    def read(self, topics: frozenset[Topic], *, timeout_s: float) -> ControllerView:
        """Look at some topics; see the driver port for errors."""
        self._ways.begin()
        look = Look(self._blank(), self._ways, timeout_s)
        for topic, step in self._box.steps.items():
            if topic in topics:
                self._step(look, topic, step)
        if topics & frozenset(TOPICS):
            self._fleet.read(look, topics)
        for topic, step in (
            (Topic.TRANSFER, self._images.transfer),
            (Topic.TRANSFER_SETTINGS, self._images.settings),
        ):
            if topic in topics:
                self._step(look, topic, step)
        if Topic.SAVED in topics:
            self._step(look, Topic.SAVED, _saved)  # last: it ends the session
        self._ensure_answered(look, topics)
        return look.done()

    def _blank(self) -> ControllerView:
        return ControllerView(
            controller=self._controller.name,
            platform=Platform.AIREOS,
            read_at=self._clock.now().wall,
            release=str(self._identity.release),
            restores_itself=False,
            by_hand=words(),
        )

    def _step(self, look: Look, topic: Topic, step: Step) -> None:
        try:
            step(look)
        except DeviceError as err:
            if isinstance(err, DeviceUnreachable):
                self._ways.lost_cli(err)
            look.failed(topic, err)

    def _ensure_answered(self, look: Look, topics: frozenset[Topic]) -> None:
        """A look that lost its session is an error, unless part of the answer is of use."""
        passing = [err for err in look.failures if isinstance(err, DeviceUnreachable | DeviceBusy)]
        if not passing:
            return
        for_a_person = topics >= SWEEP_TOPICS
        nothing_left = self._ways.snmp_error is not None and self._ways.cli_error is not None
        lost_what_counts = self._ways.cli_error in passing
        if nothing_left or (lost_what_counts and not for_a_person):
            raise passing[-1] if nothing_left else self._ways.cli_error or passing[-1]


def _saved(look: Look) -> None:
    """The controller asks at logout whether to save what is not saved: nothing else tells."""
    look.says(unsaved=look.ways.cli().unsaved())
    look.origins["unsaved"] = "logout"
