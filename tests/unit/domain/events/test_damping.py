"""Any number of events costs a few looks, and none of them is never looked after."""

import math
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from service.domain.events.damping import APART_S, LONGEST_S, QUIET_S, Storm, damp


@dataclass
class Sky:
    """One controller's events in a world where the look that is to come comes when it is due."""

    now: float = 0.0
    storm: Storm | None = None
    heard: float = -math.inf
    looked: float = -math.inf
    tail: float | None = None
    looks: list[float] = field(default_factory=list)

    def pass_to(self, moment: float) -> None:
        if self.tail is not None and self.tail <= moment:
            self.looks.append(self.tail)
            self.looked, self.tail = self.tail, None
        self.now = moment

    def hear(self, *senses: str) -> None:
        known = self.storm and Storm(
            self.storm.senses, self.now - self.heard, self.now - self.looked, self.tail is not None
        )
        answer = damp(known, frozenset(senses))
        if answer.at_once:
            self.looks.append(self.now)
            self.looked = self.now
        if answer.tail_in_s is not None:
            self.tail = self.now + answer.tail_in_s
        self.storm, self.heard = Storm(answer.senses, 0, 0, is_tail_set=False), self.now


def test_a_storm_of_ten_thousand_lines_is_two_looks():
    sky = Sky()
    for number in range(10_000):
        sky.pass_to(number * 0.006)
        sky.hear("ap-left")
    sky.pass_to(1e6)
    assert len(sky.looks) == 2
    assert sky.looks[0] == 0
    assert sky.looks[1] >= 59.9 + QUIET_S - 1


def test_a_storm_that_changes_is_looked_at_once_more():
    sky = Sky()
    for second in range(200):
        sky.pass_to(float(second))
        sky.hear("ap-left" if second < 100 else "certificate-failed")
    sky.pass_to(1e6)
    assert sky.looks == [0, 100, 199 + QUIET_S]


def test_a_new_kind_need_not_wait_for_the_minute_after_a_look():
    sky = Sky()
    sky.hear("gap")
    sky.pass_to(12.0)
    sky.hear("ap-downloading")
    sky.pass_to(13.0)
    sky.hear("ap-downloading")
    sky.pass_to(1e6)
    assert sky.looks == [0, 12, 13 + QUIET_S]


def test_one_event_alone_is_one_look():
    sky = Sky()
    sky.hear("ap-left")
    sky.pass_to(1e6)
    assert sky.looks == [0]


SKIES = st.lists(
    st.tuples(st.floats(0, 400), st.sampled_from(["ap-left", "ap-joined", "dtls-failed"])),
    min_size=1,
    max_size=60,
)


@given(SKIES)
def test_every_event_is_followed_by_a_look_in_time(steps):
    sky, moments = Sky(), []
    for gap, sense in steps:
        sky.pass_to(sky.now + gap)
        moments.append(sky.now)
        sky.hear(sense)
    sky.pass_to(1e9)
    for moment in moments:
        assert any(moment <= look <= moment + LONGEST_S for look in sky.looks)


@given(SKIES)
def test_looks_are_few_however_many_events_come(steps):
    sky = Sky()
    for gap, sense in steps:
        sky.pass_to(sky.now + gap)
        sky.hear(sense)
    sky.pass_to(1e9)
    span = sky.looks[-1] - sky.looks[0]
    assert len(sky.looks) <= 2 + 2 * span / min(QUIET_S, APART_S)
