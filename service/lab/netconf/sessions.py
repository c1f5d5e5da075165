"""Who is connected to a box: sessions as the monitoring model and `kill-session` see them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from service.lab.netconf.pushing import Push


@dataclass(slots=True, eq=False)
class Session:
    """One NETCONF session and the way to end it from outside."""

    number: int
    username: str
    host: str
    since: float
    drop: Callable[[str], None]
    in_rpcs: int = 0
    bad_rpcs: int = 0
    out_errors: int = 0
    out_notifications: int = 0
    pushes: dict[int, Push] = field(default_factory=dict)


@dataclass(slots=True)
class Sessions:
    """The sessions of one box; numbers are never used twice."""

    open: dict[int, Session] = field(default_factory=dict)
    last: int = 19
    total: int = 0
    pushes: int = 0  # subscriptions so far: their numbers are never used twice, either

    def add(self, username: str, host: str, since: float, drop: Callable[[str], None]) -> Session:
        """A new session."""
        self.last += 1
        self.total += 1
        session = Session(self.last, username, host, since, drop)
        self.open[session.number] = session
        return session

    def drop_all(self, why: str) -> None:
        """End every session at once."""
        for session in list(self.open.values()):
            session.drop(why)
