"""Storing one look at 6,000 APs of which 2 % changed, or 4 %, beside a raw rewrite of all rows."""

import time
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, delete, insert, select

from service.config.clock import SystemClock
from service.domain.diagnosis import DiagnosisContext, diagnose
from service.domain.identity import BaseRadioMac
from service.domain.observation import ApState
from service.store.sql import SqlStore
from service.store.tables import ap_history
from tests.support.cases import NOW, catalogue, minutes, registered, view

COUNT, CHANGED = 6_000, 120
"""Access points; those of whom a look says something new where 2 % changed."""
TIMES = 5


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'aprejoin.db'}"
    return request.getfixturevalue("postgres_url")


def look(turn: int, away: int = CHANGED):
    """What the turn-th poll sees: others are away each time, so twice as many changed."""
    aps = [
        registered(
            mac=BaseRadioMac(f"00:00:00:{n >> 8:02x}:{n & 255:02x}:00"),
            name=f"ap-{n}",
            state=ApState.NOT_JOINED if n // away == turn else ApState.REGISTERED,
        )
        for n in range(COUNT)
    ]
    return view(*aps, at=NOW + minutes(5 * turn))


def rewrite(url: str) -> float:
    """CPU seconds of deleting and inserting the very same rows, without anything of ours.

    Of this process: SQLite's work is in it, PostgreSQL's is not.
    """
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(ap_history)).mappings()]
    took = []
    for _ in range(TIMES):
        began = time.process_time()
        with engine.begin() as connection:
            connection.execute(delete(ap_history))
            connection.execute(insert(ap_history), rows)
        took.append(time.process_time() - began)
    engine.dispose()
    return min(took)


def seconds(work) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_a_look_of_which_little_changed(url, figures):
    """Best of some: another process on the core makes any of it look slower, none faster."""
    store = SqlStore(url, SystemClock())
    diagnose(look(0), {}, catalogue(), DiagnosisContext())  # what is read once for all
    for turn in (0, 1):
        store.add_poll(look(turn))
    least = rewrite(url)
    name = store.url.partition(":")[0].partition("+")[0]
    figures(f"{name}: raw rewrite of all rows, CPU", seconds=least)

    def told(seen):
        diagnose(seen, store.add_poll(seen), catalogue(), DiagnosisContext())

    for share, away in ((2, CHANGED // 2), (4, CHANGED)):
        looks = [look(turn, away) for turn in range(1, 2 + TIMES)]
        at = NOW + minutes(100 * share)
        looks = [replace(seen, read_at=at + minutes(turn)) for turn, seen in enumerate(looks)]
        told(looks[0])  # other ones are away than before: much changed
        took = min(seconds(lambda seen=seen: told(seen)) for seen in looks[1:])
        figures(f"{name}: a look, {share} % changed, CPU", seconds=took, ratio=took / least)
    again = [replace(looks[-1], read_at=NOW + minutes(500 + turn)) for turn in range(TIMES)]
    took = min(seconds(lambda seen=seen: told(seen)) for seen in again)
    figures(f"{name}: a look that says the same again, CPU", seconds=took, ratio=took / least)
    took = min(seconds(lambda: store.histories("hq-1")) for _ in range(TIMES))
    figures(f"{name}: all of it read back, CPU", seconds=took, ratio=took / least)
    known = store.histories("hq-1")
    there = sum(past.last.state is ApState.REGISTERED for past in known.values())
    assert (there, len(known)) == (COUNT - CHANGED, COUNT)
    store.close()
