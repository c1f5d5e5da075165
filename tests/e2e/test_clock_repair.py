"""A wrong clock, found, planned and repaired by the command alone, on both platforms side by side.

True time is told by a time server on loopback and by the median of the controllers in sync.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.e2e.stand import NTP, Finished, Stand, together
from tests.support.time_server import NoPort, time_server

SERVER = "127.90.0.1"
"""What the policy wants, and what this host asks for the time."""
DEAD = "192.0.2.66"
MONTH_S, DAY_S = 30 * 86_400.0, 86_400.0
WELL = [{"kind": "healthy"}]


def c9800(name: str, offset_s: float, *, deaf: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "name": name, "release": "17.9.1", "ntp": [{"host": DEAD}], "aps": WELL,
        "unreachable_ntp": [DEAD, *deaf], "clock_offset_s": offset_s,
    }  # fmt: skip


BOXES = {
    "right": {"name": "right", "release": "17.9.1", "ntp": [*NTP], "aps": WELL},
    "behind": c9800("behind", -MONTH_S) | {"cli": True},  # which tells that all is saved
    "killed": c9800("killed", -DAY_S, deaf=(SERVER,)),
    "ahead": {
        "name": "ahead", "platform": "aireos", "model": "3504", "release": "8.10.151.0",
        "ntp": [{"host": DEAD, "reachable": False}], "aps": WELL, "clock_offset_s": DAY_S,
        "timezone": {"hours": 2}, "quirks": {"manual_time": "gmt"},
    },
}  # fmt: skip
REPAIRED = ("behind", "ahead")


@dataclass
class Told:
    """What the commands said."""

    swept: dict[str, Finished]
    planned: dict[str, Finished]
    mended: dict[str, Any]
    again: Finished
    left: dict[str, list[str]]


def wanting_a_server(stand: Stand) -> Any:
    """The lab's inventory, with the server that is wanted, and a policy that asks nobody."""
    content = yaml.safe_load(stand.inventory.read_text())
    more = {"ntp_servers": [SERVER], "approval": "none", "ntp_sync_s": 300}
    content["policy"] = {**content.get("policy", {}), **more}
    path = stand.inventory.with_name("ntp-servers.yaml")
    path.write_text(yaml.safe_dump(content))
    return path


def work(stand: Stand) -> Told | str:
    """What was said; or why there is no time server."""
    try:
        with time_server(SERVER):
            return told_by(stand, {"inventory": wanting_a_server(stand)})
    except NoPort as err:
        return str(err)


def told_by(stand: Stand, here: dict[str, Any]) -> Told:
    stand.run("sweep", "right", "--json", **here)  # whose clock is a source from now on
    swept = together({n: lambda n=n: stand.run("sweep", n, "--json", **here) for n in REPAIRED})
    planned = together({n: lambda n=n: stand.run("plan", n, "--json", **here) for n in REPAIRED})
    jobs = {n: lambda n=n: stand.run("remediate", n, "--yes", "--json", **here) for n in REPAIRED}
    mended = together({**jobs, "killed": lambda: killed_and_restored(stand, here)})
    again = stand.run("plan", "behind", "--json", **here)
    left = {n: handle(stand, n).left_dirty() for n in BOXES}
    return Told(swept, planned, mended, again, left)


def killed_and_restored(stand: Stand, here: dict[str, Any]) -> tuple[list[str], Finished]:
    """kill -9 while the added server is waited for; what that left, and what `restore` did."""
    dying = stand.start("remediate", "killed", "--yes", "--json", **here)
    dying.until("waiting for NTP")
    dying.kill()
    left = stand.box("killed").left_dirty()
    return left, stand.run("restore", "killed", "--yes", "--json", **here)


def handle(stand: Stand, name: str) -> Any:
    return stand.lab.wlc(name) if name == "ahead" else stand.box(name)


@pytest.fixture
def told(results) -> Told:
    if isinstance(results, str):
        pytest.skip(results)
    return results


def plan_of(told: Told, name: str) -> Any:
    plan = told.planned[name].document["plan"]
    assert plan is not None, told.planned[name].document
    return plan


@pytest.mark.parametrize("name", REPAIRED)
def test_a_wrong_clock_is_found_by_two_sources_and_names_no_access_point(told, name):
    (one,) = told.swept[name].document["controllers"]
    (finding,) = one["findings"]
    assert (finding["issue"], finding["confidence"]) == ("CLOCK-SKEW", "confirmed")
    assert finding["aps"] == []
    assert SERVER in one["clock"]["reference"]


@pytest.mark.parametrize(
    ("name", "clock", "server", "by_hand"),
    [
        (
            "behind",
            "clock set ",
            f"<ip-address>{SERVER}</ip-address>",
            f"no ntp server {SERVER}",
        ),
        (
            "ahead",
            "config time manual ",
            f"config time ntp server 2 {SERVER}",
            "config time ntp delete 2",
        ),
    ],
)
def test_the_plan_shows_what_is_sent_and_what_is_taken_back(told, name, clock, server, by_hand):
    plan = plan_of(told, name)
    steps = {step["name"]: step for step in plan["steps"]}
    assert plan["strategy"] == "clock-repair"
    assert clock in " ".join(steps["repair-clock"]["payloads"])
    assert steps["repair-clock"]["undo"] == []
    assert server in " ".join(steps["add-ntp"]["payloads"])
    assert steps["add-ntp"]["undo"] != []
    assert any(line.startswith(by_hand) for line in plan["by_hand"])
    assert any("never sets a wrong time again" in line for line in plan["impact"])


@pytest.mark.parametrize("name", REPAIRED)
def test_it_is_set_held_and_saved_and_says_what_it_was_and_is(stand, told, name):
    finished = told.mended[name]
    assert finished.code == 0, finished.err
    document = finished.document["remediation"]
    assert document["state"] == "succeeded", document
    assert document["aps"] == {"recovered": 0, "remaining": 0}
    details = {step["name"]: step["detail"] for step in document["steps"]}
    found = re.match(r"the clock: found (\S+) s from true time, now \S+ s; ", details["verify"])
    assert found is not None, details
    assert float(found[1]) == pytest.approx(BOXES[name]["clock_offset_s"], abs=5)
    assert f"in sync with {SERVER}" in details["verify"]
    assert abs(handle(stand, name).clock_offset_s) < 2
    added = [line for line in told.left[name] if "added" in line and SERVER in line]
    assert {line.partition(":")[0] for line in added} in (
        {"running", "startup"},
        {"running", "saved"},
    )
    assert told.left[name] == added


def test_a_box_that_takes_gmt_is_set_a_second_time(stand, told):
    assert told.mended["ahead"].code == 0
    sets = [e.fields["offset_s"] for e in stand.lab.wlc("ahead").log if e.kind == "clock"]
    assert abs(sets[0] - 7200) < 5
    assert abs(sets[1]) < 5


def test_a_restore_after_kill_9_takes_the_server_off_and_leaves_true_time(stand, told):
    left, restored = told.mended["killed"]
    assert any(SERVER in line for line in left)
    assert restored.code == 5, restored.err
    assert restored.document["remediation"]["state"] == "rolled-back"
    assert told.left["killed"] == []
    assert abs(stand.box("killed").clock_offset_s) < 5


def test_afterwards_there_is_nothing_to_do(told):
    assert told.again.document["plan"] is None
    assert "nothing to do" in told.again.document["reason"]
    assert told.left["right"] == []
