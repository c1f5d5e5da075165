"""One line for all threads of a process that write to the same SQLite file.

SQLite has one writer at a time and no line: who finds the file locked sleeps and tries again, and
where dozens of threads write, some find it locked each time until their patience ends (30 s). So
the threads of a process wait for each other here; between processes SQLite's own waiting remains.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

PATIENCE_S = 60.0
_lines: dict[str, threading.RLock] = {}
os.register_at_fork(after_in_child=_lines.clear)  # nobody of the parent's threads is in the child


@contextmanager
def in_line(engine: Engine) -> Iterator[None]:
    """Be the only thread of this process in a transaction on that file; other databases: at once.

    A thread that is in one already, or has waited for long, goes on: then it is for SQLite to say.
    """
    if engine.dialect.name != "sqlite" or engine.url.database in (None, "", ":memory:"):
        yield
        return
    line = _lines.setdefault(str(engine.url.database), threading.RLock())
    has_turn = line.acquire(timeout=PATIENCE_S)
    try:
        yield
    finally:
        if has_turn:
            line.release()
