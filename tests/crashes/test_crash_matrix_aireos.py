"""The crash matrix on AireOS: workers killed over a clock window, an override and new software.

Such a box has no timer to come home by, no numbers of sessions to end, and takes a change line by
line. So whoever takes over waits until nothing can arrive any more, reads, and puts back the half
that is missing. One guardian watches, on somebody's word.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.crash_points import INSTANTS, OVERRIDE, SOFTWARE, TIMERLESS, Point
from tests.support.crash_run import Crashed, crash, table
from tests.support.file_server import FtpServer
from tests.support.image_shelf import IMAGE, NAME, WORD, slots, with_software, without_transfer
from tests.support.image_shelf import OLD as OLD_IMAGE
from tests.support.worker_stand import Ending

RELEASES = {"8.5.161.0": "5508", "8.10.151.0": "3504"}
NTP = [{"host": "192.0.2.1", "key": 1}, {"host": "192.0.2.2"}]
OLD = [{"kind": "healthy"}, {"kind": "mic_expired"}]
DEAF = [{"kind": "mic_expired", "strict": True}]
"""An AP that joins no controller whose certificate has ended: the override does not help it."""
ENDED = {"start": "2012-03-10T10:00:00Z", "end": "2022-03-10T10:00:00Z"}
TURNED = "ap cert-expiry-ignore mic enable"
KEPT = [f"running: added {TURNED}", f"saved: added {TURNED}"]
IN_VAIN = {"wait_for_aps_s": 8}
AHEAD = {"issue": "FN72524", "strategy": "fixed-software", "accept_reload": True}

TRIED = {
    **dict.fromkeys(("claim", "guard", "verify", "report of the policy"), ("stored",)),
    **dict.fromkeys(("wait", "joins"), ("sent", "stored")),
    **dict.fromkeys(("sync", "report"), ("sent",)),
    "capture": ("received",),
    "save of the policy": ("sent", "received"),
}
"""The instants that are tried of a step; of every other step all four.

Where a step only looks, a death before it is one after the step before it, and one with the answer
in hand is one while it came: neither the box nor the journal knows a difference. Claim and capture
write to the database alone, in the code that the other matrix kills at each of their instants; the
save of an override sends what the save of a window sends.
"""
LATE = ("save", "ntp-back", "clock-back", "turn-back")


def tried(kind: str, steps: Sequence[str]) -> dict[str, Point]:
    """Box -> its point."""
    return {
        f"{kind}-{step}-{instant}": Point(step, instant)
        for step in reversed(steps)
        for instant in TRIED.get(f"{step} of the {kind}", TRIED.get(step, INSTANTS))
    }


INSTALLING = {"fetch": ("received",), "keep": ("before",), "restart": ("received",)}
"""Of new software the deaths that leave something under way; the engine's own test tries every
other in no time, where a restart that was lost is waited for in minutes."""

WINDOW = tried("window", TIMERLESS)
POLICY = tried("policy", OVERRIDE)
IMAGES = {f"image-{s}-{i}": Point(s, i) for s, instants in INSTALLING.items() for i in instants}
POINTS = WINDOW | POLICY | IMAGES
FIRST = [name for name, point in POINTS.items() if point.step in LATE]


def wlc(name: str, number: int, **settings: Any) -> dict[str, Any]:
    """One box, of either release and zone in turn."""
    release = list(RELEASES)[number % 2]
    return {
        "name": name,
        "platform": "aireos",
        "model": RELEASES[release],
        "release": release,
        "timezone": {"location": 8} if number % 3 else {"hours": 2},
        "ntp": NTP,
        "login": {"algorithms": "modern"},  # the old ones cost three times the time
        **settings,
    }


def window_box(name: str, number: int) -> dict[str, Any]:
    """The published way where the controller's own certificate has ended: the switch is on."""
    return wlc(name, number, aps=DEAF, certificate=ENDED, settings=[f"config {TURNED}"])


def override_box(name: str, number: int, point: Point) -> dict[str, Any]:
    if point.step == "turn-back":
        return wlc(name, number, aps=DEAF, certificate=ENDED)
    return wlc(name, number, aps=OLD)


def image_box(name: str, number: int) -> dict[str, Any]:
    """Nobody is stuck: it is planned ahead."""
    made = wlc(name, number, aps=[{"kind": "healthy", "model": "AIR-CAP2702E-E-K9", "count": 2}])
    return made | {"release": OLD_IMAGE, "model": RELEASES[OLD_IMAGE]}


def box_of(name: str, number: int) -> dict[str, Any]:
    if name in IMAGES:
        return image_box(name, number)
    if name in WINDOW:
        return window_box(name, number)
    return override_box(name, number, POLICY[name])


BOXES = {
    name: box_of(name, number)
    for number, name in enumerate([*FIRST, *(n for n in POINTS if n not in FIRST)])
}


def carry_out(folder: Path) -> Crashed:
    policies = {name: IN_VAIN for name, point in POLICY.items() if point.step == "turn-back"}
    with FtpServer({NAME: IMAGE}, password=WORD) as server:
        return crash(
            folder,
            BOXES,
            POINTS,
            first=len(FIRST),
            policy={"aireos_guardians": 1},
            policies=policies,
            asked={"suspected": True, "approver": "bob"},
            otherwise=dict.fromkeys(IMAGES, AHEAD),
            ready=lambda here: with_software(
                here.lab.inventory_path, folder / "images", server.port
            ),
        )


def judged(ending: Ending) -> list[str]:
    """What must never be: an override that is kept is all that it leaves, running and saved."""
    if ending.closed is None or ending.closed.state != "succeeded":
        return ending.violations
    if ending.left != KEPT:
        return [f"succeeded and left {ending.left}"]
    return replace(ending, left=[]).violations


def judged_image(ending: Ending) -> list[str]:
    """Both slots' flags on the old image or both on the new one, and nothing else left."""
    left = without_transfer(ending.left)
    kept = ending.closed is not None and ending.closed.state == "succeeded"
    wanted = slots(**dict.fromkeys(("default", "active"), "primary" if kept else "backup"))
    if left not in ([wanted], [] if not kept else [wanted]):
        return [f"left {left}"]
    return replace(ending, left=[]).violations


def violations(happened: Crashed, name: str) -> list[str]:
    if missed := happened.missed(name):
        return missed
    ending = happened.endings[name]
    if name in IMAGES:
        return judged_image(ending)
    return judged(ending) if name in POLICY else ending.violations


@pytest.mark.parametrize(
    ("points", "prefix", "steps"),
    [
        (WINDOW, "window", TIMERLESS),
        (POLICY, "policy", OVERRIDE),
        (IMAGES, "image", SOFTWARE),
    ],
    ids=["clock-window", "override", "software"],
)
def test_at_every_point_nothing_is_left_behind_or_it_is_said_truthfully(
    happened, figures, points, prefix, steps
):
    wrong = {name: found for name in points if (found := violations(happened, name))}
    held = sum(name in happened.died for name in points)
    figures += table(happened, steps, f"{prefix}-")
    figures.append(
        f"AireOS {prefix} crash matrix: {held} of {len(points)} points, {len(wrong)} violations"
    )
    assert wrong == {}


def test_most_boxes_are_put_back_by_the_workers_and_need_nobody(happened):
    assert happened.calling == {}


def test_every_death_was_another_process(happened):
    assert happened.deaths_short(len(BOXES)) == ""
