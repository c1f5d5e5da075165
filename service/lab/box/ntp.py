"""NTP as it acts on the clock: a usable server pulls it to true time, and keeps it there.

What a box really does while it settles is not in the facts; the settling time is a setting of the
fleet. `ntp panic update` refuses steps beyond 1000 s (model description).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from service.lab.agenda import Agenda, Entry
from service.lab.box.tree import at, every, names, word
from service.lab.yang.paths import Element

PANIC_S = 1000.0
FORMS = ("server-list", "ip", "ipv6")


@dataclass(frozen=True, slots=True)
class Association:
    """One configured server or peer."""

    kind: str  # server | peer
    form: str  # server-list | ip | ipv6
    vrf: str | None
    host: str
    key: int | None
    prefer: bool

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What tells it from the others."""
        return self.kind, self.form, self.vrf or "", self.host


def associations(running: Element) -> list[Association]:
    """Every configured server and peer, in the order of the configuration."""
    found: list[Association] = []
    for kind in ("server", "peer"):
        base = at(running, f"native/ntp/{kind}")
        found += _entries(kind, None, base)
        for vrf in every(base, "vrf"):
            found += _entries(kind, word(vrf, "name"), vrf)
    return found


def _entries(kind: str, vrf: str | None, base: Element | None) -> Iterable[Association]:
    for form in FORMS:
        for entry in every(base, form):
            host = word(entry, "ip-address") or word(entry, "host-name")
            key = word(entry, "key")
            prefer = "prefer" in names(entry)
            yield Association(kind, form, vrf, host, int(key) if key else None, prefer)


def key_is_good(running: Element, key: int | None) -> bool:
    """May this key authenticate? Without `ntp authenticate` any may; else defined and trusted."""
    ntp = at(running, "native/ntp")
    if key is None or "authenticate" not in names(ntp):
        return True
    defined = {word(k, "number") for k in every(ntp, "authentication-key")}
    trusted = any(_covers(entry, key) for entry in every(ntp, "trusted-key"))
    return str(key) in defined and trusted


def _covers(entry: Element, key: int) -> bool:
    first = int(word(entry, "number"))
    return first <= key <= int(word(entry, "end-key", str(first)))


class Ntp:
    """The part of NTP that moves the clock."""

    def __init__(
        self,
        agenda: Agenda,
        *,
        settle_s: float,
        offset: Callable[[], float],
        step: Callable[[float], None],
    ) -> None:
        self._agenda = agenda
        self._settle_s = settle_s
        self._offset = offset
        self._step = step
        self._pending: Entry | None = None
        self._panic = False
        self.unreachable: set[str] = set()
        self.configured: list[Association] = []
        self.usable: list[Association] = []
        self.known_since: dict[tuple[str, str, str, str], float] = {}
        self.synced_since: float | None = None
        self.refused = False  # a step was beyond the panic threshold

    def configure(self, now: float, running: Element) -> None:
        """Take the configuration as it now is."""
        self.configured = associations(running)
        self._panic = at(running, "native/ntp/panic/update") is not None
        self.known_since = {
            a.identity: self.known_since.get(a.identity, now) for a in self.configured
        }
        self.usable = [
            a
            for a in self.configured
            if a.host not in self.unreachable and key_is_good(running, a.key)
        ]
        if not self.usable:
            self.lose()
        elif self.synced_since is None and self._pending is None:
            self._settle(now)

    def lose(self) -> None:
        """Nobody to follow: the clock runs free."""
        self._cancel()
        self.synced_since = None

    def disturbed(self, now: float) -> None:
        """Somebody set the clock: settle anew."""
        self._cancel()
        self.synced_since = None
        if self.usable:
            self._settle(now)

    def _settle(self, now: float) -> None:
        self._pending = self._agenda.add(now + self._settle_s, self._settled)

    def _settled(self, now: float) -> None:
        self._pending = None
        if self._panic and abs(self._offset()) > PANIC_S:
            self.refused = True
            return
        self.refused = False
        self._step(now)
        self.synced_since = now

    def _cancel(self) -> None:
        if self._pending is not None:
            self._pending.cancelled = True
            self._pending = None

    @property
    def system_peer(self) -> Association | None:
        """The association that is followed."""
        if self.synced_since is None:
            return None
        return next((a for a in self.usable if a.prefer), self.usable[0])
