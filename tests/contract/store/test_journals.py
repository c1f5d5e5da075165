from datetime import timedelta

import pytest

from service.domain.changes import RemoveNtp
from service.domain.journal import Closed, HomeCalled, Intended, Opened, Settled
from service.domain.ntp import NtpState
from service.errors import JournalConflict, LeaseLost, NotFound
from service.ports.store import Approval, Holder
from tests.support.builders import MAC, NTP, OPENED, charter, instant, look, sighting

ME = Holder("host-1", "boot-1", 100, "100")
YOU = Holder("host-2", "boot-9", 200, "200")
TTL_S = 120.0
INTENT = Intended("remove-ntp", RemoveNtp(NTP), "remove", "21")


def leased(store, holder: Holder = ME, controller: str = "hq-1"):
    return store.acquire(controller, holder, ttl_s=TTL_S)


def opened(store, remediation: str = "r1", at: float = 0.0, controller: str = "hq-1"):
    lease = leased(store, controller=controller)
    event = Opened(charter(controller=controller))
    store.open_remediation(remediation, event, at=instant(at), lease=lease)
    return lease


# -- order -------------------------------------------------------------------------------------


def test_a_journal_gives_back_what_was_written_in_order(store):
    lease = opened(store)
    store.append("r1", INTENT, after=1, at=instant(1), lease=lease)
    store.append("r1", Settled("remove-ntp", "applied"), after=2, at=instant(2), lease=lease)
    entries = store.journal("r1")
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.at for entry in entries] == [instant(0), instant(1), instant(2)]
    assert [entry.fencing for entry in entries] == [lease.fencing] * 3
    assert entries[0].event == Opened(charter())
    assert entries[1].event == INTENT


def test_who_read_an_older_journal_may_not_append(store):
    lease = opened(store)
    store.append("r1", INTENT, after=1, at=instant(1), lease=lease)
    for after in (0, 1, 3):
        with pytest.raises(JournalConflict):
            store.append("r1", INTENT, after=after, at=instant(2), lease=lease)
    assert len(store.journal("r1")) == 2


def test_a_remediation_is_opened_once(store):
    lease = opened(store)
    with pytest.raises(JournalConflict):
        store.open_remediation("r1", Opened(charter()), at=instant(1), lease=lease)
    assert len(store.journal("r1")) == 1


def test_nothing_is_appended_to_a_journal_that_was_never_opened(store):
    lease = leased(store)
    with pytest.raises(JournalConflict):
        store.append("r9", INTENT, after=1, at=instant(1), lease=lease)
    with pytest.raises(NotFound):
        store.journal("r9")


# -- leases ------------------------------------------------------------------------------------


def test_nothing_is_written_with_a_lease_that_passed_on(store, world):
    mine = opened(store)
    world.advance(TTL_S)
    leased(store, YOU)
    with pytest.raises(LeaseLost):
        store.append("r1", INTENT, after=1, at=instant(TTL_S + 1), lease=mine)
    with pytest.raises(LeaseLost):
        store.open_remediation("r2", Opened(charter()), at=instant(TTL_S + 1), lease=mine)
    assert len(store.journal("r1")) == 1


def test_nothing_is_written_with_a_lease_that_ran_out_though_nobody_took_it(store, world):
    lease = opened(store)
    world.advance(TTL_S - 1)
    store.append("r1", INTENT, after=1, at=instant(0), lease=lease)
    world.advance(1)
    with pytest.raises(LeaseLost):
        store.append("r1", INTENT, after=2, at=instant(1), lease=lease)


def test_nothing_is_written_with_a_lease_that_was_given_up(store):
    lease = opened(store)
    store.release(lease)
    with pytest.raises(LeaseLost):
        store.append("r1", INTENT, after=1, at=instant(1), lease=lease)


def test_a_successor_writes_under_its_own_number(store, world):
    mine = opened(store)
    world.advance(TTL_S)
    yours = leased(store, YOU)
    entry = store.append("r1", HomeCalled("x"), after=1, at=instant(TTL_S + 1), lease=yours)
    assert entry.fencing == yours.fencing > mine.fencing


# -- lists -------------------------------------------------------------------------------------


def test_remediations_are_listed_newest_first_with_how_they_ended(store):
    first = opened(store, "r1")
    store.append("r1", Closed("succeeded", "", 1, 0), after=1, at=instant(1), lease=first)
    store.release(first)
    second = opened(store, "r2", at=10)
    opened(store, "r3", at=5, controller="hq-2")
    assert [row.id for row in store.remediations()] == ["r2", "r3", "r1"]
    assert [row.id for row in store.remediations(controller="hq-1")] == ["r2", "r1"]
    assert [row.id for row in store.remediations(unfinished=True)] == ["r2", "r3"]
    newest = store.remediations(controller="hq-1")[0]
    assert (newest.closed, newest.lease, newest.opened) == (None, second, instant(10).wall)
    assert newest.charter == charter()
    closed = store.remediations(controller="hq-1")[1].closed
    assert closed is not None
    assert closed.state == "succeeded"


def test_remediations_of_a_controller_come_in_order_whatever_the_hosts_clocks_said(store):
    first = opened(store, "r1", at=3600)
    store.release(first)
    opened(store, "r2", at=0)
    assert [row.id for row in store.remediations(controller="hq-1")] == ["r2", "r1"]


def test_one_that_is_taken_up_again_is_unfinished_again(store):
    lease = opened(store)
    store.append("r1", Closed("needs-attention", "", 0, 1), after=1, at=instant(1), lease=lease)
    assert store.remediations(unfinished=True) == ()
    store.append("r1", HomeCalled("restore"), after=2, at=instant(2), lease=lease)
    assert [row.id for row in store.remediations(unfinished=True)] == ["r1"]


# -- what polls saw, and approvals -------------------------------------------------------------


def test_histories_grow_with_every_poll_and_are_kept_by_controller(store):
    for at in (0, 60):
        grown = store.add_poll(look(at, aps=(sighting(download_percent=at),)))
    assert grown[MAC].polls == 2
    assert store.histories("hq-1") == grown
    assert store.histories("hq-2") == {}


def test_an_ap_that_a_poll_did_not_see_keeps_its_history(store):
    store.add_poll(look(0))
    grown = store.add_poll(look(60, aps=()))
    assert grown[MAC].polls == 1


def test_a_poll_without_an_ap_table_changes_no_history(store):
    store.add_poll(look(0))
    assert store.add_poll(look(60, aps=None))[MAC].polls == 1


def test_the_newest_word_on_each_clock_is_kept(store):
    store.add_poll(look(0, off_s=1.5))
    store.add_poll(look(60, off_s=-0.5))
    store.add_poll(look(90, clock=None))
    (note,) = store.clocks()
    assert (note.controller, note.offset_s, note.uncertainty_s) == ("hq-1", -0.5, 0.1)
    assert note.at.wall == OPENED + timedelta(seconds=60)
    assert note.synchronised
    assert store.vouching_clocks(note.at.boot_id) == (note,)
    assert store.vouching_clocks("another boot") == ()


def test_a_clock_that_ntp_does_not_hold_vouches_for_nothing(store):
    store.add_poll(look(0, ntp_state=NtpState(synchronised=False)))
    (note,) = store.clocks()
    assert store.vouching_clocks(note.at.boot_id) == ()


def test_sweeps_are_kept_once_each(store):
    store.keep_sweep("s1", {"sweep": {"id": "s1"}}, at=OPENED)
    store.keep_sweep("s2", {"sweep": {"id": "s2"}}, at=OPENED)


def approval(by: str, at: float, digest: str = "d" * 64) -> Approval:
    given = OPENED + timedelta(seconds=at)
    return Approval(digest, "hq-1", by, given, given + timedelta(hours=24))


def test_approvals_are_found_by_digest_newest_first(store):
    for one in (approval("ann", 0), approval("bob", 9), approval("eve", 5, "e" * 64)):
        store.approve(one)
    assert list(store.approvals("d" * 64)) == [approval("bob", 9), approval("ann", 0)]
    assert list(store.approvals("f" * 64)) == []


def test_the_same_person_may_approve_again(store):
    store.approve(approval("ann", 0))
    store.approve(approval("ann", 60))
    assert len(list(store.approvals("d" * 64))) == 2
