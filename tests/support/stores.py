"""SQLite databases with every table, made once by the migrations and copied for each test."""

import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from service.config.clock import SystemClock
from service.ports.clock import Clock
from service.store.leases import LeaseTable
from service.store.sql import SqlStore, engine_of
from service.store.times import BootTime

ROLLBACK_JOURNAL = b"\1\1"  # https://sqlite.org/fileformat2.html#file_format_version_numbers


@cache
def _migrated() -> bytes:
    """A whole database file, its journal of the kind that also memory knows."""
    folder = Path(tempfile.mkdtemp(prefix="aprejoin-migrated-"))
    try:
        SqlStore(f"sqlite:///{folder / 'aprejoin.db'}", SystemClock()).close()
        data = bytearray((folder / "aprejoin.db").read_bytes())
        data[18:20] = ROLLBACK_JOURNAL
        return bytes(data)
    finally:
        shutil.rmtree(folder)


class MemoryStore(SqlStore):
    """A store in memory; it belongs to the thread that makes it."""

    def __init__(self, clock: Clock, data: bytes | None = None) -> None:
        self.url = "sqlite:///:memory:"
        engine = engine_of(self.url)
        LeaseTable.__init__(self, engine, BootTime(clock))
        source, raw = sqlite3.connect(":memory:"), engine.raw_connection()
        source.deserialize(data or _migrated())
        source.backup(raw.driver_connection)
        source.close()
        raw.close()  # back to the pool, which keeps it for this thread

    def data(self) -> bytes:
        """The whole database, for others to begin with."""
        raw = self._engine.raw_connection()
        try:
            return bytes(raw.driver_connection.serialize())
        finally:
            raw.close()


def file_store(path: Path, clock: Clock, data: bytes | None = None) -> SqlStore:
    """A store in a file, opened once more where it is there already."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(data or _migrated())
    return SqlStore(f"sqlite:///{path}", clock)
