"""The machine is lost in the middle of two clock windows, and only what was saved of it is left.

The state is saved while others work on it, and loaded where nothing is yet: into a new folder, and
into a new PostgreSQL.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stand import Finished, Stand, together
from tests.support.servers import own_postgres

FOLDER, SERVER = "lost-to-a-folder", "lost-to-postgresql"


@dataclass
class TakenOver:
    """What was said on the machine that took over; `dirty`: what was left on the box before."""

    dirty: list[str]
    loaded: Finished
    runs: Finished
    restored: Finished
    again: Finished
    audited: Finished


def lose_the_machine(stand: Stand) -> Mapping[str, Any]:
    """Both stories by the box's name, or why there is none; and what the save said."""
    dirty = together(
        {name: lambda name=name: _broken_off(stand, name) for name in (FOLDER, SERVER)}
    )
    file = stand.folder / "monday.state"
    saved = stand.run("state", "save", str(file), "--json")
    into_folder = {"state": stand.folder / "elsewhere"}
    stories = {
        FOLDER: lambda: _taken_over(stand, FOLDER, file, dirty[FOLDER], **into_folder),
        SERVER: lambda: _into_postgresql(stand, file, dirty[SERVER]),
    }
    return {"saved": saved, **together(stories)}


def _broken_off(stand: Stand, name: str) -> list[str]:
    running = stand.start("remediate", name, "--yes", "--json")
    running.until("  wait-for-aps:")
    running.kill()
    return stand.left_behind(name)


def _taken_over(stand: Stand, name: str, file: Path, dirty: list[str], **where: Any) -> TakenOver:
    return TakenOver(
        dirty,
        loaded=stand.run("state", "load", str(file), "--json", **where),
        runs=stand.run("runs", "--json", **where),
        restored=stand.run("restore", name, "--yes", "--json", **where),
        again=stand.run("state", "load", str(file), "--json", **where),
        audited=stand.run("audit", "verify", **where),
    )


def _into_postgresql(stand: Stand, file: Path, dirty: list[str]) -> "TakenOver | str":
    try:
        with own_postgres() as server:
            where = {"state": stand.folder / "beside-it", "database": server.new_database()}
            return _taken_over(stand, SERVER, file, dirty, **where)
    except pytest.skip.Exception as skipped:
        return str(skipped)
