"""The NTP daemon of a box: pulls the clock to true time, and gives up beyond 1000 s.

Source: 8.5 configuration guide, Network Time Protocol Setup (facts, section 2): beyond 1000 s the
daemon exits with a panic message; the time has to be set by hand. Here it then stays dead until a
server is configured again (unverified: what exactly starts it anew).
"""

from collections.abc import Callable
from enum import Enum

from service.lab.agenda import Agenda, Entry
from service.lab.aireos.specs import NtpServer

PANIC_S = 1000.0


class Life(Enum):
    """What the daemon is doing."""

    IDLE = "idle"  # no server is configured
    TRYING = "trying"  # started, or disturbed; not in step yet
    IN_SYNC = "in-sync"
    DEAD = "dead"


class NtpDaemon:
    """Time passes through the box's agenda."""

    def __init__(
        self,
        agenda: Agenda,
        *,
        settle_s: float,
        panics: bool,
        offset: Callable[[], float],
        step: Callable[[float], None],
        panicked: Callable[[float, float], None],
    ) -> None:
        self._agenda = agenda
        self._settle_s = settle_s
        self._panics = panics
        self._offset = offset
        self._step = step
        self._panicked = panicked
        self._pending: Entry | None = None
        self.life = Life.IDLE
        self.servers: tuple[NtpServer, ...] = ()
        self.unreachable: set[str] = set()
        self.keys: set[int] = set()  # keys that are defined; others don't authenticate

    def configure(self, now: float, servers: tuple[NtpServer, ...], keys: set[int]) -> None:
        """Take the table as it now is; a server that comes anew starts a dead daemon again."""
        added = set(servers) - set(self.servers)
        self.servers, self.keys = servers, keys
        if not servers:
            self._rest(Life.IDLE)
        elif self.life is Life.IDLE or added or (self.life is Life.IN_SYNC and self.peer is None):
            self.start(now)

    def start(self, now: float) -> None:
        """Start, or start anew."""
        self._rest(Life.TRYING if self.servers else Life.IDLE)
        if self.servers:
            self._plan(now)

    def settled_long_ago(self) -> None:
        """In step since before the lab began."""
        self._rest(Life.IN_SYNC)

    def disturbed(self, now: float) -> None:
        """Somebody set the clock: a living daemon looks again soon."""
        if self.life in {Life.TRYING, Life.IN_SYNC}:
            self._rest(Life.TRYING)
            self._plan(now)

    @property
    def peer(self) -> NtpServer | None:
        """The first server that can be used: it is the one followed."""
        return next((s for s in self.servers if self._usable(s)), None)

    def status(self, server: NtpServer) -> str:
        """The column `Status`: the two words that were seen."""
        followed = self.life is Life.IN_SYNC and server == self.peer
        return "In Sync" if followed else "Not Tried"

    def auth_status(self, server: NtpServer) -> str:
        """The last column; only AUTH DISABLED was seen, the others are unverified."""
        if server.key is None:
            return "AUTH DISABLED"
        return "AUTH SUCCESS" if self._authentic(server) else "AUTH FAILURE"

    def _usable(self, server: NtpServer) -> bool:
        return server.host not in self.unreachable and self._authentic(server)

    def _authentic(self, server: NtpServer) -> bool:
        return server.key is None or server.key in self.keys

    def _plan(self, now: float) -> None:
        self._pending = self._agenda.add(now + self._settle_s, self._poll)

    def _poll(self, now: float) -> None:
        self._pending = None
        if self.peer is None:
            self.life = Life.TRYING
        elif self._panics and abs(self._offset()) > PANIC_S:
            self.life = Life.DEAD
            self._panicked(now, self._offset())
            return
        else:
            self._step(now)
            self.life = Life.IN_SYNC
            return
        self._plan(now)

    def _rest(self, life: Life) -> None:
        if self._pending is not None:
            self._pending.cancelled = True
            self._pending = None
        self.life = life
