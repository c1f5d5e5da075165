"""One controller's subscriptions, by a session that does what a test says; nothing waits."""

from dataclasses import replace

import pytest

from service.domain.events.messages import Sense
from service.domain.events.pushing import STATE, Pushed, PushEnded
from service.domain.inventory import PushWanted
from service.errors import AuthenticationRefused, DeviceTaken, DeviceUnreachable
from service.listeners.intake import Intake, Line
from service.listeners.watcher import ASKED_EVERY_S, Watcher
from tests.support.builders import CONTROLLER

SUBSCRIBED = replace(CONTROLLER, push=PushWanted())
MAC = "84:3d:c6:73:10:d0"


def moved(state, *, whole=False):
    return Pushed(STATE, is_whole=whole, rows={MAC: {"state": state}})


class Stage:
    """Sessions by script: a list of what each brings; an error ends it, the last one ends all."""

    ways = ("ap-state on change",)

    def __init__(self, *sessions, intake=None, longest_silence_s=None):
        self.controller, self.longest_silence_s = SUBSCRIBED.name, longest_silence_s
        self.intake = intake or Intake()
        self.left = [list(one) for one in sessions]
        self.closed = self.asked = 0
        self.failures, self.now_s = [], 0.0
        self.watcher = Watcher(
            SUBSCRIBED, self, self.intake, pause=self._pause, now_s=lambda: self.now_s
        )

    def open(self, controller):
        assert controller is SUBSCRIBED
        self.script = self.left.pop(0)
        if self.script and isinstance(self.script[0], DeviceTaken | AuthenticationRefused):
            raise self.script.pop(0)
        return self

    def take(self, *, within_s):  # noqa: ARG002 - as the port
        if not self.script:
            self.watcher.stop()
            return None
        found = self.script.pop(0)
        if isinstance(found, float):
            self.now_s += found
            return None
        if callable(found):
            return found()
        if isinstance(found, Exception):
            raise found
        return found

    def ask(self, *, timeout_s):  # noqa: ARG002 - as the port
        self.asked += 1

    def close(self):
        self.closed += 1

    def _pause(self, error, times, share):
        assert 0 <= share <= 1
        self.failures.append((type(error), times))
        if not self.left:
            self.watcher.stop()
        return 0.0

    def run(self):
        self.watcher.run()
        return [line.said for line in self.intake.take(most=99, within_s=0)]


def lost():
    return DeviceUnreachable("hq-1", "notification", "the session is over")


def test_the_first_thing_that_is_told_is_that_nobody_was_subscribed_before():
    gap, left = Stage([moved("registered", whole=True), moved("downloading")]).run()
    assert (gap.sense, gap.text) == (Sense.GAP, "nobody was subscribed before")
    assert (left.sense, left.clues.controller) == (Sense.AP_DOWNLOADS, "hq-1")


def test_after_a_drop_there_is_a_gap_and_what_changed_meanwhile():
    stage = Stage(
        [moved("registered", whole=True), lost()],
        [moved("downloading", whole=True)],
    )
    assert [one.sense for one in stage.run()] == [Sense.GAP, Sense.GAP, Sense.AP_DOWNLOADS]
    assert (stage.failures, stage.closed) == ([(DeviceUnreachable, 1)], 2)


def test_failures_in_a_row_are_counted_until_a_session_has_held():
    stage = Stage([lost()], [lost()], [3600.0, lost()], [lost()], [])
    stage.run()
    assert [times for _, times in stage.failures] == [1, 2, 1, 2]


def test_a_subscription_that_the_controller_ends_is_asked_for_anew():
    stage = Stage([PushEnded("ap-join", "no-resources")], [])
    assert [one.sense for one in stage.run()] == [Sense.GAP, Sense.GAP]
    assert stage.failures == [(DeviceUnreachable, 1)]


def test_one_that_it_halts_for_now_is_a_gap_and_goes_on():
    stage = Stage([PushEnded("ap-join", "no room", is_for_now=True), 0.1])
    first, second = stage.run()
    assert (first.sense, second.text) == (Sense.GAP, "the controller halted ap-join: no room")
    assert stage.failures == []


def test_a_session_over_which_nothing_comes_is_asked_something():
    stage = Stage([ASKED_EVERY_S + 1, 1.0, ASKED_EVERY_S + 1, moved("registered"), 1.0])
    stage.run()
    assert (stage.asked, stage.failures) == (2, [])


def test_one_that_should_tell_by_periods_and_does_not_is_over():
    stage = Stage([moved("registered"), 200.0, 11.0], [], longest_silence_s=210.0)
    stage.run()
    assert stage.failures == [(DeviceUnreachable, 1)]


def test_what_finds_no_room_is_told_as_a_gap_once_there_is_some():
    intake = Intake(most_lines=2)
    for _ in range(2):
        intake.put(Line(b"x", "syslog-udp", "192.0.2.1"))

    def emptied():
        intake.take(most=2, within_s=0)

    pushes = (moved("registered", whole=True), moved("downloading"))
    (said,) = Stage([*pushes, emptied, 0.1], intake=intake).run()
    assert (said.sense, said.text) == (Sense.GAP, "there was no room for what it told")
    assert intake.take_lost() == {"netconf": 1}


@pytest.mark.parametrize("error", [DeviceTaken, AuthenticationRefused])
def test_who_may_not_listen_waits_as_the_rule_says(error):
    stage = Stage([error("hq-1", "subscribe", "no")], [error("hq-1", "subscribe", "no")], [])
    stage.run()
    assert stage.failures == [(error, 1), (error, 2)]
