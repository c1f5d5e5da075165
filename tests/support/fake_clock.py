"""True time and the clocks of hosts, moved by hand: nothing in here waits."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from service.domain.instants import Instant, TimeSource
from service.ports.store import Holder

START = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
FOREVER_S = 40 * 86400.0


class World:
    """True time. Whoever lives in it catches up when it moves."""

    def __init__(self, start: datetime = START) -> None:
        self.start = start
        self.elapsed = 0.0
        self.moved: list[Callable[[], None]] = []
        self.pulse_s = FOREVER_S  # time moves in steps of at most this

    def true_utc(self, at: float | None = None) -> datetime:
        return self.start + timedelta(seconds=self.elapsed if at is None else at)

    def advance(self, seconds: float) -> None:
        until = self.elapsed + max(0.0, seconds)
        assert until < FOREVER_S, "time runs away: somebody waits for ever"
        while True:
            self.elapsed = min(until, self.elapsed + self.pulse_s)
            for catch_up in self.moved:
                catch_up()
            if self.elapsed >= until:
                return


class FakeClock:
    """The clocks of one host, over its reboots."""

    def __init__(
        self, world: World, *, boot_id: str = "boot-1", off_s: float = 0.0, vouches: bool = True
    ) -> None:
        self.world = world
        self.boot_id = boot_id
        self.off_s = off_s  # the host's wall clock minus true time
        self.vouches = vouches
        self.claims = False  # says that it is right, whatever it shows
        self._booted = world.elapsed - 5000.0

    def now(self) -> Instant:
        wall = self.world.true_utc() + timedelta(seconds=self.off_s)
        return Instant(wall, self.world.elapsed - self._booted, self.boot_id)

    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    def vouch(self) -> TimeSource | None:
        error_s = 0.0 if self.claims else -self.off_s
        return TimeSource("host clock (disciplined)", error_s, 0.01) if self.vouches else None

    def reboot(self, boot_id: str, *, off_s: float | None = None) -> None:
        self.boot_id = boot_id
        self._booted = self.world.elapsed - 30.0
        self.off_s = self.off_s if off_s is None else off_s


def store_clock(world: World) -> FakeClock:
    """The clock that a store of this world counts on: no host's, so nobody sets or reboots it."""
    return FakeClock(world, boot_id="boot-of-the-store", off_s=12_345.0)


class FakeProcesses:
    """One process, and what it knows of others: `dead` is shared by all of them."""

    def __init__(self, me: Holder, dead: set[Holder]) -> None:
        self._me = me
        self.dead = dead

    def me(self) -> Holder:
        return self._me

    def is_proven_dead(self, holder: Holder) -> bool:
        return holder.host == self._me.host and holder in self.dead


class FakeTimeServers:
    """NTP servers that answer, by host: each with true time minus the asking host's wall clock."""

    def __init__(self, clock: FakeClock, answers: dict[str, float] | None = None) -> None:
        self._clock = clock
        self.errors_s = answers or {}
        self.asked: list[str] = []
        self.takes_s = 0.1

    def ask(self, host: str) -> TimeSource | None:
        self.asked.append(host)
        self._clock.wait(self.takes_s)
        if host not in self.errors_s:
            return None
        return TimeSource(f"NTP server {host}", self.errors_s[host] - self._clock.off_s, 0.05)
