"""The way home needs no ticket, word or window: whatever they say, it is the same to the second."""

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Literal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.domain.inventory import Freeze
from service.domain.tickets import ChangeReading
from service.errors import (
    ItsmLoginRefused,
    ItsmOutcomeUnknown,
    ItsmRefused,
    ItsmUnreachable,
    Refused,
)
from service.ports.requests import Kind
from service.ports.store import Approval
from service.usecases.advance import advance, call_home
from service.usecases.decide import want_back
from service.usecases.halt import halt
from service.usecases.recover import take_up
from service.usecases.remediate import Person, open_remediation
from service.usecases.tend import tend
from tests.support.builders import POLICY
from tests.support.crew import Crew, crew_stage
from tests.support.fake_desk import FakeDesk
from tests.support.recording_queue import RecordingQueue

Route = Literal["here", "restore", "asked for", "worker died"]
ROUTES: tuple[Route, ...] = ("here", "restore", "asked for", "worker died")
DEPTHS = (4, 10, 16, 30)
"""After how many moves it turns: before the clock is set, and later and later after that."""
AT_MOST_S = 1800.0
"""Longer than any way home of this policy takes."""
ERRORS = (
    ItsmUnreachable("read", "no answer in time"),
    ItsmUnreachable("read", "status 429", again_s=9999.0),
    ItsmOutcomeUnknown("read", "it broke"),
    ItsmLoginRefused("log in", "status 401"),
    ItsmRefused("read", "status 404", status=404),
)
OPERATIONS = ("find", "read_change", "begin_change", "close_change", "note", "has_note", "attach")


@dataclass(frozen=True)
class Papers:
    """What everybody says from the moment on in which it turns; times from then, in seconds.

    Attributes:
        standing: of the change, as it was read last; None: it never was. `desk` says another one.
        window: its planned start and end; None: none, and they may be the wrong way round.
        read_ago_s: how old that reading is.
        is_gone: the ticket is not known here any more.
        error: what whatever the ITSM is asked ends with; None: it answers.
        is_frozen, is_shut: a freeze holds; no clock window of the policy does.
    """

    standing: str | None
    desk: str
    window: tuple[int | None, int | None]
    read_ago_s: float
    is_gone: bool
    error: int | None
    is_halted: bool
    is_frozen: bool
    is_shut: bool


STANDINGS = ("waiting", "approved", "withdrawn", "over")
seconds = st.one_of(st.none(), st.integers(-9000, 9000))
papers = st.builds(
    Papers,
    standing=st.sampled_from((None, *STANDINGS)),
    desk=st.sampled_from(STANDINGS),
    window=st.tuples(seconds, seconds),
    read_ago_s=st.sampled_from((0.0, 59.0, 61.0, 4000.0, math.inf)),
    is_gone=st.booleans(),
    error=st.one_of(st.none(), st.integers(0, len(ERRORS) - 1)),
    is_halted=st.booleans(),
    is_frozen=st.booleans(),
    is_shut=st.booleans(),
)


@dataclass(frozen=True)
class Way:
    """A way home: how it ended, what was sent, how long it took; and who was asked meanwhile."""

    state: str
    left: tuple[str, ...]
    sent: tuple[str, ...]
    lasted_s: float
    offset_s: float
    asked: tuple[str, ...]


class Outing:
    """A remediation that was begun with every paper in order, and moved forward so often."""

    def __init__(self, depth: int) -> None:
        policy = replace(POLICY, ticket="required", approval="four-eyes")
        self.stage = crew_stage(policy)
        self.desk = self.stage.desk = FakeDesk()
        for fake in self.stage.box.aps:
            fake.hopeless = True
        self.process = self.stage.process()
        self.work = self._opened()
        self.asked: list[str] = []
        self.is_shuffled = False
        for _ in range(depth):
            self.stage.world.advance(advance(self.work).come_back_s)
        assert self.work.run().phase == "forward"

    def _opened(self):
        context, world = self.process.context, self.stage.world
        proposal = self.stage.propose(self.process)
        now, digest = world.true_utc(), proposal.planned.charter.digest
        # the word lapses on the way, as words do
        word = Approval(digest, "hq-1", "bob", now, now + timedelta(seconds=90))
        context.store.approve(word)
        with pytest.raises(Refused, match="not opened yet"):
            open_remediation(context, proposal, Person("ann"))
        (asked,) = context.store.tickets()
        tend(context, asked.id)
        (self.ticket,) = context.store.tickets()
        hours = timedelta(hours=9)
        self.desk.say(standing="approved", opens=now - hours, closes=now + hours)
        world.advance(30)
        return open_remediation(context, self.stage.propose(self.process), Person("ann"))

    def shuffle(self, said: Papers) -> None:
        """From now on everybody says this."""
        now, stage = self.stage.world.true_utc(), self.stage
        self.is_shuffled = True
        opens, closes = (None if s is None else now + timedelta(seconds=s) for s in said.window)
        self.desk.say(standing=said.desk, opens=closes, closes=opens)
        if said.error is not None:
            self.desk.fate = dict.fromkeys(OPERATIONS, ERRORS[said.error])
        reading = said.standing and ChangeReading(said.standing, opens, closes, "as drawn")
        known = replace(self.ticket, reading=reading or None, read_ago_s=said.read_ago_s)
        self.known = None if said.is_gone else known
        if said.is_halted:
            halt(self.process.context, who="noc", reason="a storm")
        if said.is_frozen:
            stage.freezes = (Freeze(now - timedelta(days=1), now + timedelta(days=9)),)
        if said.is_shut:
            shut = (f"* {(now.hour + 12) % 24:02d}-{(now.hour + 13) % 24:02d}",)
            stage.policy = replace(stage.policy, clock_windows=shut)

    def another(self, process):
        """A process that sees the papers as they are now, and is noted where it looks."""
        if not self.is_shuffled:
            return process

        def shown(_: str):
            self.asked.append("ticket")
            return self.known

        process.context.store.ticket = shown
        return process

    def home(self, route: Route) -> Way:
        """Take that way home."""
        stage, item = self.stage, self.work.remediation
        began, sent = stage.world.elapsed, len(stage.line.sent)
        self.desk.asked.clear()
        match route:
            case "here":
                self.another(self.process)
                call_home(self.work, "somebody asked")
                closed = self._alone(self.work)
            case "restore":
                stage.kill(self.process)
                closed = self._alone(take_up(self.another(stage.process()).context, "hq-1"))
            case "asked for":
                self.work.disconnect()
                store, process = self.process.context.store, self.another(stage.process())
                store.set_due(Kind.REMEDIATION, item, in_s=9.0, why="as workers do")
                store.release(self.work.lease)
                want_back(process.context, RecordingQueue(), item, "rollback", who="ann")
                closed = Crew(stage).until_over(process, item, at_most_s=AT_MOST_S)
            case "worker died":
                stage.kill(self.process)
                process = self.another(stage.process())
                closed = Crew(stage).until_over(process, item, at_most_s=AT_MOST_S)
        return Way(
            closed.state,
            tuple(stage.box.differences()),
            tuple(repr(change).replace(item, "ITEM") for change in stage.line.sent[sent:]),
            stage.world.elapsed - began,
            abs(stage.box.offset_s),
            (*self.asked, *self.desk.asked),
        )

    def _alone(self, work):
        ends = self.stage.world.elapsed + AT_MOST_S
        while self.stage.world.elapsed < ends:
            progress = advance(work)
            if progress.closed is not None:
                return progress.closed
            self.stage.world.advance(progress.come_back_s)
        raise AssertionError(f"it is kept from going home: {progress.text}")


@cache
def in_order(depth: int, route: Route) -> Way:
    """The way home where every paper stays in order."""
    return Outing(depth).home(route)


@settings(
    max_examples=16,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.generate),  # each example is a whole story: shrinking takes long
)
@given(papers, st.sampled_from(DEPTHS), st.sampled_from(ROUTES))
def test_whatever_tickets_words_and_windows_say_the_way_home_is_the_same(said, depth, route):
    outing = Outing(depth)
    outing.shuffle(said)
    found, expected = outing.home(route), in_order(depth, route)
    assert (found.state, found.left) == ("rolled-back", ())
    assert found.offset_s < 2
    assert found.sent == expected.sent
    assert found.lasted_s == expected.lasted_s
    if route in {"here", "restore"}:  # workers tell the ticket meanwhile, in jobs of their own
        assert found.asked == ()


def test_these_ways_begin_before_and_after_the_clock_was_set_and_the_word_has_lapsed():
    first, last = Outing(DEPTHS[0]), Outing(DEPTHS[-1])
    assert abs(first.stage.box.offset_s) < 60 < abs(last.stage.box.offset_s)
    (word,) = last.process.context.store.approvals(last.work.run().charter.digest)
    assert word.expires < last.stage.world.true_utc()
