"""Connections to PostgreSQL cut at every statement: whole or not at all, and then on it goes."""

from collections.abc import Callable

import pytest
from sqlalchemy import event

from service.config.clock import SystemClock
from service.domain.journal import HomeCalled, Opened
from service.errors import StoreError
from service.ports.requests import AskedRemediation, AskedSweep, Kind
from service.ports.store import Holder, Store
from service.store.sql import SqlStore
from tests.support.builders import OPENED, charter, instant, look

ME = Holder("host-1", "boot-1", 100, "100")
MOST = 40


def opened(store: Store):
    lease = store.acquire("hq-1", ME, ttl_s=600)
    store.open_remediation("r1", Opened(charter()), at=instant(), lease=lease)
    return lease


def append(store: Store, lease) -> None:
    store.append("r1", HomeCalled("x"), after=1, at=instant(1), lease=lease)


WRITES: dict[str, tuple[Callable, Callable]] = {
    "append": (append, lambda s: len(s.journal("r1")) - 1),
    "poll": (lambda s, _: s.add_poll(look(0)), lambda s: len(s.histories("hq-1"))),
    "wish": (
        lambda s, _: s.ask_remediation(AskedRemediation("r9", OPENED, "ann", "p", "d", "hq-1")),
        lambda s: len(s.waiting_for("d")) + (s.due_of(Kind.REMEDIATION, "r9") is not None),
    ),
    "sweep": (
        lambda s, _: s.ask_sweep(AskedSweep("s1", OPENED, "ann", ("hq-1",))),
        lambda s: len(s.sweeps(limit=9)) + (s.due_of(Kind.SWEEP, "s1") is not None),
    ),
    "lease": (
        lambda s, _: s.acquire("hq-2", ME, ttl_s=60),
        lambda s: 0 if s.lease_of("hq-2") is None else s.lease_of("hq-2").fencing,
    ),
}


class Cutter:
    """Ends the store's sessions just before its statement of some number."""

    def __init__(self, store: SqlStore, cut: Callable[[], object], at: int) -> None:
        self._cut, self._at, self.seen = cut, at, 0
        event.listen(store._engine, "before_cursor_execute", self)

    def __call__(self, *_: object) -> None:
        if self.seen == self._at:
            self._cut()
        self.seen += 1


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_is_cut_off_anywhere_is_whole_or_not_at_all_and_works_again(
    name, postgres, migrated
):
    write, count = WRITES[name]
    whole = None
    for number in range(MOST):
        url = postgres.new_database(like=migrated)
        store, other = SqlStore(url, SystemClock()), SqlStore(url, SystemClock())
        lease = opened(store)
        cutter = Cutter(store, lambda url=url: postgres.cut_connections(url), number)
        try:
            write(store, lease)
            failed = False
        except StoreError:
            failed = True
        done = count(other)
        if failed:
            assert done == 0
            write(store, lease)
            done = count(other)
        whole = done if whole is None else whole
        assert done == whole > 0
        store.close()
        other.close()
        postgres.drop(url)
        if cutter.seen <= number:
            assert number > 1, "nothing was cut off"
            return
    raise AssertionError(f"more than {MOST} statements")


def test_sessions_that_were_cut_off_while_nothing_was_done_are_not_even_noticed(
    postgres, postgres_url
):
    store = SqlStore(postgres_url, SystemClock())
    lease = opened(store)
    assert postgres.cut_connections(postgres_url) > 0
    append(store, lease)
    store.close()


def test_a_server_that_is_not_there_is_a_store_error_without_the_password(tmp_path):
    with pytest.raises(StoreError, match="postgresql") as failed:
        SqlStore(f"postgresql://ann:topsecret@/aprejoin?host={tmp_path}", SystemClock())
    assert "topsecret" not in str(failed.value)


def test_an_address_need_not_name_the_driver_and_its_own_limits_count(postgres_url):
    url = postgres_url.replace("postgresql+psycopg://", "postgresql://") + "&application_name=mine"
    store = SqlStore(url, SystemClock())
    with store._engine.connect() as connection:
        shown = connection.exec_driver_sql("SHOW application_name").scalar()
        limit = connection.exec_driver_sql("SHOW statement_timeout").scalar()
    assert (shown, limit) == ("mine", "20s")
    store.close()
