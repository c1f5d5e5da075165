"""Random trouble: to workers, to the broker, on the line, and by other people's hands."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field

import redis

from service.lab.errors import LabError, RpcRefusedError
from service.queue.broker_address import client
from tests.e2e.test_trouble import STRANGER
from tests.integration.served import descendants
from tests.support.worker_stand import WorkerStand

THEIRS = "198.51.100.9"
"""What the stranger's edit adds; it is theirs to keep."""
LINE = ("drop_before", "drop_after", "refuse", "truncate", "hang", "latency", "lock")
LINE_S = (0.5, 4.0)


@dataclass
class Trouble:
    """Makes trouble and remembers where people had their hands in.

    Attributes:
        touched: boxes on which somebody else edited NTP or saved: what is theirs may stay.
        made: how often each kind was made.
    """

    stand: WorkerStand
    chance: random.Random
    touched: set[str] = field(default_factory=set)
    made: Counter[str] = field(default_factory=Counter)

    def make(self, names: list[str]) -> None:
        """One random trouble, to the workers or to one of these boxes."""
        kinds: list[tuple[int, str, Callable[[str], None]]] = [
            (5, "worker process killed", self._kill_one),
            (1, "worker killed with all of its processes", self._kill_tree),
            (3, "broker emptied", self._flush),
            (1, "broker killed", self._kill_broker),
            (8, "line", self._line),
            (2, "box reloaded", self._reload),
            (2, "box away", self._away),
            (2, "foreign NTP entry", self._foreign_ntp),
            (2, "foreign save", self._foreign_save),
            (2, "foreign clock", self._foreign_clock),
            (1, "guard deleted by somebody", self._guard_deleted),
        ]
        _, what, does = self.chance.choices(kinds, [weight for weight, _, _ in kinds])[0]
        self.made[what] += 1
        with suppress(LabError, RpcRefusedError, ProcessLookupError, redis.RedisError):
            does(self.chance.choice(names))

    # -- workers and broker ----------------------------------------------------------------

    def _kill_one(self, _: str) -> None:
        if pool := sorted(descendants(self._worker())):
            os.kill(self.chance.choice(pool), signal.SIGKILL)

    def _kill_tree(self, _: str) -> None:
        os.killpg(self._worker(), signal.SIGKILL)

    def _worker(self) -> int:
        pid = self.stand.supervisor._wards[0].child.pid
        if pid is None:
            raise ProcessLookupError
        return pid

    def _flush(self, _: str) -> None:
        with closing(client(self.stand.supervisor.broker_url)) as link:
            link.flushall()

    def _kill_broker(self, _: str) -> None:
        broker = self.stand.supervisor._broker
        if broker is not None and broker.pid is not None:
            os.kill(broker.pid, signal.SIGKILL)

    # -- the line and the box --------------------------------------------------------------

    def _line(self, name: str) -> None:
        kind = self.chance.choice(LINE)
        seconds = self.chance.uniform(*LINE_S)
        self.stand.box(name).fault(kind, nth=self.chance.randint(1, 4), seconds=seconds)

    def _reload(self, name: str) -> None:
        self.stand.box(name).reload()

    def _away(self, name: str) -> None:
        self.stand.box(name).fault("box_down", now=True, seconds=self.chance.uniform(*LINE_S))

    # -- other people ----------------------------------------------------------------------

    def _foreign_ntp(self, name: str) -> None:
        self.touched.add(name)
        self.stand.box(name).foreign_edit(STRANGER)

    def _foreign_save(self, name: str) -> None:
        self.touched.add(name)
        self.stand.box(name).fault("foreign_save", now=True)

    def _foreign_clock(self, name: str) -> None:
        self.stand.box(name).cli("clock set 12:00:00 1 Jan 2026")

    def _guard_deleted(self, name: str) -> None:
        guard = self.chance.choice(("a", "b"))
        self.stand.box(name).cli(f"config:no event manager applet aprejoin-guard-{guard}")
