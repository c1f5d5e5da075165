"""This host's processes, as holders of leases.

A process is known by its number and its start, so that a number used again is not mistaken for it.
A process of another host is never called dead: only its lease running out tells.
"""

import os
import socket
from pathlib import Path

from service.ports.clock import Clock
from service.ports.store import Holder

STARTED_FIELD = 19  # of /proc/PID/stat after the command: starttime, in ticks since boot


class LocalProcesses:
    """Processes of this host, by /proc; without it a live process is told by signal 0 alone."""

    def __init__(self, clock: Clock) -> None:
        self._boot_id = clock.now().boot_id

    def me(self) -> Holder:
        """This process."""
        pid = os.getpid()
        return Holder(socket.gethostname(), self._boot_id, pid, _started(pid) or "")

    def is_proven_dead(self, holder: Holder) -> bool:
        """Whether a holder is of this host and gone: not running, or of an earlier boot."""
        if holder.host != socket.gethostname():
            return False
        if holder.boot_id != self._boot_id:
            return True
        return not _runs(holder.pid) or (_started(holder.pid) or "") != holder.started


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"  # a zombie does nothing any more


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
