"""The audit trail in every store: order, one transaction with what it records, nothing changed."""

import multiprocessing
from datetime import timedelta

import pytest
from sqlalchemy import inspect

from service.domain.audit import Act, Caller, Deed, Head, Outcome
from service.errors import NotFound, StoreError
from service.ports.audit import Wanted
from service.ports.store import Approval
from service.usecases.audit import every_record, verify
from tests.contract.store.databases import KINDS, opened, tell
from tests.contract.store.test_migrations import of_schema_1
from tests.support.fake_clock import START

DEED = Deed(Act.PLAN_APPROVE, "bob", Caller("token", "REST"), "plan p1", "hq-1", "d" * 64)
REFUSED = Deed(Act.HALT, "ann", Caller("person", "here"), outcome=Outcome.REFUSED, detail="no")
WRITERS, EACH = 3, 12


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'aprejoin.db'}"
        return
    server = request.getfixturevalue("postgres")
    made = server.new_database()
    yield made
    server.drop(made)


def test_records_are_told_newest_first_by_what_is_wanted_of_them(store):
    first = store.records(limit=9)
    assert [one.deed.act for one in first] == [Act.BEGIN]
    approved, halted = (
        store.record(deed, at=START + timedelta(hours=hour))
        for hour, deed in enumerate((DEED, REFUSED))
    )
    assert store.records(limit=9) == (halted, approved, *first)
    assert store.records(limit=1) == (halted,)
    assert store.records(limit=1, before=halted.seq) == (approved,)
    for wanted in (
        Wanted(act="plan.approve"),
        Wanted(who="bob"),
        Wanted(controller="hq-1"),
        Wanted(digest="d" * 64),
        Wanted(about="plan p1"),
        Wanted(outcome="done", until=START + timedelta(hours=1), since=START),
    ):
        assert store.records(wanted, limit=9)[0] == approved
    assert store.records(Wanted(outcome="refused"), limit=9) == (halted,)
    assert store.records(Wanted(since=START + timedelta(hours=1)), limit=9)[0] == halted
    assert store.head() == Head(halted.seq, halted.hash)
    assert store.chain(after=1, limit=9) == (approved, halted)
    assert verify(store).broken is None


def test_what_is_written_together_is_there_with_its_record_or_not_at_all(sql_store):
    approval = Approval("d" * 64, "hq-1", "bob", START, START)
    before = sql_store.head()

    def half() -> None:
        with sql_store.together():
            sql_store.approve(approval)
            sql_store.record(DEED, at=START)
            raise NotFound("plan", "p1")

    with pytest.raises(NotFound):
        half()
    assert (sql_store.head(), sql_store.approvals("d" * 64)) == (before, ())
    with sql_store.together():
        sql_store.approve(approval)
        sql_store.record(DEED, at=START)
    assert sql_store.head().seq == before.seq + 1
    assert len(sql_store.approvals("d" * 64)) == 1


def refuses(url: str, statement: str) -> None:
    with pytest.raises(Exception, match="append-only"):
        tell(url, statement)


def forged(seq: int, previous: str, *, how: str = "INSERT") -> str:
    """A copy of record 3 in another place."""
    columns = "at, who, kind, place, act, about, controller, digest, outcome, detail"
    copy = f"SELECT {seq}, {columns}, {previous}, '{'f' * 64}' FROM audit WHERE seq = 3"  # noqa: S608
    return f"{how} INTO audit (seq, {columns}, previous, hash) {copy}"


def test_the_database_itself_changes_and_deletes_no_record_and_forks_no_chain(url):
    store = opened(url)
    store.record(DEED, at=START)
    store.record(REFUSED, at=START)
    refuses(url, "UPDATE audit SET who = 'eve' WHERE seq = 2")
    refuses(url, "DELETE FROM audit WHERE seq = 3")
    refuses(url, "DELETE FROM audit")
    for seq, previous in ((3, "previous"), (4, "previous"), (2, "hash"), (9, "hash")):
        refuses(url, forged(seq, previous))
    if url.startswith("sqlite"):
        refuses(url, forged(2, "hash", how="INSERT OR REPLACE"))
    else:
        refuses(url, "TRUNCATE audit")
    assert (verify(store).broken, store.head().seq) == (None, 3)
    store.close()


def test_what_an_owner_of_the_database_did_behind_its_back_is_named(url):
    store = opened(url)
    for _ in range(4):
        store.record(DEED, at=START)
    kept = store.head()
    if url.startswith("sqlite"):
        off, delete_off = "DROP TRIGGER audit_update", "DROP TRIGGER audit_delete"
    else:
        off, delete_off = "ALTER TABLE audit DISABLE TRIGGER audit_change", "SELECT 1"
    tell(url, off, delete_off, "UPDATE audit SET who = 'eve' WHERE seq = 3")
    found = verify(store)
    assert (found.head.seq, found.broken.seq) == (2, 3)
    tell(url, "UPDATE audit SET who = 'bob' WHERE seq = 3", "DELETE FROM audit WHERE seq = 5")
    assert verify(store).broken is None
    assert verify(store, kept).broken.seq == 5
    tell(url, "DELETE FROM audit WHERE seq = 2")
    assert verify(store).broken.seq == 2
    tell(url, "DELETE FROM audit")
    assert verify(store).broken.seq == 1
    store.close()


def test_an_old_database_begins_a_chain_that_says_so_and_a_new_one_another(url):
    of_schema_1(url)
    store = opened(url)
    (first,) = store.records(limit=9)
    assert "before is not recorded" in first.deed.detail
    assert first.at.tzinfo is not None
    assert verify(store).head.seq == 1
    store.close()


def test_a_new_database_says_that_it_is_new(url):
    store = opened(url)
    (first,) = store.records(limit=9)
    assert first.deed.detail == "the chain begins: a new database"
    names = {one["name"] for one in inspect(store._engine).get_columns("audit")}
    assert {"seq", "previous", "hash"} <= names
    store.close()


def _write(url: str, name: str, barrier) -> None:
    store = opened(url)
    barrier.wait()
    for number in range(EACH):
        with store.together():
            store.approve(Approval(f"{name}-{number}", "hq-1", name, START, START))
            store.record(Deed(Act.PLAN_APPROVE, name, DEED.caller), at=START)
    store.close()


def test_writers_of_several_processes_make_one_chain_without_a_gap(url):
    store = opened(url)
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(WRITERS)
    writers = [
        fork.Process(target=_write, args=(url, f"w{number}", barrier)) for number in range(WRITERS)
    ]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0] * WRITERS
    found = verify(store)
    assert (found.broken, found.head.seq) == (None, 1 + WRITERS * EACH)
    by_whom = [record.deed.who for record in every_record(store)]
    assert {who: by_whom.count(who) for who in ("w0", "w1", "w2")} == dict.fromkeys(
        ("w0", "w1", "w2"), EACH
    )
    assert len(store.approvals("w0-0")) == 1
    store.close()


def test_a_database_that_is_away_is_said_to_be(tmp_path):
    store = opened(f"sqlite:///{tmp_path / 'a.db'}")
    tell(store.url, "DROP TABLE audit")
    with pytest.raises(StoreError, match="no such table"):
        store.record(DEED, at=START)
    store.close()


def test_evidence_is_told_by_remediation_in_the_order_in_which_it_was_kept(store):
    look = {"step": "arm", "seen": {"ntp": {"entries": ["é", 1.5, None]}}}
    for item, kind in (("r1", "before"), ("r2", "look"), ("r1", "look")):
        store.keep_piece(item, kind, look, at=START)
    kept = store.pieces("r1")
    assert [(one.kind, one.document, one.at) for one in kept] == [
        ("before", look, START),
        ("look", look, START),
    ]
    assert kept[0].number < kept[1].number == store.newest_piece("r1")
    assert store.newest_piece("r9") == 0
    assert store.pieces("nothing") == ()
