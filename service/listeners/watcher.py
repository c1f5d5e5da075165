"""One controller's subscriptions: opened, listened to, and opened again when they end.

What it tells goes into the intake beside syslog and traps. Whatever may have been missed, because
nobody was subscribed or there was no room, is told as a gap: the controller is polled then.
"""

import random
import threading
import time
from collections.abc import Callable

import structlog

from service.domain.events.pushing import VIA, Memory, PushEnded
from service.domain.events.reading import Said
from service.domain.events.resubscribing import HELD_S, pause_s
from service.domain.inventory import Controller
from service.errors import AprejoinError, DeviceTaken, DeviceUnreachable
from service.listeners.intake import Intake, Line
from service.ports.pushing import PushSession, PushSessions

TICK_S = 0.5
ASKED_EVERY_S, ANSWER_S = 60.0, 30.0
"""A session over which nothing comes is asked something, so that a dead one is noticed."""

log = structlog.get_logger(__name__)


class Watcher(threading.Thread):
    """Listens to one controller until told to stop."""

    def __init__(
        self,
        controller: Controller,
        sessions: PushSessions,
        intake: Intake,
        *,
        pause: Callable[[Exception, int, float], float | None] = pause_s,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pause`: how long to wait after a failure, as `pause_s` says it."""
        super().__init__(name=f"subscribed to {controller.name}", daemon=True)
        self.controller = controller
        self._sessions, self._intake = sessions, intake
        self._pause, self._now_s = pause, now_s
        self._memory = Memory(controller.name)
        self._stands_by = False
        self._missed = ""  # why something may have been missed that was not told yet
        self._told_to_end = threading.Event()

    def stop(self) -> None:
        """Have it end; it may take a moment."""
        self._told_to_end.set()

    def run(self) -> None:
        """Subscribe, again and again."""
        failures = 0
        while not self._told_to_end.is_set():
            began = self._now_s()
            try:
                self._listen()
            except AprejoinError as err:
                failures = 1 if self._now_s() - began >= HELD_S else failures + 1
                again_s = self._pause(err, failures, random.random())  # noqa: S311 - spreads, no secret
                self._say(err, again_s)
                self._told_to_end.wait(again_s)

    def _say(self, error: AprejoinError, again_s: float | None) -> None:
        """Why there is no subscription; standing by is said once."""
        stands_by, self._stands_by = self._stands_by, isinstance(error, DeviceTaken)
        if not (stands_by and self._stands_by):
            rounded = None if again_s is None else round(again_s, 1)
            name, reason = self.controller.name, str(error)
            log.warning("subscription.down", controller=name, reason=reason, again_s=rounded)

    def _listen(self) -> None:
        """One session, to its end. Raises AprejoinError."""
        session = self._sessions.open(self.controller)
        try:
            log.info("subscription.up", controller=self.controller.name, told=session.ways)
            self._missed = "nobody was subscribed before"
            self._follow(session)
        finally:
            session.close()

    def _follow(self, session: PushSession) -> None:
        heard = asked = self._now_s()
        while not self._told_to_end.is_set():
            self._own_up()
            found = session.take(within_s=TICK_S)
            now = self._now_s()
            if isinstance(found, PushEnded):
                self._ended(found)
            elif found is not None:
                for said in self._memory.noticed(found):
                    self._tell(said)
            if found is not None:
                heard = asked = now
            elif session.longest_silence_s is not None and now - heard > session.longest_silence_s:
                detail = f"nothing was pushed for {now - heard:.0f} s"
                raise DeviceUnreachable(self.controller.name, "subscription", detail)
            elif now - asked > ASKED_EVERY_S:
                session.ask(timeout_s=ANSWER_S)
                asked = now

    def _ended(self, end: PushEnded) -> None:
        """Raises DeviceUnreachable where the controller will not go on by itself."""
        detail = f"the controller ended it ({end.about}): {end.reason}"
        if not end.is_for_now:
            raise DeviceUnreachable(self.controller.name, "subscription", detail)
        self._missed = f"the controller halted {end.about}: {end.reason}"

    def _own_up(self) -> None:
        """Tell a gap as soon as there is room for it."""
        if self._missed and not self._intake.is_filling:
            missed, self._missed = self._missed, ""
            self._tell(self._memory.gap(missed))

    def _tell(self, said: Said) -> None:
        if not self._intake.put(Line(b"", VIA, said.source, said)):
            self._missed = "there was no room for what it told"
