"""What monitoring reads, on both databases."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.domain.journal import Closed, Opened
from service.domain.signals import Signs, Stuck
from service.domain.tickets import Ticket
from service.domain.webhooks import EventKind
from service.errors import LeaseHeld
from service.ports.requests import Kind
from service.ports.signals import LEASES_LEFT, Added, Backlog, End, Sum, Waiting
from service.ports.store import Holder
from service.ports.tickets import Message
from service.ports.webhooks import NewDelivery, Tried
from tests.support.builders import charter, instant
from tests.support.fake_clock import FakeClock
from tests.support.stores import MemoryStore

ME, YOU = Holder("host-1", "boot-1", 100, "100"), Holder("host-2", "boot-2", 200, "200")
AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STUCK = (Stuck("FN72524", "probable", 3),)
SIGNS = Signs("hq-1", AT, -0.25, vouched=True, stuck=STUCK, aps={"registered": 9})


def test_sums_add_up_and_tell_when_they_did_last(sql_store, world):
    sql_store.add_up([Added("steps", ("close", "done")), Added("seconds", (), 2.5)])
    world.advance(40)
    sql_store.add_up([Added("seconds", (), 0.5)])
    world.advance(2)
    assert sql_store.sums() == (
        Sum("seconds", (), 3.0, pytest.approx(2.0)),
        Sum("steps", ("close", "done"), 1.0, pytest.approx(42.0)),
    )


def test_a_sum_of_another_boot_is_older_than_anything(world):
    clock = FakeClock(world)
    store = MemoryStore(clock)
    store.add_up([Added("canaries", ("poll",))])
    clock.reboot("boot-2")
    assert store.sums() == (Sum("canaries", ("poll",), 1.0, math.inf),)
    store.close()


def test_nothing_to_add_is_nothing_added(sql_store):
    sql_store.add_up([])
    assert sql_store.sums() == ()


def test_the_newest_signs_of_each_controller_are_kept(store):
    store.keep_signs([SIGNS, Signs("hq-2", AT)])
    store.keep_signs([replace(SIGNS, offset_s=1.5)])
    assert store.signs() == {"hq-1": replace(SIGNS, offset_s=1.5), "hq-2": Signs("hq-2", AT)}


def test_what_is_due_waits_and_what_is_not_is_planned(sql_store, world):
    sql_store.set_due(Kind.PLAN, "p1", in_s=0)
    world.advance(30)
    sql_store.set_due(Kind.PLAN, "p2", in_s=0)
    sql_store.set_due(Kind.SWEEP, "s1", in_s=60)
    world.advance(1)
    assert sql_store.backlog() == Backlog(
        {"plan": Waiting(2, pytest.approx(31.0))}, {"sweep": 1}, 0, 0, NOTHING_OUT
    )


NOTHING_OUT = {(to, state): 0 for to in ("webhook", "ticket") for state in ("pending", "dead")}


def test_leases_are_held_or_ran_out_and_those_taken_over_are_counted(sql_store, world):
    sql_store.acquire("hq-1", ME, ttl_s=60)
    given = sql_store.acquire("hq-2", ME, ttl_s=60)
    sql_store.release(given)
    found = sql_store.backlog()
    assert (found.leases_held, found.leases_run_out) == (1, 0)
    with pytest.raises(LeaseHeld):
        sql_store.acquire("hq-1", YOU, ttl_s=60)
    world.advance(61)
    found = sql_store.backlog()
    assert (found.leases_held, found.leases_run_out) == (0, 1)
    sql_store.acquire("hq-1", YOU, ttl_s=60)
    sql_store.acquire("hq-2", YOU, ttl_s=60)
    (counted,) = sql_store.sums()
    assert (counted.name, counted.value) == (LEASES_LEFT, 1.0)


def test_the_newest_end_of_each_controller_counts(sql_store):
    for number, state in enumerate(("needs-attention", "succeeded", "needs-attention")):
        controller = f"hq-{number // 2 + 1}"  # hq-1 twice, hq-2 once
        lease = sql_store.acquire(controller, ME, ttl_s=60)
        item, at = f"r{number}", instant(number)
        sql_store.open_remediation(item, Opened(charter()), at=at, lease=lease)
        end = Closed(state, "", 0, 0)
        sql_store.append(item, end, after=1, at=at, lease=lease)
    lease = sql_store.acquire("hq-3", ME, ttl_s=60)
    sql_store.open_remediation("r9", Opened(charter()), at=instant(9), lease=lease)
    assert sql_store.newest_ends() == (
        End("r1", "hq-1", "succeeded"),
        End("r2", "hq-2", "needs-attention"),
    )


def test_messages_that_are_pending_or_dead_are_counted_and_those_taken_are_not(sql_store):
    kind = EventKind.REMEDIATION_STEP
    sql_store.add_deliveries(
        NewDelivery(f"d{n}", "w1", f"e{n}", kind, f"x/{n}", "{}", AT) for n in range(4)
    )
    sql_store.note_tried("d0", Tried("delivered", 204, "", 0.0), at=AT)
    sql_store.note_tried("d1", Tried("dead", 500, "no", 9.0), at=AT)
    ticket = Ticket("t1", "change", "digest", "digest", "hq-1")
    sql_store.add_ticket(ticket, Message("t1", "t1/open", "open", {}, AT))
    found = sql_store.backlog().outbox
    assert found == NOTHING_OUT | {
        ("webhook", "pending"): 2,
        ("webhook", "dead"): 1,
        ("ticket", "pending"): 1,
    }
