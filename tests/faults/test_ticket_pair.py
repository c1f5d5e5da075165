"""A remediation under a change of a ticket pair: what the other side repeats is what counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
import responses

from service.bootstrap import open_desk
from service.domain.changes import RemoveNtp, SetClock
from service.domain.journal import HomeCalled
from service.usecases.ticket_words import Word, take_word
from service.usecases.tickets import change_of
from tests.support.crew import BEAT_S, NOBODY_ASKS, Crew, crew_stage
from tests.support.fake_clock import FakeClock, World
from tests.support.ticket_pair import ITSM, URL, OtherSide, PairSecrets

TICKETED = replace(NOBODY_ASKS, ticket="required")
REPEATED_S = 20
HOURS = timedelta(hours=6)


@pytest.fixture
def other():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as net:
        side = OtherSide()
        net.add_callback("POST", URL, callback=side)
        yield side


@pytest.fixture
def pair(other):
    """A remediation that was asked for and its change told; the APs never come."""
    policy = replace(TICKETED, wait_for_aps_s=40_000, no_progress_s=40_000)
    desk = open_desk(ITSM, PairSecrets(), FakeClock(World()))
    found = Pair(crew_stage(policy, desk=desk))
    found.digest = found.ask()
    for fake in found.stage.box.aps:
        fake.hopeless = True
    found.worker = found.stage.process()
    found.live(2)
    assert other.events()[0] == "ticket.open_change"
    return found


class Pair(Crew):
    """A crew, and what the other side says of its change every now and then."""

    standing = ""
    delay_s = 0

    def live(self, beats=1):
        for _ in range(beats):
            self.beat(self.worker)
            self.stage.world.advance(BEAT_S)
            if self.standing and self.stage.world.elapsed // BEAT_S % (REPEATED_S // BEAT_S) == 0:
                self.say(self.standing)

    def say(self, standing):
        at = self.now(self.worker)
        word = Word(self.digest, standing, at - HOURS, at.replace(minute=0) + HOURS, "as told")
        signed = int(at.timestamp()) - self.delay_s
        take_word(self.worker.context, word, at=signed, who="key desk")

    def touched(self):
        return [c for c in self.stage.line.sent if isinstance(c, RemoveNtp | SetClock)]

    def until_in_the_past(self):
        for _ in range(600):
            if abs(self.stage.box.offset_s) > 60:
                return
            self.live()
        raise AssertionError("its clock was never set")

    def until_home(self):
        for _ in range(2000):
            closed = self.closed()
            if closed is not None and self.due() is None:
                return closed
            self.live()
        raise AssertionError("it never ends")

    def homecoming(self):
        return next(e.event.reason for e in self.run().entries if isinstance(e.event, HomeCalled))


def test_without_a_word_or_on_one_that_is_late_nothing_begins(pair):
    pair.live(10)
    assert pair.run() is None
    pair.standing, pair.delay_s = "approved", 90
    pair.live(40)
    assert not pair.touched()
    pair.standing, pair.delay_s = "waiting", 0
    pair.live(10)
    assert "not approved: as told" in pair.due().why
    assert not pair.touched()


def test_a_word_that_is_repeated_lets_it_run_and_one_that_forbids_brings_it_home(pair, other):
    pair.standing = "approved"
    pair.until_in_the_past()
    pair.standing, other.broken = "withdrawn", 2
    assert pair.until_home().state == "rolled-back"
    assert "withdrawn: as told" in pair.homecoming()
    assert pair.stage.box.differences() == []
    for _ in range(200):
        if change_of(pair.worker.context, pair.digest).over:
            break
        pair.live()
    assert not pair.stage.store.messages(state="dead")
    events = other.events()
    assert events[-1] == "ticket.close_change"
    assert {"ticket.begin_change", "ticket.note", "ticket.attach"} <= set(events)
    assert len(other.heard) == len(events) + 2
    assert {body["correlation"] for _, _, body in other.heard} == {pair.digest}


def test_a_word_that_is_not_repeated_stops_writes_and_at_last_brings_the_box_home(pair):
    pair.standing = "approved"
    pair.until_in_the_past()
    pair.standing, began = "", pair.stage.world.elapsed
    closed = pair.until_home()
    assert closed.state == "rolled-back"
    assert "last heard of" in pair.homecoming()
    assert pair.stage.world.elapsed - began < TICKETED.ntp_sync_s + TICKETED.dead_man_after_s
    assert pair.stage.box.differences() == []
