"""The service is gone for good inside the window: every process of it gets SIGKILL, and none comes.

The boxes restore themselves by their dead-man's switch. Later `serve` is started again, and says
truthfully what became of what it had begun.
"""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.lab.handle import BoxHandle
from tests.e2e.stand import Stand, box, standing
from tests.integration.served import Served, Service, wait_for
from tests.support.patience import PATIENCE_S

DEAD_MAN_S = 60.0  # more than a loaded machine ever stood still
PUT_BACK = ("rolled-back", "succeeded")
SLOW = [{"kind": "looping", "timings": {"boot_s": 3.0, "download_s": 6.0}}]
BOXES = {"alone-17-3": "17.3.6", "alone-17-12": "17.12.1"}


@dataclass(frozen=True)
class Alone:
    """What one box did by itself, and what was said of it later.

    Attributes:
        left: what differed on it before anybody came back.
        home_s: from the arming of its switch to the line that it logs when it is done.
    """

    left: list[str]
    offset_s: float
    home_s: float
    ended: Any
    left_later: list[str]


def carry_out(folder: Path) -> dict[str, Alone]:
    boxes = [box(name, release, aps=SLOW) for name, release in BOXES.items()]
    policy = {"dead_man_after_s": DEAD_MAN_S, "poll_every_s": 2}
    with standing(folder, *boxes, policy=policy) as stand:
        service = Service(stand, "gone")
        served = service.start()
        service.learn(*BOXES)
        places = {name: service.remediate(name) for name in BOXES}
        for name, where in places.items():
            service.until_in_window(name, where)
        kill_all(served)
        for name in BOXES:
            assert stand.left_behind(name), f"{name} was not in the past"
        homes = {name: home_alone(stand, name) for name in BOXES}
        service.start()
        ended = {name: put_back(service, where) for name, where in places.items()}
        later = {name: stand.left_behind(name) for name in BOXES}
        return {name: Alone(*homes[name], ended[name], later[name]) for name in BOXES}


def kill_all(served: Served) -> None:
    """SIGKILL to every process of it, the parent first: nothing starts anything again."""
    for pid in (served.pid, *(served.tree() - {served.pid})):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    served.running.process.wait()
    served.until_gone()


def home_alone(stand: Stand, name: str) -> tuple[list[str], float, float]:
    """What is left when the box had its time, its clock, and how long it took."""
    with suppress(AssertionError):  # what is left then is told below
        wait_for(lambda: not stand.left_behind(name), PATIENCE_S, "")
    handle = stand.box(name)
    return stand.left_behind(name), handle.clock_offset_s, took_s(handle)


def put_back(service: Service, where: str) -> Any:
    """The remediation once workers have looked: until then any reader derives needs-attention."""

    def ended() -> Any:
        told = service.look(where)
        return told if told["state"] in PUT_BACK else None

    return wait_for(ended, PATIENCE_S, lambda: service.look(where))


def took_s(handle: BoxHandle) -> float:
    """Seconds from the last arming to the line that says that it is done."""
    log = handle.log
    armed = [
        e.at for e in log if e.what == "registered" and "guard" in str(e.fields.get("name", ""))
    ]
    done = [e.at for e in log if e.kind == "syslog" and "restored" in e.what]
    assert armed
    assert len(done) == 1
    return done[0] - armed[-1]


@pytest.mark.parametrize("name", list(BOXES))
def test_a_box_whose_service_is_gone_comes_home_within_its_time(happened, figures, name):
    alone = happened[name]
    assert alone.left == []
    assert abs(alone.offset_s) < 2
    figures.append(
        f"service gone, {name}: home {alone.home_s:.1f} s after its switch was armed for "
        f"{DEAD_MAN_S:g} s"
    )


@pytest.mark.parametrize("name", list(BOXES))
def test_a_service_that_comes_back_says_what_became_of_it(happened, name):
    alone = happened[name]
    assert alone.ended["state"] in PUT_BACK
    assert alone.left_later == []
