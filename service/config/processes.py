"""This host's processes, as holders of leases.

A process is known by its number and its start, so that a number used again is not mistaken for it.
Names of hosts are no proof: containers and cloned machines share them. So nobody is called dead who
was not seen from here: same host name, same boot, same process numbers. Elsewhere, and after a
reboot, the lease running out tells.
"""

import os
import socket
from pathlib import Path

from service.ports.clock import Clock
from service.ports.store import Holder

STARTED_FIELD = 19  # of /proc/PID/stat after the command: starttime, in ticks since boot
PROCESS_NUMBERS = Path("/proc/self/ns/pid")


class LocalProcesses:
    """Processes of this host, by /proc; without it a live process is told by signal 0 alone."""

    def __init__(self, clock: Clock) -> None:
        self._boot_id = clock.now().boot_id

    def me(self) -> Holder:
        """This process."""
        pid = os.getpid()
        return Holder(
            socket.gethostname(), self._boot_id, pid, _started(pid) or "", _pid_namespace()
        )

    def is_proven_dead(self, holder: Holder) -> bool:
        """Whether a holder would be seen from here if it ran, and does not."""
        here = (socket.gethostname(), self._boot_id, _pid_namespace())
        if (holder.host, holder.boot_id, holder.pid_namespace) != here:
            return False
        if not _runs(holder.pid):
            return True
        started = _started(holder.pid)  # None: it runs, and we may not see more of it
        return started is not None and started != holder.started


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"  # a zombie does nothing any more


def _pid_namespace() -> str:
    """Whose process numbers these are; empty where the system has one for all."""
    try:
        return str(PROCESS_NUMBERS.readlink())
    except OSError:
        return ""


def _stat(pid: int) -> list[str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def _state(pid: int) -> str | None:
    fields = _stat(pid)
    return fields[0] if fields else None


def _started(pid: int) -> str | None:
    fields = _stat(pid)
    return fields[STARTED_FIELD] if len(fields) > STARTED_FIELD else None
