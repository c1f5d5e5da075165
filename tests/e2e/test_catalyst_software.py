"""Fixed software on Catalyst 9800s, from a folder with files to the report, by command alone."""

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.lab.images import make
from tests.e2e.stand import Finished, Stand, box, together

IW = [
    {"kind": "healthy", "count": 2, "site_tag": "north"},
    {"kind": "looping", "model": "IW3702-2E-UXK9", "site_tag": "south"},
]
HELPS = "C9800-universalk9_wlc.17.03.06.CSCwe10047.SPA.apsp.bin"
HELPS_NOT = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
PEERS = [
    {"address": "192.0.2.50"},
    {"address": "192.0.2.51"},
    {"address": "192.0.2.52", "status": "ctrl-data-path-down"},
]
LOSING = [{**PEERS[0], "survives": False}, *PEERS[1:]]
BEFORE = "C9800-L-universalk9_wlc.17.09.01.SPA.bin"
RELEASE = "C9800-L-universalk9_wlc.17.09.02.SPA.bin"
BOXES = {
    "mended": box("mended", release="17.3.6", cli=True, mobility=PEERS),
    "cut-off": box("cut-off", release="17.3.6", cli=True, mobility=LOSING),
    "in-vain": box("in-vain", release="17.9.2", aps=IW, cli=True, timings={"install_s": 2.5}),
    "between": box("between", release="17.9.1", aps=IW, cli=True, flash={"files": [BEFORE]}),
}
POLICY = {"wait_for_aps_s": 25}
WORDS = ("--strategy", "fixed-software", "--accept-suspected")


@dataclass
class Told:
    """What the commands said, and what differs on the boxes from how they began."""

    planned: Finished
    mended: dict[str, Finished]
    left: dict[str, list[str]]


def shelf(folder: Path) -> Path:
    """A folder with software, and the sums that Cisco publishes."""
    folder.mkdir()
    for name in (HELPS, HELPS_NOT, RELEASE):
        data = make(name, mends=name == HELPS)
        (folder / name).write_bytes(data)
        (folder / f"{name}.sha512").write_text(f"{hashlib.sha512(data).hexdigest()}  {name}\n")
    return folder


@contextmanager
def served(stand: Stand, folder: Path) -> Iterator[dict[str, Any]]:
    """The folder served by the command, and an inventory that names it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serving = stand.start("files", str(folder), "--serve", f"127.0.0.1:{port}")
    serving.until("http://")
    content = yaml.safe_load(stand.inventory.read_text())
    content["software"] = {"folder": str(folder), "url": f"http://127.0.0.1:{port}/"}
    path = stand.inventory.with_name("software.yaml")
    path.write_text(yaml.safe_dump(content))
    yield {"inventory": path}
    serving.kill()


def work(stand: Stand) -> Told:
    with served(stand, shelf(stand.folder / "images")) as here:
        stand.sweep_until_probable(*BOXES, **here)
        planned = stand.run("plan", "mended", *WORDS, "--json", **here)
        jobs = {
            name: lambda n=name: stand.run(
                "remediate", n, *WORDS, "--accept-reload", "--yes", "--json", **here
            )
            for name in BOXES
        }
        mended = together(jobs)
        return Told(planned, mended, {name: stand.left_behind(name) for name in BOXES})


def detail(told: Finished, step: str) -> str:
    (found,) = (s for s in told.document["remediation"]["steps"] if s["name"] == step)
    return str(found["detail"])


def test_a_plan_shows_every_order_with_the_timer_that_takes_it_back(results):
    plan = results.planned.document["plan"]
    assert plan["strategy"] == "fixed-software"
    shown = {step["name"]: step for step in plan["steps"]}
    assert "auto-abort-timer-val" in str(shown["activate-apsp"])
    assert "<abort" in str(shown["activate-apsp"])
    assert any("takes back by itself" in line for line in plan["impact"])


def test_the_patch_is_committed_and_the_stuck_access_point_is_registered(results):
    told = results.mended["mended"]
    assert told.code == 0, told.err
    document = told.document["remediation"]
    assert (document["state"], document["aps"]) == ("succeeded", {"recovered": 1, "remaining": 0})
    assert detail(told, "check-apsp") == "the hash is the right one"
    assert results.left["mended"] == [
        "software: committed is 17.3.6 + CSCwe10047, was 17.3.6",
        f"bootflash: added {HELPS}",
    ]


def test_a_patch_that_does_not_help_its_first_site_is_taken_back_removed_and_deleted(results):
    told = results.mended["in-vain"]
    assert told.code == 5, told.err
    document = told.document["remediation"]
    assert document["state"] == "rolled-back"
    assert detail(told, "sites-1") == "it reaches south"
    assert "it does not help" in detail(told, "health-1")
    assert detail(told, "clear-sites") == "no list of sites is left"
    assert results.left["in-vain"] == []


def test_a_plan_tells_how_many_mobility_tunnels_are_up(results):
    impact = results.planned.document["plan"]["impact"]
    assert any(line.startswith("mobility peers: 2 up; ") for line in impact)


def test_software_with_which_a_mobility_tunnel_stays_down_is_taken_back(results):
    """One that was down before counts for nothing."""
    told = results.mended["cut-off"]
    assert told.code == 5, told.err
    document = told.document["remediation"]
    assert document["state"] == "rolled-back"
    assert detail(told, "health-apsp").endswith("; mobility tunnels down: 192.0.2.50")
    assert results.left["cut-off"] == []
    assert "; mobility peers: 2 up" in told.err


def test_a_release_that_was_committed_is_left_again_where_its_patch_does_not_help(stand, results):
    told = results.mended["between"]
    assert told.code == 5, told.err
    assert told.document["remediation"]["state"] == "rolled-back"
    assert detail(told, "commit-base") == "17.9.2 is committed"
    assert "it does not help" in detail(told, "health-1")
    assert detail(told, "commit-former") == "17.9.1 is committed"
    assert results.left["between"] == []
    serving = [ap for ap in stand.box("between").aps() if ap["kind"] == "healthy"]
    assert {ap["phase"] for ap in serving} == {"registered"}


def test_progress_is_told_in_the_controllers_own_words(results):
    assert "add: in-progress, " in results.mended["in-vain"].err


@pytest.mark.parametrize("name", list(BOXES))
def test_every_order_was_given_once_and_nothing_was_saved(stand, results, name):
    assert results.mended[name].code in (0, 5)
    told = [event.what for event in stand.box(name).log if event.kind == "install"]
    orders = [text for text in told if text.endswith("begins")]
    assert orders[:2] == ["install begins", "activate begins"]
    stages = 3 if name == "between" else 1
    assert max(orders.count(order) for order in orders) <= stages
    assert not [event for event in stand.box(name).log if event.kind == "save"]
