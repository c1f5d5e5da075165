"""A running lab: boxes behind real SSH ports, in a thread of its own, and handles to judge by.

with Lab(load(Path("fleet.yaml")), state_dir=Path("state")) as lab:
lab.inventory_path             # give this to the service
lab.box("hq-1").left_dirty()   # and ask afterwards
"""

import asyncio
import secrets
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import asyncssh

from service.lab.aireos.handle import WlcHandle
from service.lab.aireos.host import WlcHost
from service.lab.aireos.ports import WlcPorts
from service.lab.aireos.specs import Wlc
from service.lab.aireos.wlc import WlcBox
from service.lab.aps.air import Air, Member
from service.lab.box.box import Box
from service.lab.control import Control
from service.lab.desk.desk import Desk
from service.lab.desk.kinds import ACCOUNT, KINDS
from service.lab.desk.listening import listening
from service.lab.errors import LabError
from service.lab.fleet import Fleet
from service.lab.handle import BoxHandle
from service.lab.inventory import Address, Secrets, WebAddress, WlcAddress, inventory
from service.lab.netconf.host import BoxHost
from service.lab.ports import BoxPorts
from service.lab.release import modules_of, schema_of
from service.lab.restconf.tls import server_context
from service.lab.specs import Controller
from service.lab.time import HostTime, Time
from service.lab.yang.schema import Schema

T = TypeVar("T")
PATIENCE_S = 30.0


class Lab:
    """A fleet of simulated controllers. Two labs at once don't know of each other."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        state_dir: Path,
        modules: Path | None = None,
        time: Time | None = None,
    ) -> None:
        self._fleet = fleet
        self._state = state_dir
        self._modules = modules
        self._time = time or HostTime()
        self._password = secrets.token_urlsafe(12)
        self._community = secrets.token_urlsafe(12)
        self._ports: dict[str, BoxPorts | WlcPorts] = {}
        self._handles: dict[str, BoxHandle | WlcHandle] = {}
        self._tls: tuple[ssl.SSLContext, Path] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._control = Control(self)
        self._open_desk = ExitStack()
        self.desk: Desk | None = None
        self.stopping = threading.Event()

    @property
    def inventory_path(self) -> Path:
        """The inventory to give to the service."""
        return self._state / "inventory.yaml"

    @property
    def control_url(self) -> str:
        """Where other processes reach the lab."""
        return self._control.url

    @property
    def names(self) -> list[str]:
        """Names of the boxes, in the order of the fleet."""
        return [spec.name for spec in self._fleet.controllers]

    def box(self, name: str) -> BoxHandle:
        """A handle on one C9800.

        Raises:
            LabError: no box of that name, an AireOS one, or the lab isn't started.
        """
        found = self.any_box(name)
        if isinstance(found, WlcHandle):
            raise LabError(f"{name} runs AireOS: ask for it with wlc()")
        return found

    def wlc(self, name: str) -> WlcHandle:
        """A handle on one AireOS box.

        Raises:
            LabError: no box of that name, a C9800, or the lab isn't started.
        """
        found = self.any_box(name)
        if isinstance(found, BoxHandle):
            raise LabError(f"{name} is a C9800: ask for it with box()")
        return found

    def any_box(self, name: str) -> BoxHandle | WlcHandle:
        """A handle on a box of either kind: most of its methods have the same names.

        Raises:
            LabError: no box of that name, or the lab isn't started.
        """
        if name not in self._handles:
            raise LabError(f"no box {name}: {', '.join(self._handles) or 'the lab is not started'}")
        return self._handles[name]

    def start(self) -> Self:
        """Open every port, write inventory.yaml, password and control.json.

        Raises:
            LabError: a box can't be built as the fleet says.
        """
        if self._thread is not None:
            raise LabError("the lab is started already")
        c9800s = (s for s in self._fleet.controllers if isinstance(s, Controller))
        releases = {spec.release for spec in c9800s}
        schemas = {r: schema_of(r, self._modules) for r in releases}  # may take half a minute
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="aprejoin-lab", daemon=True)
        self._thread.start()
        try:
            self._await(self._open(schemas))
            if self._fleet.desk is not None:
                made = KINDS[self._fleet.desk](ACCOUNT, secrets.token_urlsafe(12))
                self.desk = self._open_desk.enter_context(listening(made))
            self._write()
            self._control.start(self._state)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Close everything; no port and no thread is left. Twice does no harm."""
        self.stopping.set()
        self._control.stop()
        self._open_desk.close()
        if self._loop is None or self._thread is None:
            return
        self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()
        self._loop = self._thread = None
        self._handles.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def call(self, action: Callable[[], T]) -> T:
        """Run something in the lab's own thread and give its result."""

        async def run() -> T:
            return action()

        return self._await(run())

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise LabError("the lab is not started")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def _run(self) -> None:
        assert self._loop is not None  # noqa: S101  # start() set it
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _open(self, schemas: Mapping[str, Schema]) -> None:
        for spec in self._fleet.controllers:
            if isinstance(spec, Wlc):
                await self._open_wlc(spec)
            else:
                await self._open_c9800(spec, schemas[spec.release])
        self._share_aps()

    def _share_aps(self) -> None:
        """Boxes and their staging boxes share access points; the others never meet."""
        for spec in self._fleet.controllers:
            if spec.roaming.staging is None:
                continue
            here, there = self._ports[spec.name].host.box, self._box(spec.roaming.staging)
            air = here.aps.air or there.aps.air or Air()
            for box in (here, there):
                if box.aps.air is None:
                    air.add(Member(box.aps, box_name(box), box.spec.roaming))

    def _box(self, name: str) -> Box | WlcBox:
        if name not in self._ports:
            raise LabError(f"staging: no box {name}: {', '.join(self._ports)}")
        return self._ports[name].host.box

    async def _open_c9800(self, spec: Controller, schema: Schema) -> None:
        host = BoxHost(Box(spec, schema, self._time), modules_of(spec.release, self._modules))
        ports = BoxPorts(
            host,
            address=self._fleet.host,
            password=self._password,
            key=asyncssh.generate_private_key("ssh-ed25519"),
            tls=self._shown() if spec.restconf else None,
        )
        await ports.open()
        self._ports[spec.name] = ports
        self._handles[spec.name] = BoxHandle(self, host, ports)

    def _shown(self) -> ssl.SSLContext:
        """What every RESTCONF port shows: made once, for the first of them."""
        if self._tls is None:
            self._tls = server_context(self._state, self._fleet.host)
        return self._tls[0]

    async def _open_wlc(self, spec: Wlc) -> None:
        host = WlcHost(WlcBox(spec, self._time), self._password)
        ports = WlcPorts(host, address=self._fleet.host, community=self._community)
        await ports.open()
        self._ports[spec.name] = ports
        self._handles[spec.name] = WlcHandle(self, host, ports)

    async def _close(self) -> None:
        for ports in self._ports.values():
            await ports.close()
        self._ports.clear()
        rest = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()

    def _write(self) -> None:
        self._state.mkdir(parents=True, exist_ok=True)
        ca = self._tls[1] if self._tls else None
        boxes = {name: _address(ports, ca) for name, ports in self._ports.items()}
        text = inventory(
            boxes,
            host=self._fleet.host,
            secrets=Secrets(
                self._secret("password", self._password),
                self._secret("community", self._community),
                self._secret("desk", self.desk.secret) if self.desk else None,
            ),
            policy=self._fleet.policy,
            desk=self.desk,
        )
        self.inventory_path.write_text(text, encoding="utf-8")

    def _secret(self, name: str, text: str) -> Path:
        path = self._state / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        return path.resolve()


def box_name(box: Box | WlcBox) -> Callable[[], str]:
    """The name by which access points know a box."""
    return lambda: box.running.sysname if isinstance(box, WlcBox) else box.hostname


def _address(ports: BoxPorts | WlcPorts, ca: Path | None) -> Address | WlcAddress:
    if isinstance(ports, WlcPorts):
        spec = ports.host.box.spec
        return WlcAddress(spec, ports.ssh.port, ports.ssh.fingerprint, ports.snmp_port)
    cli_port = ports.cli.port if ports.cli else None
    web = WebAddress(ports.restconf.port, ca) if ports.restconf and ca else None
    netconf = ports.netconf
    return Address(ports.host.box.spec, netconf.port, netconf.fingerprint, cli_port, web)
