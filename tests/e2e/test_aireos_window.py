"""The published workaround on AireOS by the command alone: sweep, plan, remediate, die over it.

One guardian watches, which the inventory accepts as a risk; the rule of two is tested elsewhere.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.e2e.stand import Finished, Stand, together
from tests.support.canaries import leaks

STUCK = [{"kind": "healthy", "count": 2}, {"kind": "looping"}]
KEYED = [{"host": "192.0.2.1", "key": 1}, {"host": "ntp.example.net", "key": 2}]
NAMED = [{"host": "192.0.2.1"}, {"host": "ntp.example.net"}, {"host": "2001:db8::123"}]


def wlc(name: str, release: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "platform": "aireos",
        "model": "3504" if release.startswith("8.10") else "5508",
        "release": release,
        "ntp": NAMED,
        "aps": STUCK,
        **more,
    }


BOXES = {
    "local-85": wlc("local-85", "8.5.161.0", timezone={"location": 8}, ntp_interval=72_000),
    "gmt-810": wlc("gmt-810", "8.10.151.0", timezone={"hours": 2}, quirks={"manual_time": "gmt"}),
    "killed": wlc("killed", "8.10.151.0", timezone={"location": 14}),
    "keyed": wlc("keyed", "8.5.161.0", ntp=[*KEYED]),
    "forgetful": wlc(
        "forgetful", "8.10.151.0", ntp_interval=7200, quirks={"forgets_interval": True}
    ),
    "read-only": wlc("read-only", "8.10.151.0", login={"access": "read-only"}),
}
MENDED = ("local-85", "gmt-810", "keyed")


@dataclass
class Told:
    """What the commands said."""

    swept: Any
    planned: dict[str, Finished]
    mended: dict[str, Finished]
    killed_in: str
    restored: Finished
    after: Finished


def accepting_one_guardian(stand: Stand) -> Any:
    """The lab's inventory, with the risk accepted in writing."""
    content = yaml.safe_load(stand.inventory.read_text())
    content["policy"] = {**content.get("policy", {}), "aireos_guardians": 1}
    path = stand.inventory.with_name("one-guardian.yaml")
    path.write_text(yaml.safe_dump(content))
    return path


def work(stand: Stand) -> Told:
    here = {"inventory": accepting_one_guardian(stand)}
    swept = stand.sweep_until_probable(*BOXES, **here)
    planned = together(
        {name: lambda n=name: stand.run("plan", n, "--json", **here) for name in BOXES}
    )
    jobs = {
        name: lambda n=name: stand.run("remediate", n, "--yes", "--json", **here)
        for name in (*MENDED, "forgetful", "read-only")
    }
    mended = together({**jobs, "killed": lambda: killed_and_restored(stand, here)})
    killed_in, restored = mended.pop("killed")
    return Told(swept, planned, mended, killed_in, restored, stand.run("sweep", "--json", **here))


def killed_and_restored(stand: Stand, here: dict[str, Any]) -> tuple[str, Finished]:
    """Kill a remediation while the clock is false; what it said, and what `restore` made of it."""
    dying = stand.start("remediate", "killed", "--yes", "--json", **here)
    dying.until("APs registered")
    dying.kill()
    return dying.said(), stand.run("restore", "killed", "--yes", "--json", **here)


def only(document, name):
    (one,) = [one for one in document["controllers"] if one["name"] == name]
    return one


@pytest.mark.parametrize("name", BOXES)
def test_the_loop_is_found_by_sweeping(results, name):
    one = only(results.swept, name)
    assert one["release"] == BOXES[name]["release"]
    assert [finding["issue"] for finding in one["findings"]] == ["FN72524"]


@pytest.mark.parametrize("name", ["local-85", "gmt-810"])
def test_the_plan_shows_the_lines_that_would_be_typed(results, name):
    plan = results.planned[name].document["plan"]
    assert plan is not None, results.planned[name].out
    sent = {step["name"]: step["payloads"] for step in plan["steps"]}
    assert [line for line in sent["remove-ntp"] if "delete" in line] == [
        "config time ntp delete 3",
        "config time ntp delete 2",
        "config time ntp delete 1",
    ]
    assert sent["restore-ntp"] == [
        f"config time ntp server {index} {entry['host']}"
        for index, entry in enumerate(NAMED, start=1)
    ]
    assert sent["set-clock-back"][0].startswith("config time manual 12/0")
    assert sent["save"] == ["save config"]


@pytest.mark.parametrize("name", MENDED)
def test_the_job_succeeds_and_leaves_nothing_behind(stand, results, name):
    finished = results.mended[name]
    assert finished.code == 0, finished.err
    told = finished.document["remediation"]
    assert told["state"] == "succeeded", told
    assert (told["aps"]["recovered"], told["aps"]["remaining"]) == (1, 0)
    handle = stand.lab.wlc(name)
    assert handle.left_dirty() == []
    assert abs(handle.clock_offset_s) < 2


def test_a_box_that_takes_gmt_is_found_out_and_set_right(stand, results):
    assert results.mended["gmt-810"].code == 0
    sets = [e.fields["offset_s"] for e in stand.lab.wlc("gmt-810").log if e.kind == "clock"]
    assert any(abs(offset) < 5 for offset in sets)


def test_what_a_killed_process_left_is_put_back(stand, results):
    assert "APs registered" in results.killed_in
    assert results.restored.code in (0, 5), results.restored.err
    handle = stand.lab.wlc("killed")
    assert abs(handle.clock_offset_s) < 2
    assert [one for one in handle.left_dirty() if "NTP daemon" not in one] == []


def test_keys_and_names_are_proven_before_they_are_taken_away_and_put_back(results):
    steps = results.planned["keyed"].document["plan"]["steps"]
    sent = {step["name"]: step["payloads"] for step in steps}
    one, two = "config time ntp auth enable 1 1", "config time ntp auth enable 2 2"
    named = "config time ntp server 2 ntp.example.net"
    deletions = ["config time ntp delete 2", "config time ntp delete 1"]
    assert sent["remove-ntp"] == [one, two, named, two, *deletions]
    assert sent["restore-ntp"] == ["config time ntp server 1 192.0.2.1", one, named, two]


def test_a_polling_interval_that_the_box_forgot_is_told_with_what_sets_it(stand, results):
    assert results.mended["forgetful"].code == 6
    told = results.mended["forgetful"].document["remediation"]
    assert told["state"] == "needs-attention"
    assert "NTP polling interval: 7200 s before, 3600 s now" in told["left"]
    assert told["aps"] == {"recovered": 1, "remaining": 0}
    handle = stand.lab.wlc("forgetful")
    assert "saved: missing time ntp interval 7200" not in handle.left_dirty()
    lines = [line.partition("   !")[0] for line in told["mend"]]
    for line in sorted(lines, key=lambda line: line == "save config"):
        handle.cli(line)
    assert handle.left_dirty() == []


def test_an_account_that_may_not_configure_changes_nothing(stand, results):
    assert results.mended["read-only"].code != 0
    handle = stand.lab.wlc("read-only")
    assert handle.left_dirty() == []
    assert not [event for event in handle.log if event.kind == "clock"]


def test_afterwards_the_mended_have_no_finding(results):
    for name in MENDED:
        assert only(results.after.document, name)["findings"] == []


def test_its_evidence_is_whole_and_no_secret_is_in_anything_that_was_said_or_kept(stand, results):
    item = results.mended["local-85"].document["remediation"]["id"]
    told = stand.evidence(item)
    assert (told["whole"], told["vouched_by_audit"], told["state"]) == (True, True, "succeeded")
    assert stand.run("audit", "verify").code == 0
    assert stand.run("audit", "export", str(stand.folder / "audit.jsonl")).code == 0
    said = stand.said_and_kept()
    assert any(path.endswith(".zip") for path in said)
    assert leaks(stand.secrets, said) == []
