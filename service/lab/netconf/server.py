"""The SSH server of one box: a port of its own on loopback, one account, subsystem `netconf`."""

import asyncio

import asyncssh

from service.lab.netconf.host import BoxHost
from service.lab.netconf.session import NetconfSession, Process

USERNAME = "admin"


Connections = set[asyncssh.SSHServerConnection]


class Login(asyncssh.SSHServer):
    """Password logins of the one account; a fault may refuse them."""

    def __init__(self, host: BoxHost, password: str, connections: Connections) -> None:
        self._host = host
        self._password = password
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember it: a stopping lab has to end it."""
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        if self._connection is not None:
            self._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        """Passwords only."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """The lab's account."""
        if self._host.faults.refuses_login():
            return False
        return username == USERNAME and password == self._password


class NetconfServer:
    """Listens for one box; keeps its port over being down."""

    def __init__(self, host: BoxHost, *, address: str, password: str, key: asyncssh.SSHKey) -> None:
        self.host = host
        self._address = address
        self._password = password
        self._key = key
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: Connections = set()
        self._timer: asyncio.TimerHandle | None = None
        self.port = 0
        self._wake: asyncio.TimerHandle | None = None
        host.on_down = self._down
        host.on_touched = self.plan_wake

    @property
    def fingerprint(self) -> str:
        """SHA256 fingerprint of the host key, as an inventory pins it."""
        return self._key.get_fingerprint()

    async def open(self) -> None:
        """Start listening; the first time on any free port, later on the same."""
        self._acceptor = await asyncssh.listen(
            self._address,
            self.port,
            server_factory=lambda: Login(self.host, self._password, self._connections),
            server_host_keys=[self._key],
            process_factory=self._serve,
            encoding=None,
            line_editor=False,
            allow_scp=False,
            agent_forwarding=False,
            login_timeout=20,
        )
        self.port = self._acceptor.get_port()

    async def close(self) -> None:
        """Stop listening and end every connection."""
        for timer in (self._timer, self._wake):
            if timer is not None:
                timer.cancel()
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
            self._acceptor = None
        connections = list(self._connections)
        for connection in connections:
            connection.abort()
        for connection in connections:
            await connection.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, process: Process) -> None:
        if process.subsystem != "netconf":
            process.exit(1)
            return
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            await NetconfSession(self.host, process).serve()
        finally:
            if task is not None:
                self._tasks.discard(task)

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
        """Close the port for a while; sessions are cut."""
        self.host.sessions.drop_all("the port is down")
        for connection in list(self._connections):
            connection.abort()
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._reopen)

    def _reopen(self) -> None:
        task = asyncio.get_running_loop().create_task(self.open())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
