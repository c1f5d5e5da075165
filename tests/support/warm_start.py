"""Commands in processes of their own that need not load Python and a thousand modules first.

A mother process loads the command's modules once and forks for every command: each has its own
process id, environment, folder and output, can be killed, and runs the command's own entry. Loading
is half of what a short command costs, and the tests start hundreds. What depends on a start from
nothing (`serve`, process lists) starts the real file.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import IO

LARGEST_REQUEST_BYTES = 200_000
LOADED = ("service.drivers.iosxe.driver", "service.drivers.aireos.driver", "service.bootstrap")
FDS = ("stdout", "stderr", "told")


class WarmProcess:
    """What `subprocess.Popen` would be for it, as far as tests need that."""

    def __init__(self, told: int) -> None:
        self._told = os.fdopen(told, "rb", buffering=0)
        self._heard = b""
        self.returncode: int | None = None
        self._hear_lines(1, None)
        self.pid = int(self._heard.split(b"\n")[0])

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it lives."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            self._hear_lines(2, timeout)
            self.returncode = int(self._heard.split(b"\n")[1])
            self._told.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Nothing happens to one that ended: its number may be somebody else's."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear_lines(self, count: int, timeout: float | None) -> None:
        ends = None if timeout is None else time.monotonic() + timeout
        while self._heard.count(b"\n") < count:
            left = None if ends is None else max(0.0, ends - time.monotonic())
            if not select.select([self._told], [], [], left)[0]:
                raise subprocess.TimeoutExpired("a warm command", timeout or 0.0)
            more = self._told.read(64)
            assert more, "the mother of the warm commands is dead"
            self._heard += more


class Mother:
    """The process that forks. Its children outlive it only as long as they take to end."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (self._line, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LARGEST_REQUEST_BYTES)
        with closing(theirs):
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=Path(__file__).parents[2],
                env={**os.environ, "LANG": "C.UTF-8"},
                start_new_session=True,  # Ctrl-C is for the tests
            )

    def start(
        self,
        words: Sequence[str],
        *,
        stdout: IO[bytes],
        stderr: IO[bytes],
        cwd: Path,
        env: Mapping[str, str],
    ) -> WarmProcess:
        """Begin a command, given exactly this environment."""
        request = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)}).encode()
        assert len(request) < LARGEST_REQUEST_BYTES
        hear, tell = os.pipe()
        try:
            socket.send_fds(self._line, [request], [stdout.fileno(), stderr.fileno(), tell])
        finally:
            os.close(tell)
        return WarmProcess(hear)

    def end(self) -> None:
        """No more children; those that live go on."""
        self._line.close()
        self._process.wait(30)


def _serve(line: socket.socket) -> None:
    """The mother's life: fork when asked, tell who ended; over when nobody can ask any more."""
    heard, bell = os.pipe()
    os.set_blocking(bell, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(bell)
    told: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([line, heard], [], [])
        if heard in ready:
            os.read(heard, 4096)
            _tell_ends(told)
        if line in ready:
            request, fds, _, _ = socket.recv_fds(line, LARGEST_REQUEST_BYTES, len(FDS))
            if not request:
                return
            pid = os.fork()
            if pid == 0:
                for mine in (line.fileno(), heard, bell, *told.values()):
                    os.close(mine)
                _live(json.loads(request), dict(zip(FDS, fds, strict=True)))
                return
            for theirs in fds[:-1]:
                os.close(theirs)
            told[pid] = fds[-1]
            os.write(told[pid], b"%d\n" % pid)


def _tell_ends(told: dict[int, int]) -> None:
    while told and (ended := os.waitpid(-1, os.WNOHANG))[0]:
        pid, status = ended
        with suppress(BrokenPipeError):  # nobody waits for it any more
            os.write(told[pid], b"%d\n" % os.waitstatus_to_exitcode(status))
        os.close(told.pop(pid))


def _live(request: dict[str, object], fds: dict[str, int]) -> None:
    """A child's life: the command, as if it had been started from nothing. Never returns."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # shells let what they put aside ignore it
    os.setsid()
    os.dup2(fds["stdout"], 1)
    os.dup2(fds["stderr"], 2)
    for theirs in fds.values():
        os.close(theirs)
    os.chdir(str(request["cwd"]))
    os.environ.clear()
    os.environ.update(request["env"])  # type: ignore[call-overload]  # as it was sent
    sys.argv = ["aprejoin", *request["words"]]  # type: ignore[misc]
    import_module("service.cli.main").run()


def _load() -> None:
    main = import_module("service.cli.main")
    for place, _ in main.COMMANDS.values():
        import_module(place.partition(":")[0])
    for name in LOADED:
        import_module(name)
    gc.freeze()  # what is loaded is never garbage: no child looks through it


if __name__ == "__main__":
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
