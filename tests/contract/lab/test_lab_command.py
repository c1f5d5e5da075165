"""`aprejoin lab` from the command line, with a real process in the foreground."""

import json
import signal
import subprocess
import sys
import threading

import pytest
import yaml
from click.testing import CliRunner

from service.cli.lab import lab
from service.lab.images import named, taken_in

FLEET = """
controllers:
  - name: hq-1
    release: 17.9.1
    ntp: [{host: 192.0.2.1}]
    aps: [{kind: looping}]
"""
PROGRAM = "from service.cli.lab import lab; lab()"


@pytest.fixture
def folder(tmp_path):
    """The folder of a lab that runs in a process of its own."""
    (tmp_path / "fleet.yaml").write_text(FLEET)
    state = tmp_path / "state"
    up = ["up", str(tmp_path / "fleet.yaml"), "--json", "--desk"]
    command = [sys.executable, "-c", PROGRAM, *up]
    process = subprocess.Popen(
        [*command, "--state-dir", str(state)], stdout=subprocess.PIPE, text=True
    )
    guard = threading.Timer(60, process.kill)
    guard.start()
    try:
        assert json.loads(process.stdout.readline())["boxes"] == ["hq-1"]
        yield state
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not (state / "control.json").exists()
    finally:
        guard.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def said(folder, *words: str):
    """Exit status and JSON answer of a command."""
    result = CliRunner().invoke(lab, [*words, "--state-dir", str(folder), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_desk_stands_beside_the_fleet_and_names_what_it_does_not_know(folder):
    status, shown = said(folder, "desk", "list")
    assert (status, shown["kind"], shown["tickets"]) == (0, "servicenow", [])
    itsm = yaml.safe_load((folder / "inventory.yaml").read_text())["itsm"]
    assert itsm["url"] == shown["url"]
    result = CliRunner().invoke(lab, ["desk", "withdraw", "CHG1", "--state-dir", str(folder)])
    assert (result.exit_code, result.output) == (
        1,
        "lab: no change CHG1 at this desk: it has none\n",
    )


def test_another_shell_looks_stirs_and_sees_what_is_left(folder):
    status, shown = said(folder, "status")
    assert (status, shown["boxes"][0]["name"]) == (0, "hq-1")
    assert said(folder, "dirty") == (0, {"left_dirty": {"hq-1": []}})
    assert said(folder, "fault", "hq-1", "lock", "--now", "--seconds", "60")[0] == 0
    status, left = said(folder, "dirty", "hq-1")
    assert status == 3
    assert left["left_dirty"]["hq-1"] == ["lock on running held by session 901"]
    assert said(folder, "software", "hq-1")[1]["running"] == "17.9.1"
    assert said(folder, "fault", "hq-1", "op_fail", "--percent", "60")[0] == 0
    assert said(folder, "reload", "hq-1") == (0, {"reloading": "hq-1"})


def test_it_writes_software_files_for_its_boxes(tmp_path):
    name = "C9800-universalk9_wlc.17.09.02.CSCwd87612.SPA.apsp.bin"
    folder = tmp_path / "images"  # made if it is not there
    result = CliRunner().invoke(lab, ["image", name, str(folder), "--json"])
    assert json.loads(result.stdout)["file"] == str(folder / name)
    assert taken_in(name, (folder / name).read_bytes()).image == named(name)
    assert (folder / f"{name}.sha512").read_text().endswith(f"  {name}\n")
    assert CliRunner().invoke(lab, ["image", "x.bin", str(tmp_path)]).exit_code == 2


def test_without_a_running_lab_it_says_how_to_start_one(tmp_path):
    result = CliRunner().invoke(lab, ["status", "--state-dir", str(tmp_path)])
    assert result.exit_code == 1
    assert "start one with `aprejoin lab up`" in result.stderr


def test_a_wrong_fleet_file_is_a_wrong_call(tmp_path):
    (tmp_path / "fleet.yaml").write_text("controllers: [{name: x, release: 17.9.1, oops: 1}]")
    path = str(tmp_path / "fleet.yaml")
    result = CliRunner().invoke(lab, ["up", path, "--state-dir", str(tmp_path)])
    assert result.exit_code == 2
    assert "controllers.0.oops" in result.stderr


def test_a_shipped_fleet_goes_by_its_name(tmp_path):
    words = ["up", "demo", "--state-dir", str(tmp_path), "--for", "0.1", "--json"]
    result = CliRunner().invoke(lab, words)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["boxes"] == ["hq-1", "dc-1", "branch-1", "wlc-1"]
