"""A loopback SSH port with one account: who connects is remembered, so that it can be ended."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncssh

USERNAME = "admin"
Process = asyncssh.SSHServerProcess[bytes]
Serve = Callable[[Process], Awaitable[None]]
Connections = set[asyncssh.SSHServerConnection]


class Login(asyncssh.SSHServer):
    """Password logins of the one account; a fault may refuse them."""

    def __init__(self, port: "SshPort") -> None:
        self._port = port
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember it: a stopping lab has to end it."""
        self._connection = conn
        self._port.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        if self._connection is not None:
            self._port.connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        """Passwords only."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """The lab's account."""
        return self._port.admits(username, password)


class SshPort:
    """Listens on a port of its own, and on the same one again after having been down."""

    def __init__(
        self,
        serve: Serve,
        *,
        address: str,
        password: str,
        key: asyncssh.SSHKey,
        refuses: Callable[[], bool],
    ) -> None:
        self._serve_process = serve
        self._address = address
        self._password = password
        self._key = key
        self._refuses = refuses
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.connections: Connections = set()
        self.port = 0

    @property
    def fingerprint(self) -> str:
        """SHA256 fingerprint of the host key, as an inventory pins it."""
        return self._key.get_fingerprint()

    def admits(self, username: str, password: str) -> bool:
        """Is that the account, and are logins taken now?"""
        return not self._refuses() and username == USERNAME and password == self._password

    async def open(self) -> None:
        """Start listening; the first time on any free port."""
        self._acceptor = await asyncssh.listen(
            self._address,
            self.port,
            server_factory=lambda: Login(self),
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
        if self._timer is not None:
            self._timer.cancel()
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
            self._acceptor = None
        connections = list(self.connections)
        self.cut()
        for connection in connections:
            await connection.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End every connection at once."""
        for connection in list(self.connections):
            connection.abort()

    def down(self, seconds: float) -> None:
        """Close the port for a while; connections are cut."""
        self.cut()
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._reopen)

    def _reopen(self) -> None:
        task = asyncio.get_running_loop().create_task(self.open())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, process: Process) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
        try:
            await self._serve_process(process)
        finally:
            if task is not None:
                self._tasks.discard(task)
