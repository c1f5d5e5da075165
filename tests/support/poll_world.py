"""A controller of a few access points whose state a test moves, read through the driver port."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from service.domain.identity import BaseRadioMac
from service.domain.inventory import Inventory
from service.domain.observation import ApPulse, ApSighting, ApState, ControllerView, Topic
from service.domain.polling.choosing import DETAIL_TOPICS
from service.usecases.context import Context
from tests.support.builders import CONTROLLER
from tests.support.cases import NOW, catalogue, downloading, not_joined, registered
from tests.support.cases import view as seen_view
from tests.support.fake_clock import FakeClock, FakeProcesses, FakeTimeServers, World, store_clock
from tests.support.memory_store import InMemoryStore

MOVES = ("joins", "downloads", "progresses", "fails", "vanishes")
"""What an AP does that its pulse tells."""
QUIET = ("is renamed", "gets a certificate")
"""What can change of an AP that serves while its pulse stays."""


def mac_of(number: int) -> BaseRadioMac:
    return BaseRadioMac.parse(f"84:3d:c6:00:00:{number:02x}")


@dataclass
class PollWorld:
    """The controller, and a driver to it that counts what it is asked.

    Attributes:
        now: what it shows, and what NTP holds.
        rows: how many rows of APs every answer had.
        asked: the topics of every request.
    """

    now: datetime = NOW
    aps: dict[BaseRadioMac, ApSighting] = field(default_factory=dict)
    release: str = "17.9.1"
    tells_pulses: bool = True
    hides_rows: bool = False
    patches: tuple[str, ...] = ()
    rows: list[int] = field(default_factory=list)
    asked: list[frozenset[Topic]] = field(default_factory=list)

    def move(self, number: int, what: str) -> None:
        """One AP moves, at this moment."""
        mac = mac_of(number)
        was = self.aps.get(mac)
        match what:
            case "joins":
                self.aps[mac] = registered(
                    mac=mac, name=f"AP{number}", boot_time=self.now, join_time=self.now
                )
            case "downloads":
                self.aps[mac] = downloading(
                    mac=mac,
                    name=f"AP{number}",
                    boot_time=self.now,
                    download_started=self.now,
                    download_percent=0,
                )
            case "progresses" if was is not None and was.state is ApState.DOWNLOADING:
                more = min(100, (was.download_percent or 0) + 20)
                self.aps[mac] = replace(was, download_percent=more)
            case "fails":
                tries = 1 if was is None else (was.discovery_requests or 0) + 1
                self.aps[mac] = not_joined(
                    mac=mac,
                    name=f"AP{number}",
                    failure_reason="DTLS",
                    discovery_requests=tries,
                    last_failure_at=self.now,
                )
            case "vanishes":
                self.aps.pop(mac, None)
            case "is renamed" if was is not None:
                self.aps[mac] = replace(was, name=f"{was.name}x")
            case "gets a certificate" if was is not None:
                self.aps[mac] = replace(was, certificate_end=self.now + timedelta(days=900))

    # -- the driver port, as far as polls go -------------------------------------------------

    def read(self, topics, *, timeout_s, aps=None) -> ControllerView:
        assert timeout_s > 0
        self.asked.append(topics)
        found = [ap for mac, ap in sorted(self.aps.items()) if aps is None or mac in aps]
        if aps is not None and self.hides_rows:
            found = []
        is_of_aps = bool(topics & DETAIL_TOPICS)
        self.rows.append(len(found) if is_of_aps else 0)
        has_pulses = Topic.AP_PULSE in topics and self.tells_pulses
        made = seen_view(*found, at=self.now, release=self.release)
        install = made.install and replace(made.install, patches=self.patches)
        return replace(
            made,
            aps=tuple(found) if is_of_aps else None,
            install=install if Topic.INSTALL in topics else None,
            pulses=tuple(map(pulse_of, self.aps.values())) if has_pulses else None,
        )


def pulse_of(ap: ApSighting) -> ApPulse:
    return ApPulse(ap.mac, ap.state, ap.raw_state, ap.boot_time, ap.join_time, ap.is_joined)


def context_of(controller=CONTROLLER) -> Context:
    """A process that polls, with a store of its own."""
    world = World()
    clock = FakeClock(world)
    return Context(
        inventory=Inventory((controller,)),
        catalogue=catalogue(),
        store=InMemoryStore(store_clock(world)),
        drivers=None,
        clock=clock,
        time_servers=FakeTimeServers(clock, None),
        processes=FakeProcesses(None, set()),
    )
