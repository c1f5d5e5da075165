"""A box in the forms of 17.15, which refuses the older ones; and boxes that serve their modules."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.later_models import later_models
from tests.e2e.stand import Finished, Stand, box, together
from tests.support.facts import IOSXE, RELEASES, needs_modules

pytestmark = needs_modules
NTP = [
    {"host": "192.0.2.1", "prefer": True, "iburst": True, "key": 7},
    {"host": "2001:db8::123", "minpoll": 4},
    {"host": "ntp1.example.net", "form": "ip", "vrf": "Mgmt-intf"},
    {"host": "192.0.2.7", "kind": "peer", "maxpoll": 8},
]
LATER = {
    "later": box("later", "17.15.1", ntp=NTP, quirks={"obsolete": "refuse"}),
    "later-killed": box("later-killed", "17.15.1", ntp=NTP, quirks={"obsolete": "refuse"}),
}
BOXES = {**LATER, "serves": box("serves", "17.9.1"), "bare": box("bare", "17.12.1")}
MAKE = """
import pathlib, sys
from service.lab.release import schema_of
schema_of("17.15.1", pathlib.Path(sys.argv[1]))
"""


def modules(folder: Path) -> Path:
    """Modules of 17.15 and of 17.9; none of 17.12. The schema is made in another process."""
    later_models(folder)
    (folder / "1791").symlink_to(IOSXE / "yang" / RELEASES["17.9"])
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True)
    return folder


def killed(stand: Stand, name: str) -> Finished:
    running = stand.start("remediate", name, "--yes", "--json")
    running.until("  wait-for-aps:")
    running.kill()
    return stand.run("restore", name, "--yes", "--json")


def work(stand: Stand) -> dict[str, Any]:
    stand.sweep_until_probable(*LATER)
    jobs = {
        "later": lambda: stand.run("remediate", "later", "--yes", "--json"),
        "later-killed": lambda: killed(stand, "later-killed"),
        "serves": lambda: stand.run("yang", "check", "serves", "--json"),
        "bare": lambda: stand.run("yang", "check", "bare", "--json"),
        "check": lambda: stand.run("check", "--json"),
    }
    return together(jobs)


def test_a_box_of_17_15_is_mended(stand, results):
    assert results["later"].code == 0, results["later"].err
    assert results["later"].document["remediation"]["state"] == "succeeded"
    assert stand.left_behind("later") == []


def test_a_box_of_17_15_is_brought_home(stand, results):
    restored = results["later-killed"]
    assert isinstance(restored, Finished), restored
    assert restored.code in (0, 5), restored.err
    assert stand.left_behind("later-killed") == []


def verdicts(finished: Finished) -> dict[str, str]:
    (one,) = finished.document["controllers"]
    return {each["name"]: each["verdict"] for each in one["capabilities"]}


def test_a_boxs_own_modules_are_fetched_and_every_path_looked_up(results):
    assert results["serves"].code == 0, results["serves"].err
    found = verdicts(results["serves"])
    assert found["get-schema"] == "works"
    judged = {name: verdict for name, verdict in found.items() if name.startswith("model: ")}
    assert len(judged) > 10
    assert set(judged.values()) == {"works"}, judged


def test_a_box_that_serves_no_modules_is_judged_by_reading(results):
    assert results["bare"].code == 0, results["bare"].err
    found = verdicts(results["bare"])
    assert found["get-schema"] == "fallback"
    assert found["aps"] == "works"


def test_the_whole_fleet_is_checked_at_once(results):
    checked = results["check"].document["controllers"]
    assert results["check"].code == 0
    assert [one["name"] for one in checked] == list(BOXES)
    assert all(one["host_key_verified"] and one["release"] for one in checked)
