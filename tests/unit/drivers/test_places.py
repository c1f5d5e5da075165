"""Places for sessions: who gets one, who needs none, and that all are given back."""

from dataclasses import replace

import pytest

from service.domain.inventory import PushWanted
from service.domain.observation import Topic
from service.drivers.placed_pushes import PLACE_TTL_S as PUSH_TTL_S
from service.drivers.placed_pushes import PlacedPushSessions
from service.drivers.places import EVERYWHERE, PLACE_TTL_S, WAIT_S, PlacedDrivers
from service.drivers.pool import MOST_IDLE, DriverPool
from service.errors import DeviceBusy, DeviceTaken, DeviceUnreachable
from tests.support.builders import CONTROLLER, POLICY
from tests.support.crew import crew_stage
from tests.support.fake_clock import FakeProcesses

TOPICS = frozenset({Topic.CLOCK})
THREE = replace(CONTROLLER, policy=replace(POLICY, max_sessions=3))


class Host:
    """Processes that open sessions to the one box of a stage."""

    def __init__(self, limit: int = 50) -> None:
        self.stage, self.limit = crew_stage(), limit

    def process(self) -> PlacedDrivers:
        context = self.stage.process().context
        me = context.processes.me()
        return PlacedDrivers(
            context.drivers, self.stage.store, FakeProcesses(me, set()), context.clock, self.limit
        )

    @property
    def sessions(self) -> int:
        return len(self.stage.box.sessions)


def test_all_but_one_of_the_sessions_are_for_those_that_read():
    host = Host()
    first, second = host.process().open(THREE), host.process().open(THREE)
    with pytest.raises(DeviceBusy, match="2 sessions of ours read it already"):
        host.process().open(THREE)
    assert host.sessions == 2
    first.close()
    third = host.process().open(THREE)
    assert host.sessions == 2
    second.close()
    third.close()
    assert host.sessions == 0


def test_readers_leave_a_session_to_the_subscription_that_the_inventory_has():
    host, told = Host(), replace(THREE, push=PushWanted())
    host.process().open(told)
    with pytest.raises(DeviceBusy, match="1 sessions of ours read it already"):
        host.process().open(told)


def test_one_listener_is_subscribed_and_another_follows_when_its_place_is_given_back_or_runs_out():
    host, opened = Host(), []
    context = host.stage.process().context

    class Opener:
        """Sessions that only have to be closed."""

        controller = "hq-1"

        def open(self, controller):
            opened.append(controller)
            return self

        def take(self, *, within_s):
            """Nothing comes."""

        def close(self):
            """Closed."""

    sessions = PlacedPushSessions(Opener(), host.stage.store, context.clock)
    first = sessions.open(THREE)
    with pytest.raises(DeviceTaken, match="another listener is subscribed"):
        sessions.open(THREE)
    for _ in range(9):
        context.clock.wait(PUSH_TTL_S / 3)
        first.take(within_s=0.0)
    with pytest.raises(DeviceTaken):
        sessions.open(THREE)
    context.clock.wait(PUSH_TTL_S + 1)
    sessions.open(THREE).close()
    sessions.open(THREE)
    assert len(opened) == 3


def test_who_holds_the_lease_needs_no_place_and_there_is_one_such_process():
    host = Host()
    for _ in range(2):
        host.process().open(THREE)
    mender = host.process()
    lease = host.stage.store.acquire("hq-1", mender._processes.me(), ttl_s=60)
    mender.open(THREE)
    assert host.sessions == 3
    host.stage.store.release(lease)
    with pytest.raises(DeviceBusy):
        mender.open(THREE)


def test_a_lease_that_ran_out_or_is_somebody_elses_is_no_place():
    host = Host()
    for _ in range(2):
        host.process().open(THREE)
    mender, other = host.process(), host.process()
    host.stage.store.acquire("hq-1", mender._processes.me(), ttl_s=60)
    with pytest.raises(DeviceBusy):
        other.open(THREE)
    host.stage.world.advance(61)
    with pytest.raises(DeviceBusy):
        mender.open(THREE)


def test_a_login_that_fails_gives_its_place_back():
    host = Host()
    host.stage.box.unreachable = True
    for _ in range(5):
        with pytest.raises(DeviceUnreachable):
            host.process().open(THREE)
    host.stage.box.unreachable = False
    host.process().open(THREE)
    host.process().open(THREE)


def test_a_place_is_kept_while_it_is_used_and_lost_with_its_process():
    host = Host()
    used = host.process().open(THREE)
    host.process().open(THREE)  # dies here
    for _ in range(3):
        host.stage.world.advance(PLACE_TTL_S - 1)
        used.read(TOPICS, timeout_s=60)
    host.process().open(THREE)
    with pytest.raises(DeviceBusy):
        host.process().open(THREE)


def test_closing_twice_takes_nobodys_place_away():
    host = Host()
    first = host.process().open(THREE)
    first.close()
    host.process().open(THREE)
    host.process().open(THREE)
    first.close()
    with pytest.raises(DeviceBusy):
        host.process().open(THREE)


def test_over_the_whole_fleet_one_waits_for_a_place():
    host = Host(limit=1)
    first = host.process().open(THREE)
    waits = []

    def give_back_after_a_second() -> None:
        waits.append(host.stage.world.elapsed)
        if len(waits) == 4:
            first.close()

    host.stage.world.moved.append(give_back_after_a_second)
    began = host.stage.world.elapsed
    second = host.process().open(THREE)
    assert host.stage.world.elapsed - began >= 3 * WAIT_S
    host.stage.world.moved.clear()
    second.close()
    assert host.stage.store.take_slot(EVERYWHERE, limit=1, ttl_s=1) is not None


def test_one_that_waited_in_vain_is_told_and_leaves_its_place_at_the_controller():
    host = Host(limit=1)
    host.process().open(THREE)
    with pytest.raises(DeviceBusy, match="1 sessions of ours are open in the whole fleet"):
        host.process().open(THREE)
    host.limit = 2
    host.process().open(THREE)


def test_a_pool_keeps_a_few_idle_sessions_and_no_more():
    class Session:
        alive = True

        def __init__(self, controller: str) -> None:
            self.controller, self.is_open = controller, True

        def close(self) -> None:
            self.is_open = False

    class Opener:
        def open(self, controller):
            return Session(controller.name)

    pool = DriverPool(Opener())
    loans = [pool.open(replace(CONTROLLER, name=f"c{number}")) for number in range(MOST_IDLE + 9)]
    for loan in loans:
        loan.close()
    still_open = [loan for loan in loans if loan._driver.is_open]
    assert len(still_open) == MOST_IDLE
    pool.close()
    assert not any(loan._driver.is_open for loan in loans)
