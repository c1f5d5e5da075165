"""Idempotency keys: key, work and answer are one, whoever dies and however many ask at once."""

import subprocess
import sys
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from service.errors import KeyInUse, StoreError
from service.ports.requests import AskedSweep
from service.ports.tokens import Answer
from tests.contract.store.databases import KINDS, opened, tell
from tests.support.builders import OPENED

KEPT_S = 86400.0
GIVEN = Answer("f", 202, "/there", "{}")


def at(seconds: float):
    return OPENED + timedelta(seconds=seconds)


def ask(store, item="s1"):
    store.ask_sweep(AskedSweep(item, OPENED, "ann", ("hq-1",)))


def given(store, key="k", seconds=0.0, who="ann"):
    return store.answer_given(who, key, now=at(seconds), kept_s=KEPT_S)


def answer(store, item="s1", key="k", who="ann") -> Answer | None:
    """What a face does with one request."""
    with store.together():
        before = given(store, key, who=who)
        if before is None:
            ask(store, item)
            store.keep_answer(who, key, GIVEN, at=OPENED)
        return before


@pytest.fixture
def store(sql_store):
    return sql_store


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    """A durable database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'aprejoin.db'}"
        return
    server = request.getfixturevalue("postgres")
    made = server.new_database()
    yield made
    server.drop(made)


def sweeps(store) -> list[str]:
    return sorted(one.id for one in store.sweeps(limit=99))


def test_a_key_is_answered_once_and_the_answer_kept(store):
    assert answer(store) is None
    assert answer(store, "s2") == GIVEN
    assert sweeps(store) == ["s1"]


def test_keys_of_two_people_do_not_meet(store):
    assert answer(store, "s1") is None
    assert answer(store, "s2", who="bob") is None
    assert answer(store, "s3", key="bob k", who="ann") is None
    assert answer(store, "s4", key="k", who="ann bob") is None


def test_an_answer_is_forgotten_after_a_day(store):
    answer(store)
    assert given(store, seconds=KEPT_S - 1) == GIVEN
    assert given(store, seconds=KEPT_S) is None


def test_what_went_wrong_leaves_neither_work_nor_key(store):
    def broken():
        with store.together():
            assert answer(store) is None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert (sweeps(store), given(store)) == ([], None)


def test_a_part_that_fails_is_undone_alone_where_the_caller_goes_on(store):
    with store.together():
        ask(store, "s1")
        with pytest.raises(StoreError):
            ask(store, "s1")
        ask(store, "s2")
    assert sweeps(store) == ["s1", "s2"]


def test_an_answer_outlives_the_process_and_is_known_to_every_other(url):
    first = opened(url)
    assert answer(first) is None
    first.close()
    again, beside = opened(url), opened(url)
    assert (answer(again, "s2"), answer(beside, "s3"), sweeps(beside)) == (GIVEN, GIVEN, ["s1"])
    again.close()
    beside.close()


def test_of_many_that_ask_at_once_with_one_key_one_does_the_work(url):
    stores = [opened(url) for _ in range(4)]
    together, told = Barrier(4), []

    def one(number: int) -> None:
        together.wait()
        try:
            told.append(answer(stores[number], f"s{number}"))
        except KeyInUse as err:
            told.append(err)

    threads = [Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(None) == 1
    assert all(one in (None, GIVEN) or isinstance(one, KeyInUse) for one in told)
    assert len(sweeps(stores[0])) == 1
    for store in stores:
        store.close()


DYING = """
import sys
from tests.contract.store.databases import opened
from tests.contract.store.test_answers import GIVEN, OPENED, answer, ask, given
store = opened(sys.argv[1])
with store.together():
    given(store)
    ask(store)
    store.keep_answer("ann", "k", GIVEN, at=OPENED)
    print("written", flush=True)
    sys.stdin.read()
"""


def test_a_process_killed_between_the_work_and_its_end_leaves_neither_work_nor_key(url):
    other = opened(url)
    child = subprocess.Popen(
        [sys.executable, "-c", DYING, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout.readline() == "written\n"
        if url.startswith("postgresql"):
            with pytest.raises(KeyInUse):
                answer(other, "s2")
        child.kill()
        child.wait()
    assert sweeps(other) == []
    while True:  # the server notices that its client is gone, sooner or later
        try:
            assert answer(other, "s2") is None
            break
        except KeyInUse:
            tell(url, "SELECT pg_sleep(0.05)")
    assert sweeps(other) == ["s2"]
    other.close()
