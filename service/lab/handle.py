"""A hand on one box of a running lab: for tests in the same process and for the control channel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from service.lab.aps.state import ApState
from service.lab.box.cli import CliSession
from service.lab.dirty import left_dirty
from service.lab.faults import Fault
from service.lab.images import taken_in
from service.lab.log import Event
from service.lab.netconf.host import BoxHost
from service.lab.ports import BoxPorts
from service.lab.terminal import files

T = TypeVar("T")


class Caller(Protocol):
    """Runs things in the lab's thread."""

    def call(self, action: Callable[[], T]) -> T:
        """Run and wait."""


class BoxHandle:
    """Every method may be called from any thread."""

    def __init__(self, lab: Caller, host: BoxHost, ports: BoxPorts) -> None:
        self._lab = lab
        self._host = host
        self._ports = ports

    @property
    def port(self) -> int:
        """The NETCONF port."""
        return self._ports.netconf.port

    @property
    def cli_port(self) -> int | None:
        """The port of the command line; None without one."""
        return self._ports.cli.port if self._ports.cli else None

    @property
    def restconf_port(self) -> int | None:
        """The port of RESTCONF; None without one."""
        return self._ports.restconf.port if self._ports.restconf else None

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
        """Open NETCONF sessions."""
        return len(self._host.sessions.open)

    def left_dirty(self) -> list[str]:
        """Every difference from the initial state; empty: clean."""
        return self._call(lambda: left_dirty(self._host.box))

    def aps(self) -> list[dict[str, Any]]:
        """The access points as they are now."""

        def read() -> list[dict[str, Any]]:
            box = self._host.box
            now = box.advance()
            aps = box.see_aps()
            return [_ap(s, now, aps.wanted(s.spec)) for s in aps.states.values()]

        return self._call(read)

    def fault(self, kind: str, **settings: Any) -> None:  # noqa: ANN401  # Fault names them
        """Plan a fault, or let it happen at once with `now=True`; see `service.lab.faults`."""
        fault = Fault(kind, **settings)
        if fault.now or kind == "box_down":
            self._call(lambda: self._host.apply(fault))
        else:
            self._call(lambda: self._host.faults.add(fault))

    def faults_clear(self) -> None:
        """Forget planned faults."""
        self._call(self._host.faults.clear)

    def foreign_edit(self, xml: str) -> None:
        """Somebody else edits running.

        Raises:
            RpcRefusedError: the box refuses the edit.
        """
        self._call(lambda: self._host.foreign_edit(xml))

    def cli(self, line: str) -> str:
        """Somebody types a line on the console, privileged; after `config:` in config mode."""

        def run() -> str:
            box = self._host.box
            session = CliSession(box, "console", privileged=True)
            session.others = lambda words, now: files.run(box, words, now)
            if line.startswith("config:"):
                session.mode = "config"
            return session.run(box.advance(), line.removeprefix("config:"))

        return self._call(run)

    def plug_in(self, ap: str) -> None:
        """Somebody puts an access point up that was `unplugged` until now.

        Raises:
            LabError: none of that name waits for it.
        """

        def plug() -> None:
            box = self._host.box
            box.see_aps().plug_in(ap, box.advance())

        self._call(plug)

    def hold_downloads(self, *, held: bool) -> None:
        """Access points' downloads that begin meanwhile last until they are let go."""

        def hold() -> None:
            box = self._host.box
            box.see_aps().hold_downloads(box.advance(), held=held)

        self._call(hold)

    def reload(self) -> None:
        """The box reloads now."""
        self._call(lambda: self._host.apply(Fault("reload", now=True)))

    def software(self) -> dict[str, Any]:
        """What is installed, what is under way, what lies on bootflash."""

        def read() -> dict[str, Any]:
            box = self._host.box
            now = box.advance()
            op, timer = box.installer.now, box.installer.timer.countdown
            return {
                "running": str(box.software.running),
                "committed": str(box.software.committed),
                "inactive": [image.name for image in box.software.inactive()],
                "under_way": op.request.command.value if op else None,
                "status": op.status if op else None,
                "percent": op.percent if op else None,
                "abort_in_s": round(timer.ends - now, 3) if timer else None,
                "files": {f.name: f.size for f in box.flash.files.values()},
                "free_bytes": box.flash.free_bytes,
            }

        return self._call(read)

    def confirm_install(self, *, proceed: bool) -> None:
        """A person at the console answers what an install operation waits for."""

        def answer() -> None:
            box = self._host.box
            box.installer.confirm(box.advance(), proceed=proceed)

        self._call(answer)

    def put_file(self, path: Path) -> None:
        """Somebody copies a file of this machine to bootflash."""
        file = taken_in(path.name, path.read_bytes())
        self._call(lambda: self._host.box.flash.put(file))

    def reachable_ntp(self, host: str, *, reachable: bool) -> None:
        """An NTP server goes away or comes back."""

        def change() -> None:
            box = self._host.box
            now = box.advance()
            hosts = box.ntp.unreachable
            (hosts.discard if reachable else hosts.add)(host)
            box.ntp.configure(now, box.stores.running)

        self._call(change)

    def summary(self) -> dict[str, Any]:
        """One screen of facts, for the control channel."""

        def read() -> dict[str, Any]:
            box = self._host.box
            now = box.advance()
            states = list(box.see_aps().states.values())
            return {
                "name": box.spec.name,
                "release": box.release,
                "port": self._ports.netconf.port,
                "clock_offset_s": round(box.clock.offset_s, 3),
                "seconds_of_false_time": round(box.clock.seconds_of_false_time(now), 3),
                "ntp_synchronised": box.ntp.synced_since is not None,
                "ntp_servers": [a.host for a in box.ntp.configured],
                "aps": {p: sum(s.phase.value == p for s in states) for p in _phases(states)},
                "applets": sorted(box.eem.armed),
                "left_dirty": left_dirty(box),
                "sessions": len(self._host.sessions.open),
            }

        return self._call(read)

    def _call(self, action: Callable[[], T]) -> T:
        def run() -> T:
            try:
                return action()
            finally:
                self._host.on_touched()

        return self._lab.call(run)


def _phases(states: list[ApState]) -> list[str]:
    return sorted({s.phase.value for s in states})


def _ap(state: ApState, now: float, image: str) -> dict[str, Any]:
    return {
        "name": state.spec.name,
        "mac": state.spec.mac,
        "kind": state.spec.kind,
        "model": state.spec.model,
        "phase": state.phase.value,
        "percent": state.percent(now),
        "version": state.version,
        "backup": state.backup,
        "predownload": state.predownload_state(now),
        "on_image": state.version == image,
        "downloads": state.counters.downloads,
        "disconnects": state.counters.disconnects,
    }
