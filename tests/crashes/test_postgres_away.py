"""PostgreSQL is killed and away for a while, and its connections are reset, inside the window.

The shape of many machines: a database server, a Redis, and workers that know only their addresses.
`APREJOIN_TEST_AWAY_S` says for how long; CI is content with less than an operator would be.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from service.config.clock import SystemClock
from service.settings import BROKER_URL, DATABASE_URL
from service.store.sql import SqlStore
from tests.support.servers import Postgres, own_broker, own_postgres
from tests.support.worker_stand import Ending, WorkerStand, box, menders, workers_standing

AWAY_S = float(os.environ.get("APREJOIN_TEST_AWAY_S", "10"))
NAMES = ("one", "two", "three")
LONG_AGO_S = -1e6
RESETS, RESET_EVERY_S = 30, 0.1


@dataclass
class Suffered:
    """What was done, and what became of it.

    Attributes:
        resumed_s: seconds from the server's return to the next entry of each journal.
        cut: sessions that were reset.
        entries: of every journal, by its remediation, as they were before each outage.
    """

    resumed_s: list[float] = field(default_factory=list)
    cut: int = 0
    before: list[dict[str, tuple]] = field(default_factory=list)
    after: dict[str, tuple] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)


def journals(stand: WorkerStand) -> dict[str, tuple]:
    with stand.context() as context:
        return {name: stand.journal(context, name) for name in NAMES}


def carry_out(folder: Path) -> Suffered:
    with own_postgres() as server, own_broker() as broker:
        url = server.new_database()
        SqlStore(url, SystemClock()).close()
        environ = {DATABASE_URL: url, BROKER_URL: broker.url}
        boxes = [box(name, "17.12.1") for name in NAMES]
        with workers_standing(folder, boxes, crew=menders(2), environ=environ) as stand:
            suffered = Suffered()
            stand.ask(NAMES)
            stand.until(lambda: any(_is_in_the_past(stand, name) for name in NAMES))
            _cut(stand, server, url, suffered)
            _away(stand, server, suffered)
            stand.until(lambda: any(_is_home(stand, name) for name in NAMES))
            _away(stand, server, suffered)
            stand.until_over(NAMES)
            suffered.after = journals(stand)
            suffered.endings = stand.endings(NAMES)
            return suffered


def _is_in_the_past(stand: WorkerStand, name: str) -> bool:
    return stand.box(name).clock_offset_s < LONG_AGO_S


def _is_home(stand: WorkerStand, name: str) -> bool:
    return stand.run(name).phase == "home"


def _cut(stand: WorkerStand, server: Postgres, url: str, suffered: Suffered) -> None:
    for _ in range(RESETS):
        suffered.cut += server.cut_connections(url)
        stand.pause(RESET_EVERY_S)


def _away(stand: WorkerStand, server: Postgres, suffered: Suffered) -> None:
    suffered.before.append(journals(stand))
    server.kill()
    stand.pause(AWAY_S)
    server.again()
    back = time.monotonic()
    kept = journals(stand)
    stand.until(lambda: journals(stand) != kept)
    suffered.resumed_s.append(time.monotonic() - back)


def test_nothing_that_was_journaled_is_lost(happened):
    for before in happened.before:
        for name, entries in before.items():
            assert happened.after[name][: len(entries)] == entries


def test_every_remediation_ends_well_and_nothing_is_left_on_any_box(happened):
    found = {name: ending.violations for name, ending in happened.endings.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}
    states = {ending.closed.state for ending in happened.endings.values()}
    assert states <= {"succeeded", "rolled-back"}


def test_work_resumes_once_the_server_is_back(happened, figures):
    assert happened.cut > 0
    assert len(happened.resumed_s) == 2
    waits = ", ".join(f"{seconds:.1f} s" for seconds in happened.resumed_s)
    states = ", ".join(ending.closed.state for ending in happened.endings.values())
    figures.append(
        f"PostgreSQL away for {AWAY_S:g} s twice, {happened.cut} sessions reset: work resumed "
        f"{waits} after its return; {len(NAMES)} remediations ended {states}"
    )
