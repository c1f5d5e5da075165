"""New software for AireOS by the command alone: from the file to the APs, and back to the old one.

Asked for by name where no AP is stuck; where some are, a clock window mends them first, under the
same approval. One guardian watches it, which the inventory accepts as a risk.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.stand import Finished, Stand, together
from tests.support.file_server import FtpServer
from tests.support.image_shelf import (
    IMAGE,
    NAME,
    NEW,
    OLD,
    WORD,
    slots,
    with_software,
    without_transfer,
)

OLD_AP = {"kind": "healthy", "model": "AIR-CAP2702E-E-K9", "count": 2}
ASKED = ("--issue", "FN72524", "--strategy", "fixed-software", "--accept-suspected", "--json")
YES = (*ASKED, "--accept-reload", "--yes")


def wlc(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "platform": "aireos",
        "model": "3504",
        "release": OLD,
        "ntp": [{"host": "192.0.2.1"}],
        "login": {"algorithms": "modern"},
        "aps": [OLD_AP, {"kind": "healthy"}],
        **more,
    }


BOXES = {
    "good": wlc("good"),
    "away": wlc("away", aps=[OLD_AP, {"kind": "healthy", "lost_on": NEW}]),
    "killed": wlc("killed", transfer_s=8.0),
    "stuck": wlc("stuck", aps=[{"kind": "healthy", "count": 2}, {"kind": "looping"}]),
    "seam": wlc("seam", aps=[{"kind": "healthy"}, {"kind": "looping"}], transfer_s=8.0),
    "other": wlc("other", model="5520"),
}


@dataclass
class Told:
    """What the commands said."""

    planned: dict[str, Any]
    mended: dict[str, Finished]
    left: dict[str, list[str]]
    aps: dict[str, set[str]]
    logins: list[tuple[str, str]]
    written: str


def inventory_with(stand: Stand, port: int) -> Path:
    """The lab's inventory with the new image, and an impatient policy for one box."""
    alone = {"aireos_guardians": 1}
    path = stand.with_policies({"away": {"wait_for_aps_s": 12}, "stuck": alone, "seam": alone})
    with_software(path, stand.folder / "images", port)
    return path


def work(stand: Stand) -> Told:
    with FtpServer({NAME: IMAGE}, password=WORD) as server:
        here = {"inventory": inventory_with(stand, server.port)}
        stand.sweep_until_probable("stuck", "seam", **here)
        asked = (*ASKED, "--accept-reload")
        names = ("good", "stuck", "other")
        planned = {name: lambda n=name: stand.run("plan", n, *asked, **here) for name in names}
        told = together(
            {
                **planned,
                "unaccepted": lambda: stand.run("plan", "good", *ASKED, **here),
                "killed": lambda: killed_and_restored(stand, "killed", f"download {NAME}", here),
                "seam": lambda: killed_and_restored(stand, "seam", "next-part: 1 APs", here),
            }
        )
        mended = together(
            {
                name: lambda n=name: stand.run("remediate", n, *YES, **here)
                for name in ("good", "away", "stuck")
            }
        )
    left = {name: stand.lab.wlc(name).left_dirty() for name in BOXES}
    aps = {name: {ap["version"] for ap in stand.lab.wlc(name).aps()} for name in BOXES}
    written = "".join(
        path.read_bytes().decode(errors="replace")
        for path in stand.folder.rglob("*")
        if path.is_file() and path.name != "file-server"
    )
    return Told(told, mended, left, aps, server.logins, written)


def killed_and_restored(stand: Stand, name: str, said: str, here: dict[str, Any]) -> Finished:
    """kill -9 once it said something; what `restore` made of it."""
    dying = stand.start("remediate", name, *YES, **here)
    dying.until(said)
    dying.kill()
    return stand.run("restore", name, "--yes", "--json", **here)


def plan_of(results, name):
    plan = results.planned[name].document["plan"]
    assert plan is not None, results.planned[name].document
    return plan


def reason_of(finished):
    assert finished.code == 0, finished.err
    assert finished.document["plan"] is None, finished.document
    return finished.document["reason"]


def test_the_plan_shows_each_line_and_no_password(results):
    plan = plan_of(results, "good")
    sent = {step["name"]: step["payloads"] for step in plan["steps"]}
    assert sent["fetch-image"][:3] == [
        "transfer download mode ftp",
        "transfer download datatype code",
        "transfer download serverip 127.0.0.1",
    ]
    assert sent["fetch-image"][-2:] == [
        "transfer download password ********",
        "transfer download start",
    ]
    assert sent["keep-old-image"] == ["config boot backup"]
    assert sent["predownload"] == ["config ap image predownload primary all"]
    assert sent["restart"] == ["reset system"]
    told = " ".join(plan["impact"])
    assert "cannot be undone" in told
    assert "restarts once" in told


def test_a_restart_takes_a_word_of_its_own(results):
    assert "--accept-reload" in reason_of(results.planned["unaccepted"])


def test_while_aps_are_stuck_the_clock_window_comes_first_in_one_plan(results):
    plan = plan_of(results, "stuck")
    names = [step["name"] for step in plan["steps"]]
    sent = {step["name"]: step["payloads"] for step in plan["steps"]}
    assert plan["strategy"] == "fixed-software"
    assert len(plan["aps"]) == 1
    assert "config time ntp delete 1" in sent["window/remove-ntp"]
    assert any(line.startswith("config time manual") for line in sent["window/set-clock-back"])
    assert sent["restart"] == ["reset system"]
    assert names.index("window/verify") < names.index("fetch-image")


def test_stuck_aps_are_mended_and_everybody_runs_the_new_software_in_one_remediation(results):
    finished = results.mended["stuck"]
    assert finished.code == 0, finished.err
    told = finished.document["remediation"]
    assert (told["state"], told["strategy"]) == ("succeeded", "fixed-software"), told
    assert told["aps"] == {"recovered": 1, "remaining": 0}
    states = {step["name"]: step["state"] for step in told["steps"]}
    assert states["window/set-true-time"] == states["window/ntp-in-sync"] == "done"
    assert states["restart"] == "done"
    assert without_transfer(results.left["stuck"]) == [slots(default="primary", active="primary")]
    assert results.aps["stuck"] == {NEW}


def test_a_file_for_other_hardware_is_not_taken(results):
    why = reason_of(results.planned["other"])
    assert "AIR-CT5520-K9-8-10-183-0.aes is not in the software folder" in why


def test_controller_and_aps_run_the_new_software_and_nothing_else_is_left(results):
    finished = results.mended["good"]
    assert finished.code == 0, finished.err
    assert finished.document["remediation"]["state"] == "succeeded", finished.document
    assert without_transfer(results.left["good"]) == [slots(default="primary", active="primary")]
    assert results.aps["good"] == {NEW}


def test_aps_that_stay_away_bring_the_old_software_back_by_one_more_restart(results):
    finished = results.mended["away"]
    assert finished.code == 5, finished.err
    told = finished.document["remediation"]
    assert told["state"] == "rolled-back", told
    assert "2 of 3 APs registered on 8.10.183.0" in told["detail"]
    assert without_transfer(results.left["away"]) == [slots(default="backup", active="backup")]
    assert results.aps["away"] == {OLD}


def test_a_death_during_the_download_is_followed_by_the_old_image_coming_up_next(results):
    finished = results.planned["killed"]
    assert finished.code == 5, finished.err
    assert finished.document["remediation"]["state"] == "rolled-back"
    assert without_transfer(results.left["killed"]) == [slots(default="backup", active="backup")]


def test_a_death_as_the_installation_begins_leaves_the_mended_ap_true_time_and_the_old_image(
    results,
):
    finished = results.planned["seam"]
    assert finished.code == 5, finished.err
    told = finished.document["remediation"]
    assert (told["state"], told["aps"]) == ("rolled-back", {"recovered": 1, "remaining": 0}), told
    left = [line for line in without_transfer(results.left["seam"]) if "boot images" not in line]
    assert left == []
    assert results.aps["seam"] == {OLD}


def test_the_password_is_in_no_file_of_ours_and_on_no_controller(results):
    assert WORD not in results.written
    assert ("wlc", WORD) in results.logins
    assert not any(WORD in line for left in results.left.values() for line in left)
