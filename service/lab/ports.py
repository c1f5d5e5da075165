"""The ports of one box: NETCONF always; a command line and RESTCONF where the fleet asks."""

import asyncio
import ssl

import asyncssh

from service.lab.netconf.host import BoxHost
from service.lab.netconf.session import NetconfSession
from service.lab.restconf.port import RestconfPort
from service.lab.ssh import Process, SshPort
from service.lab.terminal.session import TerminalSession


class BoxPorts:
    """Opens and closes a box's ports, and looks at the box when something of it is due."""

    def __init__(
        self,
        host: BoxHost,
        *,
        address: str,
        password: str,
        key: asyncssh.SSHKey,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls`: what a RESTCONF port shows; None: there is none."""
        self.host = host
        refuses = host.faults.refuses_login
        self.netconf = SshPort(
            self._netconf, address=address, password=password, key=key, refuses=refuses
        )
        self.cli: SshPort | None = None
        if host.box.spec.cli:
            self.cli = SshPort(
                self._cli, address=address, password=password, key=key, refuses=refuses
            )
        self.restconf: RestconfPort | None = None
        if host.box.spec.restconf and tls is not None:
            self.restconf = RestconfPort(
                host, address=address, password=password, tls=tls, refuses=refuses
            )
        self._wake: asyncio.TimerHandle | None = None
        host.on_down = self._down
        host.on_touched = self.plan_wake

    async def open(self) -> None:
        """Open every port."""
        for port in self._ports():
            await port.open()
        self.plan_wake()

    async def close(self) -> None:
        """Close every port and end what runs behind it."""
        if self._wake is not None:
            self._wake.cancel()
        for port in self._ports():
            await port.close()

    def plan_wake(self) -> None:
        """Look at the box again when its next planned action is due."""
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        due = self.host.box.agenda.next_due()
        if due is not None:
            pause = max(0.0, due - self.host.box.time.monotonic())
            self._wake = asyncio.get_running_loop().call_later(pause, self._woken)

    def _woken(self) -> None:
        self._wake = None
        self.host.box.advance()
        self.plan_wake()

    def _ports(self) -> list[SshPort | RestconfPort]:
        return [port for port in (self.netconf, self.cli, self.restconf) if port is not None]

    def _down(self, seconds: float) -> None:
        self.host.sessions.drop_all("the port is down")
        for port in self._ports():
            port.down(seconds)

    async def _netconf(self, process: Process) -> None:
        if process.subsystem != "netconf":
            process.exit(1)
            return
        await NetconfSession(self.host, process).serve()

    async def _cli(self, process: Process) -> None:
        if process.subsystem is not None:
            process.exit(1)
            return
        await TerminalSession(self.host.box, process, self.host.on_touched).serve()
