"""Which controllers are subscribed to: those that the newest inventory says, each once."""

import threading
from dataclasses import replace

from service.domain.inventory import Inventory, PushWanted
from service.listeners.intake import Intake
from service.listeners.subscriptions import Subscriptions, subscribed_in
from tests.support.builders import CONTROLLER

PUSH = PushWanted()
ONE = replace(CONTROLLER, push=PUSH)
TWO = replace(ONE, name="hq-2")


class Sessions:
    """Sessions over which nothing ever comes; who was subscribed to, and when all are closed."""

    longest_silence_s, ways, controller = None, (), ""

    def __init__(self):
        self.opened, self.closed = [], 0
        self.changed = threading.Condition()

    def open(self, controller):
        with self.changed:
            self.opened.append(controller)
            self.changed.notify_all()
        return self

    def take(self, *, within_s):  # noqa: ARG002 - as the port
        threading.Event().wait(0.01)

    def ask(self, *, timeout_s):
        """It is there."""

    def close(self):
        with self.changed:
            self.closed += 1
            self.changed.notify_all()

    def until(self, condition):
        with self.changed:
            assert self.changed.wait_for(condition, 120.0)


def test_only_controllers_with_events_are_subscribed_to():
    assert subscribed_in(Inventory((CONTROLLER, ONE))) == {"hq-1": ONE}


def test_who_is_new_changed_or_gone_is_followed_and_the_end_closes_every_session():
    sessions, moved = Sessions(), replace(ONE, host="192.0.2.99")
    subscriptions = Subscriptions(lambda: Inventory(()), sessions, Intake())
    subscriptions._look_after({"hq-1": ONE})
    sessions.until(lambda: sessions.opened == [ONE])
    subscriptions._look_after({"hq-1": moved, "hq-2": TWO})
    sessions.until(lambda: {one.host for one in sessions.opened} == {ONE.host, "192.0.2.99"})
    sessions.until(lambda: TWO in sessions.opened and sessions.closed == 1)
    subscriptions._look_after({"hq-2": TWO})
    sessions.until(lambda: sessions.closed == 2)
    subscriptions.close()
    assert (sessions.closed, len(sessions.opened)) == (3, 3)
