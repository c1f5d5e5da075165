"""A controller whose clock must not be touched: its APs are mended next door, by the command alone.

Two of them, in two waves; one of AireOS; and a staging controller that turns guests away.
"""

from dataclasses import dataclass
from typing import Any

from tests.e2e.stand import NTP, Finished, Stand, together

ELSEWHERE = {"secondary": ["far-1", "203.0.113.9"]}
LOOPING = {"kind": "looping", "name": "loop-{n}"}


def home(name: str, *aps: Any, **more: Any) -> dict[str, Any]:
    staging = {"staging": f"{name}-stage"}
    return {
        "name": name,
        "release": "17.9.1",
        "ntp": [*NTP],
        "aps": [*aps],
        "roaming": staging,
    } | more


def stage(name: str, **roaming: Any) -> dict[str, Any]:
    return {"name": f"{name}-stage", "release": "17.9.1", "ntp": [*NTP], "roaming": roaming}


BOXES = {
    "two": home("two", {"kind": "healthy"}, {**LOOPING, "count": 2, "homes": ELSEWHERE}),
    "two-stage": stage("two", max_aps=5),
    "away": home("away", LOOPING),
    "away-stage": stage("away", refuses="country_mismatch"),
    "air": {
        "name": "air",
        "platform": "aireos",
        "release": "8.5.161.0",
        "sysname": "AIR WLC",
        "ntp": [{"host": "192.0.2.1"}],
        "aps": [{"kind": "healthy"}, {**LOOPING, "homes": {"primary": ["AIR WLC", ""]}}],
        "roaming": {"staging": "air-stage"},
    },
    "air-stage": {
        "name": "air-stage",
        "platform": "aireos",
        "release": "8.5.161.0",
        "sysname": "AIR STAGE",
        "ntp": [{"host": "192.0.2.1"}],
    },
}
HOMES = ("two", "away", "air")
WAITS = {
    "away": {"no_progress_s": 8, "reboot_stragglers_after_s": 4},
    **{name: {"aireos_guardians": 1} for name in ("air", "air-stage")},
}
THIS = ("--strategy", "staging-controller", "--json")


@dataclass
class Told:
    """What the commands said."""

    planned: Finished
    mended: dict[str, Finished]
    left: dict[str, list[str]]
    false_s: dict[str, float]


def work(stand: Stand) -> Told:
    here = {"inventory": stand.with_policies(WAITS)}
    stand.sweep_until_sure(len(HOMES), **here)
    planned = stand.run("plan", "two", *THIS, **here)
    mended = together(
        {n: lambda n=n: stand.run("remediate", n, *THIS, "--yes", **here) for n in HOMES}
    )
    return Told(
        planned,
        mended,
        {name: stand.lab.any_box(name).left_dirty() for name in BOXES},
        {name: stand.lab.any_box(name).seconds_of_false_time for name in BOXES},
    )


def test_the_plan_shows_what_is_sent_to_both_controllers(results):
    plan = results.planned.document["plan"]
    assert plan["strategy"] == "staging-controller"
    steps = {step["name"]: step for step in plan["steps"]}
    assert "<controller-name>two-stage</controller-name>" in steps["point-1"]["payloads"][0]
    assert steps["window-1/set-clock-back"]["controller"] == "two-stage"
    assert "clock set" in steps["window-1/set-clock-back"]["payloads"][0]
    assert "point-2" in steps
    assert "point-3" not in steps
    assert any("unverified" in line for line in plan["impact"])


def test_the_aps_are_mended_and_told_as_before_while_the_clock_at_home_is_never_false(results):
    finished = results.mended["two"]
    assert finished.code == 0, finished.err
    told = finished.document["remediation"]
    assert (told["state"], told["aps"]) == ("succeeded", {"recovered": 2, "remaining": 0})
    assert results.left["two"] == results.left["two-stage"] == []
    assert results.false_s["two"] == 0
    assert results.false_s["two-stage"] > 0


def test_an_ap_of_an_aireos_controller_is_mended_on_another_one(results):
    finished = results.mended["air"]
    assert finished.code == 0, finished.err
    assert finished.document["remediation"]["state"] == "succeeded"
    assert results.left["air"] == results.left["air-stage"] == []
    assert results.false_s["air"] == 0
    assert results.false_s["air-stage"] > 0


def test_where_guests_are_turned_away_no_window_is_opened(results):
    finished = results.mended["away"]
    assert finished.code == 5, finished.err
    assert finished.document["remediation"]["state"] == "rolled-back"
    assert "no AP arrived" in finished.document["remediation"]["detail"]
    assert results.left["away"] == results.left["away-stage"] == []
    assert results.false_s["away-stage"] == 0
