"""What a durable store owes beyond one connection: reopening, company, broken contents."""

import threading

import pytest

from service.config.clock import SystemClock
from service.domain.journal import HomeCalled, Opened
from service.errors import JournalConflict, StoreError
from service.ports.store import Holder
from service.store.sql import SqlStore
from tests.contract.store.databases import tell
from tests.support.builders import charter, instant, look

ME = Holder("host-1", "boot-1", 100, "100")


def address(store) -> str:
    return store._engine.url.render_as_string(hide_password=False)


def begun(store):
    lease = store.acquire("hq-1", ME, ttl_s=120)
    store.open_remediation("r1", Opened(charter()), at=instant(), lease=lease)
    return lease


def test_everything_is_there_after_reopening(reopen):
    store = reopen()
    lease = begun(store)
    grown = store.add_poll(look(0))
    store.close()
    again = reopen()
    assert again.journal("r1")[0].event == Opened(charter())
    assert again.lease_of("hq-1") == lease
    assert again.histories("hq-1") == grown


def test_two_connections_see_each_others_writes_and_conflict_where_they_must(reopen):
    one, two = reopen(), reopen()
    lease = begun(one)
    assert len(two.journal("r1")) == 1
    two.append("r1", HomeCalled("two"), after=1, at=instant(1), lease=lease)
    with pytest.raises(JournalConflict):
        one.append("r1", HomeCalled("one"), after=1, at=instant(1), lease=lease)


def test_of_two_that_append_at_the_same_time_one_wins_every_time(reopen):
    lease = begun(reopen())
    outcomes: list[str] = []

    def append(store, number: int) -> None:
        try:
            store.append("r1", HomeCalled(str(number)), after=1, at=instant(1), lease=lease)
            outcomes.append("written")
        except JournalConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=append, args=(reopen(), n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 3 + ["written"]


def test_a_database_that_breaks_while_it_is_open_is_a_store_error(reopen):
    store = reopen()
    begun(store)
    tell(address(store), "ALTER TABLE journal RENAME TO lost")
    with pytest.raises(StoreError, match=r"no such table|does not exist"):
        store.journal("r1")
    tell(address(store), "ALTER TABLE lost RENAME TO journal")
    assert len(store.journal("r1")) == 1


@pytest.mark.parametrize("text", ["not JSON", '{"type": "unheard-of"}', '{"type": "opened"}'])
def test_an_entry_that_cannot_be_read_back_is_a_store_error(reopen, text: str):
    store = reopen()
    begun(store)
    tell(address(store), "UPDATE journal SET event = :text", text=text)
    with pytest.raises(StoreError, match="cannot be read back"):
        store.journal("r1")


def test_a_lease_that_cannot_be_read_back_is_a_store_error(reopen):
    store = reopen()
    begun(store)
    tell(address(store), "UPDATE leases SET holder = 'nobody'")
    with pytest.raises(StoreError, match="cannot be read back"):
        store.lease_of("hq-1")


def test_a_password_in_the_address_is_not_repeated():
    with pytest.raises(StoreError) as failed:
        SqlStore("postgresql+nosuchdriver://ann:topsecret@localhost/aprejoin", SystemClock())
    assert "topsecret" not in str(failed.value)
