"""What the system itself dropped of datagrams, for it had no room: counted, never silent.

Source: Linux, proc(5): the last column of /proc/net/udp counts drops, `inode` names the socket.
Elsewhere nothing is told.
"""

import os
from collections.abc import Iterable
from pathlib import Path

TABLES = (Path("/proc/net/udp"), Path("/proc/net/udp6"))
INODE, DROPS = 9, -1


def dropped(descriptors: Iterable[int]) -> dict[int, int]:
    """Datagrams that the system dropped, for each socket that it tells of."""
    inodes = {str(os.fstat(one).st_ino): one for one in descriptors}
    found: dict[int, int] = {}
    for table in TABLES:
        try:
            rows = table.read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            parts = row.split()
            if len(parts) > INODE and parts[INODE] in inodes and parts[DROPS].isdecimal():
                found[inodes[parts[INODE]]] = int(parts[DROPS])
    return found
