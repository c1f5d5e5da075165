"""The crash matrix of the other strategies: an override and new software on Catalyst 9800, a
clock's repair on both families, and APs that are mended next door.

None of them makes the controller's own clock false, so a death leaves the box as it was found or as
it is to be, and whoever comes next goes on from there. What stays on purpose is all that may be
found at the end: the override that helped, the servers that were added, the software that is
committed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.usecases.sweep import sweep
from tests.support import crash_software as software
from tests.support import crash_staging as staging
from tests.support.crash_points import OVERRIDE, REPAIR, Point
from tests.support.crash_run import Crashed, crash, table
from tests.support.time_server import NoPort, time_server
from tests.support.worker_stand import Ending, WorkerStand

SERVER, DEAD = "127.90.0.2", "192.0.2.66"
"""Whom the policy wants and this host asks; and the one that was there, which answers nobody."""
DAY_S = 86_400.0
CRYPTO = "/native/crypto/pki/"
NOBODY = [{"host": DEAD, "reachable": False}]
WELL = [{"kind": "healthy"}]
OLD = [{"kind": "healthy"}, {"kind": "mic_expired", "issuer": "ACT2 SUDI CA"}]
STRANGE = [{"kind": "mic_expired", "issuer": "Lab CA"}]
"""An AP whose issuer nobody named: the override does not help it."""
TELLS = "17.12.1"
"""A release that tells whether it was saved, so that it is saved at the end."""
FORMS = ("17.6.4", "17.9.1", TELLS)

TURNING = {
    "turn": ("before", "sent", "stored"),
    "joins": ("stored",),
    "turn-back": ("sent", "stored"),
    "save": ("sent",),
}
MENDING = {
    "prove": ("sent",),
    "mend": ("before", "sent"),
    "add": ("stored",),
    "follow": ("stored",),
    "take-off": ("sent",),
    "save": ("sent",),
    "report": ("sent",),
}
TIMERLESS = {
    "mend": ("sent", "stored"),
    "add": ("sent",),
    "take-off": ("before", "stored"),
    "save": ("stored",),
}
"""The instants that are tried of each step: of a clock's repair, which is the same on both, each on
one platform. A reply that came and that nobody wrote down is, to all who follow, one that was lost;
the end of an override is the one that the matrix of AireOS tries."""
FAMILIES = {"trust": TURNING, "xe": MENDING, "air": TIMERLESS}
LATE = ("save", "take-off", "turn-back", "report")


def tried(kind: str, steps: Mapping[str, Iterable[str]]) -> dict[str, Point]:
    """Box -> its point."""
    return {f"{kind}-{s}-{i}": Point(s, i) for s, instants in steps.items() for i in instants}


POINTS = {
    name: point for kind, steps in FAMILIES.items() for name, point in tried(kind, steps).items()
}
TRUST = [name for name in POINTS if name.startswith("trust")]
CLOCKS = [name for name in POINTS if name not in TRUST]
MOVES = {name: staging.home_box(name) for name in staging.HOMES}
INSTALLS = {name: software.software_box(name) for name in software.POINTS}
OTHERWISE = {name: software.asked(name) for name in INSTALLS} | dict.fromkeys(MOVES, staging.ASKED)


def c9800(name: str, number: int) -> dict[str, Any]:
    return {"name": name, "release": TELLS if _saves(name) else FORMS[number % 3]}


def trusting(name: str, number: int) -> dict[str, Any]:
    aps = STRANGE if POINTS[name].step == "turn-back" else OLD
    return {**c9800(name, number), "ntp": [{"host": "192.0.2.1"}], "aps": aps}


def wrong_9800(name: str, number: int) -> dict[str, Any]:
    return {
        **c9800(name, number),
        "ntp": NOBODY,
        "aps": WELL,
        "clock_offset_s": as_found(name),
    }


def wrong_aireos(name: str, number: int) -> dict[str, Any]:
    return {
        "name": name,
        "platform": "aireos",
        **({"model": "3504", "release": "8.10.151.0"} if number % 2 else {"release": "8.5.161.0"}),
        "ntp": NOBODY,
        "aps": WELL,
        "clock_offset_s": as_found(name),
        "timezone": {"hours": 2},
        "login": {"algorithms": "modern"},
    }


BUILDERS = {"trust": trusting, "xe": wrong_9800, "air": wrong_aireos}


def _saves(name: str) -> bool:
    return POINTS[name].step == "save"


def box_of(name: str, number: int) -> dict[str, Any]:
    return BUILDERS[name.partition("-")[0]](name, number)


RIGHT = {"name": "right", "release": "17.9.1", "ntp": [{"host": "192.0.2.1"}], "aps": WELL}


def policy_of(name: str) -> dict[str, Any]:
    in_vain = POINTS[name].step in {"take-off", "turn-back"}
    if name in TRUST:
        return {"wait_for_aps_s": 8} if in_vain else {}
    return {"ntp_servers": [SERVER], **({"ntp_sync_s": 6} if in_vain else {})}


def carry_out(folder: Path) -> Crashed:
    """Without a time server on this machine no clock is proven wrong: then the override alone."""
    try:
        with time_server(SERVER):
            return run(folder, list(POINTS))
    except NoPort:
        return run(folder, TRUST)


def run(folder: Path, names: list[str]) -> Crashed:
    boxes = {name: box_of(name, number) for number, name in enumerate(late_first(names))}
    policies = {name: policy_of(name) for name in boxes} | dict.fromkeys(MOVES, staging.PATIENT)
    with software.served(folder / "images") as url:
        return crash(
            folder,
            {**INSTALLS, **MOVES, **boxes},
            POINTS | software.POINTS | staging.POINTS,
            beside=[RIGHT, *staging.STAGES],
            ready=lambda here: made_ready(here, folder / "images", url),
            policies=policies,
            asked={"suspected": True, "approver": "bob"},
            otherwise=OTHERWISE,
            witness=told,
        )


def told(here: WorkerStand) -> dict[str, Any]:
    """What the boxes themselves say of software and of visits."""
    installs = {name: software.Told.by(here, name) for name in INSTALLS}
    return installs | {name: staging.Moved.by(here, name) for name in MOVES}


def late_first(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: POINTS[name].step not in LATE)


def made_ready(here: WorkerStand, images: Path, url: str) -> None:
    """A clock that is right is a source of true time; and some boxes never hear the new server.

    A loop is counted before it is mended.
    """
    software.with_shelf(here.lab.inventory_path, images, url)
    with here.context() as context:
        sweep(context, [context.controller("right")], sweep_id="right")
        here.learn(context, [*INSTALLS, *MOVES])
        for name in set(CLOCKS) & set(context.inventory.names):
            heard = POINTS[name].step != "take-off"
            here.any_box(name).reachable_ntp(SERVER, reachable=heard)


# -- what must never be ------------------------------------------------------------------------


def is_kept(name: str, ending: Ending) -> bool:
    """Whether what is left is what was meant to stay, saved where the box tells whether it was."""
    *lines, last = sorted(ending.left, key=lambda line: line.startswith("unsaved"))
    told = last.startswith("unsaved")
    lines += [] if told else [last]
    places = {where: set() for where in ("running", "startup", "saved")}
    for line in lines:
        where, _, what = line.partition(":")
        places[where].add(what)
    saved = places["startup"] | places["saved"]
    ours = all(f" added {CRYPTO}" in one if name in TRUST else SERVER in one for one in lines)
    return ours and saved == (set() if told else places["running"])


def judged(name: str, ending: Ending) -> list[str]:
    state = ending.closed.state if ending.closed else None
    if state == "succeeded":
        kept = [] if ending.left and is_kept(name, ending) else [f"left {ending.left}"]
        return kept + replace(ending, left=[]).violations
    if POINTS[name].step == "prove" and state == "rolled-back":  # the clock was not touched yet
        return replace(ending, offset_s=ending.offset_s - as_found(name)).violations
    return ending.violations


def as_found(name: str) -> float:
    return DAY_S if name.startswith("air") else -DAY_S


def violations(happened: Crashed, name: str) -> list[str]:
    if missed := happened.missed(name):
        return missed
    return judged(name, happened.endings[name])


@pytest.mark.parametrize("kind", FAMILIES)
def test_at_every_point_it_is_as_found_or_as_it_is_to_be(happened, figures, kind):
    names = [name for name in POINTS if name.startswith(f"{kind}-")]
    if not set(names) & set(happened.endings):
        pytest.skip("this account may not listen where time servers do: no clock is proven wrong")
    wrong = {name: found for name in names if (found := violations(happened, name))}
    figures += table(happened, OVERRIDE if kind == "trust" else REPAIR, f"{kind}-")
    figures.append(f"{kind} crash matrix: {len(names)} points, {len(wrong)} violations")
    assert wrong == {}


@pytest.mark.parametrize("name", INSTALLS)
def test_software_is_what_was_committed_or_what_was_meant(happened, name):
    assert name in happened.died
    assert software.judged_software(name, happened.endings[name], happened.told[name]) == []


def test_what_each_death_over_software_came_to(happened, figures):
    figures += software.rows(happened.endings, happened.told)
    ended = {n: happened.endings[n].closed.state for n in INSTALLS}
    assert ended == software.ENDS


@pytest.mark.parametrize("name", MOVES)
def test_an_ap_is_home_again_whoever_dies_over_the_window_next_door(happened, name):
    assert staging.stage_of(name) in happened.died
    assert staging.judged_staging(happened.endings[name], happened.told[name]) == []


def test_nobody_has_to_be_called(happened):
    assert happened.calling == {}


def test_every_death_was_another_process(happened):
    assert happened.deaths_short(len(happened.endings)) == ""
