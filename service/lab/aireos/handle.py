"""A hand on one AireOS box of a running lab: for tests in the same process, and for control."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from service.lab.aireos.dirty import left_dirty
from service.lab.aireos.faults import WlcFault
from service.lab.aireos.host import WlcHost
from service.lab.aireos.ntp import Life
from service.lab.aireos.ports import WlcPorts
from service.lab.aps.state import ApState
from service.lab.log import Event

T = TypeVar("T")


class Caller(Protocol):
    """Runs things in the lab's thread."""

    def call(self, action: Callable[[], T]) -> T:
        """Run and wait."""


class WlcHandle:
    """Every method may be called from any thread. Named as those of a C9800's handle."""

    def __init__(self, lab: Caller, host: WlcHost, ports: WlcPorts) -> None:
        self._lab = lab
        self._host = host
        self._ports = ports

    @property
    def port(self) -> int:
        """The SSH port."""
        return self._ports.ssh.port

    @property
    def snmp_port(self) -> int:
        """The agent's UDP port."""
        return self._ports.snmp_port

    @property
    def log(self) -> list[Event]:
        """What happened so far, in order."""

        def read() -> list[Event]:
            self._host.box.see_aps()
            return self._host.box.log.events()

        return self._call(read)

    @property
    def clock_offset_s(self) -> float:
        """Seconds by which the box's clock is ahead of true time."""

        def read() -> float:
            self._host.box.advance()
            return self._host.box.clock.offset_s

        return self._call(read)

    @property
    def seconds_of_false_time(self) -> float:
        """For how long the clock has been off by more than two seconds."""

        def read() -> float:
            box = self._host.box
            return box.clock.seconds_of_false_time(box.advance())

        return self._call(read)

    @property
    def sessions(self) -> int:
        """Open shells, logged in or not."""
        return len(self._host.sessions)

    @property
    def login_attempts(self) -> int:
        """How often a name and a password were tried."""
        return self._host.attempts

    @property
    def snmp_requests(self) -> int:
        """How many requests the agent heard."""
        return self._ports.agent.requests

    def left_dirty(self) -> list[str]:
        """Every difference from the initial state; empty: clean."""
        return self._call(lambda: left_dirty(self._host.box))

    def aps(self) -> list[dict[str, Any]]:
        """The access points as they are now."""

        def read() -> list[dict[str, Any]]:
            box = self._host.box
            aps = box.see_aps()
            return [_ap(s, box.image, aps.learned) for s in aps.states.values()]

        return self._call(read)

    def fault(self, kind: str, **settings: Any) -> None:  # noqa: ANN401  # WlcFault names them
        """Plan a fault, or let it happen at once with `now=True`; see `service.lab.aireos.faults`.

        Raises:
            LabError: there is no such fault.
        """
        fault = WlcFault(kind, **settings)
        if fault.now or kind == "box_down":
            self._call(lambda: self._host.apply(fault))
        else:
            self._call(lambda: self._host.faults.add(fault))

    def faults_clear(self) -> None:
        """Forget planned faults, and end what they do to the agent."""

        def clear() -> None:
            self._host.faults.clear()
            self._ports.agent.well()

        self._call(clear)

    def foreign_edit(self, lines: str) -> None:
        """Somebody else types command lines on the console."""
        self._call(lambda: self._host.typed_by_another(lines))

    def cli(self, line: str) -> str:
        """Somebody else types a line on the console; questions are answered with yes."""
        return self._call(lambda: self._host.typed_by_another(line))

    def reload(self) -> None:
        """The box reloads now."""
        self._call(lambda: self._host.apply(WlcFault("reload", now=True)))

    def reachable_ntp(self, host: str, *, reachable: bool) -> None:
        """An NTP server goes away or comes back."""

        def change() -> None:
            box = self._host.box
            now = box.advance()
            (box.ntp.unreachable.discard if reachable else box.ntp.unreachable.add)(host)
            box.ntp.configure(now, box.running.ntp, box.ntp.keys)

        self._call(change)

    def resolvable(self, host: str, *, resolves: bool) -> None:
        """A name can be resolved, or can't any more."""
        names = self._host.box.unresolvable
        self._call(lambda: (names.discard if resolves else names.add)(host))

    def summary(self) -> dict[str, Any]:
        """One screen of facts, for the control channel."""

        def read() -> dict[str, Any]:
            box = self._host.box
            now = box.advance()
            phases = [s.phase.value for s in box.see_aps().states.values()]
            return {
                "name": box.spec.name,
                "sysname": box.running.sysname,
                "platform": "aireos",
                "release": box.image,
                "port": self.port,
                "snmp_port": self.snmp_port,
                "clock_offset_s": round(box.clock.offset_s, 3),
                "seconds_of_false_time": round(box.clock.seconds_of_false_time(now), 3),
                "ntp_synchronised": box.ntp.life is Life.IN_SYNC,
                "ntp_daemon": box.ntp.life.value,
                "ntp_servers": [s.host for s in box.running.ntp],
                "aps": {phase: phases.count(phase) for phase in sorted(set(phases))},
                "transfer": box.download.word,
                "left_dirty": left_dirty(box),
                "sessions": self.sessions,
                "login_attempts": self.login_attempts,
            }

        return self._call(read)

    def _call(self, action: Callable[[], T]) -> T:
        def run() -> T:
            try:
                return action()
            finally:
                self._host.on_touched()

        return self._lab.call(run)


def _ap(state: ApState, image: str, learned: set[str]) -> dict[str, Any]:
    return {
        "name": state.spec.name,
        "mac": state.spec.mac,
        "kind": state.spec.kind,
        "model": state.spec.model,
        "phase": state.phase.value,
        "version": state.version,
        "on_image": state.version == image,
        "downloads": state.counters.downloads,
        "disconnects": state.counters.disconnects,
        "ignores_expiry": state.spec.mac in learned,
    }
