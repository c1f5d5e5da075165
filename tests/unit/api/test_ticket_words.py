"""Words of the other side of a ticket pair: signed, in order, each as old as it is, and audited."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.audit import Act
from service.domain.events.signing import WINDOW_S
from service.domain.tickets import Ticket
from service.ports.audit import Wanted
from service.usecases.tickets import id_of
from tests.support.ticket_pair import ITSM, OURS, THEIRS, PairSecrets, signed_word, word
from tests.unit.api.test_rules import problem

DIGEST = "d" * 64
ITEM = id_of("change", DIGEST)
WINDOW = {"opens": "2026-01-01T00:00:00+01:00", "closes": "2026-01-01T06:00:00Z"}
APPROVED = word(DIGEST, **WINDOW, state="Scheduled")


@pytest.fixture
def pair(service):
    """The service with a pair, and a change that was opened."""
    front = service.api.app.state.front
    inventory = replace(front.inventory(), itsm=ITSM, event_keys={"noc": "env:OURS"})
    service.api.app.state.front = replace(front, inventory=lambda: inventory, secrets=PairSecrets())
    change = Ticket(ITEM, "change", DIGEST, DIGEST, "hq-1")
    service.store.add_ticket(change)
    service.store.note_opened(ITEM, number="d", ref=DIGEST)
    return service


def say(pair, body=APPROVED, *, off_s=0, **more):
    now = pair.api.context.clock.now().wall
    return signed_word(pair.nobody, body, at=now + timedelta(seconds=off_s), **more)


def trail(pair):
    return pair.store.records(Wanted(act=Act.TICKET_WORD), limit=9)


def test_a_word_is_kept_with_its_age_its_window_in_utc_and_its_number(pair):
    answered = say(pair, {**APPROVED, "number": "CHG-17"}, off_s=-20)
    assert answered.status_code == 200, answered.text
    told = answered.json()["ticket"]
    assert (told["number"], told["standing"], told["says"]) == ("CHG-17", "approved", "Scheduled")
    assert (told["opens"], told["closes"]) == ("2025-12-31T23:00:00Z", "2026-01-01T06:00:00Z")
    assert 20 <= pair.store.ticket(ITEM).read_ago_s < 22
    (record,) = trail(pair)
    assert (record.deed.who, record.deed.controller, record.deed.digest) == (
        "key desk",
        "hq-1",
        DIGEST,
    )
    assert "approved" in record.deed.detail


def test_the_same_word_counts_anew_only_when_it_is_signed_anew_and_is_recorded_once(pair):
    assert say(pair, off_s=-30).status_code == 200
    assert say(pair, off_s=-30).status_code == 200
    assert pair.store.ticket(ITEM).read_ago_s >= 30
    assert say(pair, off_s=-9, **{"Idempotency-Key": "one"}).status_code == 200
    assert say(pair, off_s=0, **{"Idempotency-Key": "one"}).status_code == 200
    assert pair.store.ticket(ITEM).read_ago_s < 2
    assert len(trail(pair)) == 1
    assert say(pair, word(DIGEST, "withdrawn", state="Cancelled"), off_s=1).status_code == 200
    assert len(trail(pair)) == 2


def test_an_approval_that_was_held_back_does_not_undo_a_withdrawal(pair):
    assert say(pair, word(DIGEST, "withdrawn"), off_s=-5).status_code == 200
    for late in (-6, -5, -200):
        refused = say(pair, off_s=late)
        assert "later word" in problem(refused, 409, "refused")
    assert pair.store.ticket(ITEM).reading.standing == "withdrawn"
    assert [one.deed.outcome.value for one in trail(pair)].count("done") == 1


FORGED = [
    {"by": "another secret of somebody"},
    {"by": OURS},
    {"key": "aprejoin", "by": OURS},
    {"key": "noc", "by": OURS},
    {"key": "nobody"},
    {"off_s": WINDOW_S + 2},
    {"off_s": -WINDOW_S - 2},
    {"Aprejoin-Signature": ""},
    {"Aprejoin-Timestamp": "soon"},
]


def test_a_forged_late_or_foreign_signature_is_refused_without_saying_why(pair):
    for forged in FORGED:
        refused = say(pair, **forged)
        assert refused.status_code == 401, forged
        problem(refused, 401, "token-refused")
        assert THEIRS not in refused.text
    assert pair.store.ticket(ITEM).reading is None


def test_no_token_tells_a_word(pair):
    for who in ("ann", "bob", "root"):
        refused = pair.api.as_(who).post("/api/v1/tickets/words", APPROVED)
        problem(refused, 401, "token-refused")


def test_where_there_is_no_pair_nobody_tells_anything(service):
    problem(say(service), 401, "token-refused")


OTHER_FORMS = [
    {**APPROVED, "opens": None},
    {**APPROVED, "closes": APPROVED["opens"]},
    {**APPROVED, "opens": "2026-01-01T00:00:00"},
    {**APPROVED, "opens": 1767225600},
    {**APPROVED, "opens": "1767225600"},
    {**APPROVED, "closes": "9999-12-31T23:59:59-12:00"},
    {**APPROVED, "standing": "yes"},
    {**APPROVED, "state": "\x1b[31m"},
    {**APPROVED, "number": "x" * 65},
    {**APPROVED, "correlation": "../etc"},
    {**APPROVED, "approved": True},
    word(DIGEST, "waiting", opens=APPROVED["opens"]),
    [APPROVED],
    {},
]


def test_a_word_of_another_form_is_refused_and_not_kept(pair):
    for body in OTHER_FORMS:
        refused = say(pair, body)
        assert refused.status_code == 422, body
        problem(refused, 422, "invalid-input")
    assert pair.store.ticket(ITEM).reading is None


def test_a_change_that_is_not_known_is_told_so_and_one_that_is_over_stays_so(pair):
    problem(say(pair, word("e" * 64, "waiting")), 404, "not-found")
    pair.store.end_ticket(ITEM)
    answered = say(pair)
    assert (answered.status_code, answered.json()["ticket"]["over"]) == (200, True)
    assert pair.store.ticket(ITEM).reading is None
