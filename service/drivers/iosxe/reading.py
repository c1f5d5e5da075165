"""Reads topics from one C9800, over NETCONF or RESTCONF, and hands back one ControllerView.

What the release lacks is not asked for. What a controller refuses to tell is recorded under
`unknown` with its own words; an element that it does not know is left out and asked again, since a
maintenance release may lack what its train has. A reply that is not understood is an error, never
an empty answer. What is read of the box, its software and its access points has a file each.
"""

from collections.abc import Mapping

from service.domain.identity import BaseRadioMac
from service.domain.inventory import Controller
from service.domain.ntp import Role
from service.domain.observation import ControllerView, Platform, Topic
from service.drivers.iosxe import box_reading, fleet_reading, grants, ntp_entries, software_reading
from service.drivers.iosxe.asking import Asker, Asking
from service.drivers.iosxe.commands import CommandLine
from service.drivers.iosxe.documents import WrongNamespaceError
from service.drivers.iosxe.look import Look, Step, Told
from service.drivers.links.netconf import RpcRefused
from service.errors import DeviceBusy, ReplyMalformed
from service.ports.clock import Clock

TOLD_S = 5.0
"""What was told while connecting counts for so long as the first look's."""


class Reader:
    """Reads one controller; as long-lived as its session."""

    def __init__(
        self,
        controller: Controller,
        asker: Asking,
        *,
        clock: Clock,
        commands: CommandLine,
        because: str | None = None,
        told: Told | None = None,
    ) -> None:
        """How to read one.

        Args:
            controller: whom.
            asker: asks it.
            clock: this host's.
            commands: asks what no model offers.
            because: why it is not read the other way; told with every look.
            told: what it said of itself while connecting; the first look need not ask again.
        """
        self._controller, self._because, self._told = controller, because, told
        self._clock = clock
        self._asker = asker
        self._steps: Mapping[Topic, Step] = {
            Topic.CLOCK: self._clock_reading,
            **box_reading.STEPS,
            **fleet_reading.STEPS,
            **software_reading.SoftwareReader(commands).steps,
        }

    def read(
        self,
        topics: frozenset[Topic],
        *,
        timeout_s: float,
        aps: frozenset[BaseRadioMac] | None = None,
    ) -> ControllerView:
        """Look at some topics; see the driver port for errors."""
        look = Look(
            self._blank(), self._asker, timeout_s, topics, only=aps, short=self._short(topics)
        )
        for topic, step in self._steps.items():
            if topic in topics:
                self._step(step, topic, look)
        return look.done()

    def _short(self, topics: frozenset[Topic]) -> tuple[str, ...]:
        """What may be asked for together."""
        reads = self._asker.contract.reads.items()
        wanted = (key for key, read in reads if read.short and read.topic in topics)
        return tuple(filter(self._asker.offers, wanted))

    def _clock_reading(self, look: Look) -> None:
        """One request for the clock and for what the box is, where both are asked for."""
        told, self._told = self._told, None
        if told is not None and self._clock.now().seconds_since(told.before) <= TOLD_S:
            look.told = told
            look.note_origins("system")
        elif Topic.IDENTITY in look.topics:
            look.told = box_reading.asked(look, "system", self._clock)
        box_reading.clock_reading(look, self._clock)

    def _blank(self) -> ControllerView:
        return ControllerView(
            controller=self._controller.name,
            platform=Platform.IOSXE,
            read_at=self._clock.now().wall,
            release=str(self._asker.release),
            transport="netconf" if isinstance(self._asker, Asker) else "restconf",
            transport_note=self._because,
            by_hand=grants.words(self._asker.contract),
        )

    def _step(self, step: Step, topic: Topic, look: Look) -> None:
        try:
            step(look)
        except WrongNamespaceError as err:
            raise ReplyMalformed(self._controller.name, topic, str(err)) from err
        except RpcRefused as err:
            if err.busy:
                raise DeviceBusy(self._controller.name, topic, str(err)) from err
            look.unknown[topic] = str(err)
        except ValueError as err:
            look.unknown[topic] = str(err)

    def forget(self) -> None:
        """What was told while connecting counts no more: something was done since."""
        self._told = None

    # -- what a change looks at before it is sent ------------------------------------------

    def trustpool_policy_holds_anything(self, *, timeout_s: float) -> bool:
        """Whether there is a trustpool policy with something in it."""
        data = box_reading.policy_data(self._asker, timeout_s)
        return grants.holds_anything(self._asker.contract, self._asker.release, data)

    def empty_vrfs(self, *, timeout_s: float) -> tuple[tuple[Role, str], ...]:
        """The VRFs below `ntp server` and `ntp peer` that hold no entry."""
        data = box_reading.ntp_data(self._asker, timeout_s)
        return ntp_entries.empty_vrfs(self._asker.contract, data)

    def is_syncing(self, *, timeout_s: float) -> bool:
        """Whether the box is taking CLI changes over into its models (edits are refused then).

        ValueError over RESTCONF, which does not ask.
        """
        look = Look(self._blank(), self._asker, timeout_s)
        return software_reading.is_syncing(look.session(), timeout_s=timeout_s)
