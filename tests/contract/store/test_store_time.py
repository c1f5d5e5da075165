"""Wall clocks jump by hours and years; leases, due times and ticks do not notice."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.config.clock import SystemClock
from service.errors import LeaseHeld, LeaseLost
from service.ports.clock import UNNAMED_BOOT
from service.ports.requests import Kind
from service.ports.store import Holder, Lease, Store
from service.store.sql import SqlStore
from tests.support.fake_clock import FakeClock, World
from tests.support.stores import MemoryStore

ME, YOU = Holder("host-1", "boot-1", 100, "100"), Holder("host-1", "boot-1", 200, "200")
TTL_S, AGAIN_S = 120.0, 10.0
HOUR_S, YEAR_S = 3600.0, 365 * 86400.0
REMEDIATION = Kind.REMEDIATION

jumps = st.sampled_from([0.0, HOUR_S, -HOUR_S, YEAR_S, -YEAR_S, -30 * YEAR_S])
waits = st.sampled_from([0.0, 1.0, AGAIN_S, TTL_S - 1, TTL_S])
acts = st.sampled_from(["acquire", "renew", "release", "due", "nudge", "claim", "tick"])
steps = st.lists(st.tuples(acts, st.sampled_from([ME, YOU]), waits, jumps), max_size=25)


@dataclass
class Truth:
    """What has to be so, by true time alone."""

    world: World
    holder: Holder | None = None
    until: float = 0.0
    leases: dict[Holder, Lease] = field(default_factory=dict)
    due: float | None = None
    nudged: float | None = None
    ticked: float | None = None

    def is_past(self, moment: float | None) -> bool:
        return moment is None or moment <= self.world.elapsed

    def acquire(self, store: Store, who: Holder) -> None:
        free = self.holder in (None, who) or self.is_past(self.until)
        try:
            self.leases[who] = store.acquire("hq-1", who, ttl_s=TTL_S)
        except LeaseHeld:
            assert not free
            return
        assert free
        self.holder, self.until = who, self.world.elapsed + TTL_S

    def renew(self, store: Store, who: Holder) -> None:
        if who not in self.leases:
            return
        try:
            store.renew(self.leases[who], ttl_s=TTL_S)
        except LeaseLost:
            assert self.holder != who
            return
        assert self.holder == who
        self.until = self.world.elapsed + TTL_S

    def release(self, store: Store, who: Holder) -> None:
        if who in self.leases:
            store.release(self.leases[who])
            self.holder = None if self.holder == who else self.holder

    def set_due(self, store: Store) -> None:
        store.set_due(REMEDIATION, "r1", in_s=AGAIN_S)
        self.due, self.nudged = self.world.elapsed + AGAIN_S, None

    def nudge(self, store: Store) -> None:
        quiet = self.nudged is None or self.is_past(self.nudged + AGAIN_S)
        told = self.due is not None and self.is_past(self.due) and quiet
        assert len(store.take_nudges(again_after_s=AGAIN_S)) == told
        self.nudged = self.world.elapsed if told else self.nudged

    def claim(self, store: Store) -> None:
        free = self.due is not None and self.is_past(self.due)
        assert store.claim_due(REMEDIATION, "r1", for_s=TTL_S) == free
        if free:
            self.due = self.nudged = self.world.elapsed + TTL_S  # as if told when it runs out

    def tick(self, store: Store) -> None:
        free = self.ticked is None or self.is_past(self.ticked + TTL_S)
        assert store.take_tick("night", apart_s=TTL_S) == free
        self.ticked = self.world.elapsed if free else self.ticked

    def do(self, store: Store, act: str, who: Holder) -> None:
        match act:
            case "acquire" | "renew" | "release":
                getattr(self, act)(store, who)
            case "due":
                self.set_due(store)
            case _:
                getattr(self, act)(store)

    def check(self, store: Store) -> None:
        """The lease is the holder's and nobody else's; what is due is said to be."""
        lease = store.lease_of("hq-1")
        assert (None if lease is None else lease.holder) == self.holder
        if lease is not None:
            assert lease.left_s == pytest.approx(self.until - self.world.elapsed)
        due = store.due_of(REMEDIATION, "r1")
        assert (due is not None and due.is_due) == (self.due is not None and self.is_past(self.due))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_a_wall_clock_that_jumps_between_any_two_calls_changes_nothing(taken):
    world = World()
    clock = FakeClock(world)
    store = MemoryStore(clock)
    truth = Truth(world)
    try:
        for act, who, wait_s, jump_s in taken:
            truth.do(store, act, who)
            world.advance(wait_s)
            clock.off_s += jump_s if abs(clock.off_s + jump_s) < 31 * YEAR_S else -jump_s
            truth.check(store)
    finally:
        store.close()


def rebooted(clock: FakeClock) -> None:
    clock.reboot("boot-2")


@pytest.fixture
def clock(world):
    return FakeClock(world)


@pytest.fixture
def on_disk(tmp_path, clock):
    store = SqlStore(f"sqlite:///{tmp_path / 'aprejoin.db'}", clock)
    yield store
    store.close()


def test_a_lease_of_another_boot_has_run_out_and_its_number_is_kept(on_disk, clock):
    before = on_disk.acquire("hq-1", ME, ttl_s=TTL_S)
    rebooted(clock)
    assert on_disk.lease_of("hq-1").left_s == float("-inf")
    taken = on_disk.acquire("hq-1", YOU, ttl_s=TTL_S)
    assert taken.fencing == before.fencing + 1
    with pytest.raises(LeaseLost):
        on_disk.renew(before, ttl_s=TTL_S)


def test_what_another_boot_said_is_due_since_long_ago_and_nudged_once(on_disk, clock, world):
    on_disk.set_due(REMEDIATION, "r1", in_s=YEAR_S)
    on_disk.take_tick("night", apart_s=YEAR_S)
    rebooted(clock)
    assert on_disk.due_of(REMEDIATION, "r1").in_s == float("-inf")
    assert len(on_disk.take_nudges(again_after_s=AGAIN_S)) == 1
    assert on_disk.take_nudges(again_after_s=AGAIN_S) == ()
    world.advance(AGAIN_S)
    assert len(on_disk.take_nudges(again_after_s=AGAIN_S)) == 1
    assert on_disk.claim_due(REMEDIATION, "r1", for_s=TTL_S)
    assert on_disk.take_tick("night", apart_s=YEAR_S)
    assert not on_disk.take_tick("night", apart_s=YEAR_S)


def test_hosts_that_name_no_boot_have_their_wall_clock_in_common(tmp_path, world):
    url = f"sqlite:///{tmp_path / 'aprejoin.db'}"
    one, two = (SqlStore(url, FakeClock(world, boot_id=f"{UNNAMED_BOOT}{n}")) for n in (1, 2))
    one.acquire("hq-1", ME, ttl_s=TTL_S)
    with pytest.raises(LeaseHeld):
        two.acquire("hq-1", YOU, ttl_s=TTL_S)
    one.close()
    two.close()


def test_hosts_that_share_a_database_server_count_on_its_clock(postgres_url, world):
    one = SqlStore(postgres_url, FakeClock(world, boot_id="boot-1"))
    two = SqlStore(postgres_url, FakeClock(world, boot_id="boot-2", off_s=YEAR_S))
    lease = one.acquire("hq-1", ME, ttl_s=TTL_S)
    one.set_due(REMEDIATION, "r1", in_s=TTL_S)
    world.advance(2 * TTL_S)
    assert 0 < two.lease_of("hq-1").left_s <= TTL_S
    assert 0 < two.due_of(REMEDIATION, "r1").in_s <= TTL_S
    with pytest.raises(LeaseHeld):
        two.acquire("hq-1", YOU, ttl_s=TTL_S)
    one.renew(lease, ttl_s=-1.0)
    assert two.acquire("hq-1", YOU, ttl_s=TTL_S).holder == YOU
    one.close()
    two.close()


def test_processes_of_this_host_count_on_one_boot_time_clock(tmp_path):
    url = f"sqlite:///{tmp_path / 'aprejoin.db'}"
    one, two = SqlStore(url, SystemClock()), SqlStore(url, SystemClock())
    one.acquire("hq-1", ME, ttl_s=TTL_S)
    assert 0 < two.lease_of("hq-1").left_s <= TTL_S
    with pytest.raises(LeaseHeld):
        two.acquire("hq-1", YOU, ttl_s=TTL_S)
    one.close()
    two.close()
