"""Two processes race for one controller, a thousand times, half of them over each database."""

import multiprocessing
import shutil
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from service.config.clock import SystemClock
from service.domain.journal import Intended
from service.store.sql import SqlStore
from tests.support.kill_points import EVERY_POINT
from tests.support.racer import race

ROUNDS = 1000 if EVERY_POINT else 500
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def folder():
    """In memory where that can be: commits to a disk would only make the races slower."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own in there
    made = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def database(request, folder):
    if request.param == "SQLite":
        return request.param, f"sqlite:///{folder / 'aprejoin.db'}"
    return request.param, request.getfixturevalue("postgres_url")


def raced(url: str, folder: Path) -> Counter:
    """What two processes told of their races."""
    barrier = SPAWN.Barrier(2)
    racers = [
        SPAWN.Process(target=race, args=(url, ROUNDS, number, barrier, folder)) for number in (1, 2)
    ]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(300)
    assert [racer.exitcode for racer in racers] == [0, 0]
    told: Counter[str] = Counter()
    for number in (1, 2):
        for line in (folder / f"told-{number}").read_text().splitlines():
            what, _, many = line.partition("=")
            told[what] += int(many)
    return told


def journals(url: str) -> dict[str, tuple]:
    store = SqlStore(url, SystemClock())
    try:
        return {row.id: store.journal(row.id) for row in store.remediations()}
    finally:
        store.close()


def test_of_two_that_race_for_a_controller_one_writes_and_a_stale_number_is_always_refused(
    database, folder, figures
):
    name, url = database
    SqlStore(url, SystemClock()).close()
    began = time.monotonic()
    told = raced(url, folder)
    took_s = time.monotonic() - began

    written = journals(url)
    assert len(written) == ROUNDS, "a stale number opened a journal, or nobody did"
    intents = [
        (item, entry.seq, entry.fencing)
        for item, entries in written.items()
        for entry in entries
        if isinstance(entry.event, Intended)
    ]
    sent = [line.split() for line in (folder / "device").read_text().splitlines()]
    sends = [(item, int(seq), int(fencing)) for item, seq, fencing in sent]
    double = len(sends) - len(set(sends))
    assert (double, sorted(sends)) == (0, sorted(intents))
    for entries in written.values():
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert all(one.fencing <= two.fencing for one, two in pairwise(entries))

    taken_in_the_middle = len(range(0, ROUNDS, 3))
    assert told["was given the lease"] == ROUNDS + taken_in_the_middle
    assert told["came second"] == ROUNDS
    assert told["stale tried"] > ROUNDS // 2
    assert told["stale tried and refused"] == told["stale tried"]
    refused = told["stale tried and refused"] + told["stale refused"]
    figures.append(
        f"races over {name}: {ROUNDS} of two processes for one controller, {len(intents)} writes, "
        f"{double} double, {refused} stale numbers tried and all refused, "
        f"{told['conflicts']} conflicts, {took_s:.1f} s"
    )
