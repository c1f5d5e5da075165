"""One child process: started, watched, ended; its output in a file whose end explains a failure."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from service.errors import StoreError
from service.queue import tether

LAST_LINES = 12
_TICK_S = 0.02
_LARGEST_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Command:
    """What to run.

    Attributes:
        environ: the whole environment of the child.
        folder: its working folder.
        log: where its output goes, appended.
    """

    name: str
    argv: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    log: Path


class Child:
    """A process of our own. Not shared between threads."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._began_at_byte = 0

    @property
    def pid(self) -> int | None:
        """The process id while it lives, else None."""
        return self._process.pid if self._process is not None and self.is_alive else None

    @property
    def is_alive(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self, ready: Callable[[], bool], *, within_s: float) -> None:
        """Start it and wait until it is ready; it is ended again if it is not in time.

        Raises:
            StoreError: it ended or was not ready; the message has its last lines.
        """
        self._spawn()
        deadline_s = time.monotonic() + within_s
        while not ready():
            if not self.lives_on(_TICK_S):
                raise StoreError(f"{self._ended()}{self.last_words()}")
            if time.monotonic() > deadline_s:
                self.stop(grace_s=1.0)
                what = f"{self.command.name} was not ready within {within_s:g} s"
                raise StoreError(f"{what}{self.last_words()}")

    def restart(self) -> None:
        """Start it again without waiting, after ending whatever is left of it."""
        self.stop(grace_s=0.0)
        self._spawn()

    def lives_on(self, for_s: float) -> bool:
        """Wait a while or until it ends; whether it still lives."""
        if self._process is None:
            return False
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=for_s)
        return self.is_alive

    def ask_to_end(self) -> None:
        """Send SIGTERM and do not wait; a child that ended already does not mind."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()

    def stop(self, *, grace_s: float) -> None:
        """Ask it to end, and after the grace end it and everything that it started."""
        if self._process is None:
            return
        self.ask_to_end()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=grace_s)
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def last_words(self) -> str:
        """The last lines that it wrote since it was started, each indented; may be empty."""
        try:
            with self.command.log.open("rb") as file:
                file.seek(self._began_at_byte)
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "".join(f"\n    {line}" for line in lines[-LAST_LINES:])

    def _spawn(self) -> None:
        command = self.command
        command.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with command.log.open("ab") as log:
            if log.tell() > _LARGEST_LOG_BYTES:
                log.truncate(0)
            self._began_at_byte = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - the command is built here, no shell
                [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), *command.argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env=dict(command.environ),
                start_new_session=True,  # Ctrl-C is for us; children end in our order
            )

    def _ended(self) -> str:
        code = None if self._process is None else self._process.returncode
        return f"{self.command.name} did not start: it ended with status {code}"
