"""The ports of one AireOS box: its shell over SSH, its agent over UDP."""

import asyncio

from service.lab.aireos.host import WlcHost
from service.lab.aireos.snmp.agent import Agent
from service.lab.aireos.ssh import WlcSshPort
from service.lab.aireos.terminal import WlcTerminal
from service.lab.ssh import Process


class WlcPorts:
    """Opens and closes them, and looks at the box when something of it is due."""

    def __init__(self, host: WlcHost, *, address: str, community: str) -> None:
        self.host = host
        self.agent = Agent(host, community)
        self.snmp_port = 0
        self.ssh = WlcSshPort(
            self._shell, address=address, algorithms=host.box.spec.login.algorithms
        )
        self._address = address
        self._wake: asyncio.TimerHandle | None = None
        host.on_down = self._down
        host.on_ssh_down = self.ssh.down
        host.on_snmp_down = self.agent.silent
        host.on_touched = self.plan_wake

    async def open(self) -> None:
        """Open both."""
        await self.ssh.open()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self.agent, local_addr=(self._address, 0)
        )
        self.snmp_port = transport.get_extra_info("sockname")[1]
        self.plan_wake()

    async def close(self) -> None:
        """Close both and end what runs behind them."""
        if self._wake is not None:
            self._wake.cancel()
        self.agent.close()
        await self.ssh.close()

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

    def _down(self, seconds: float) -> None:
        self.ssh.down(seconds)
        self.agent.silent(seconds)

    async def _shell(self, process: Process) -> None:
        if process.subsystem is not None or process.command is not None:
            process.exit(1)  # AireOS has a shell only
            return
        await WlcTerminal(self.host, process).serve()
