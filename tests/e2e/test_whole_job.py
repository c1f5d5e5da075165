"""Sweep, plan, remediate, sweep: by the command, with an inventory alone, on boxes of all kinds.

All boxes are worked on at the same time; what is asserted is asserted for each.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e import forms
from tests.e2e.forms import matches
from tests.e2e.stand import Finished, Stand, box, together
from tests.support.canaries import leaks

EVERY_FORM = [
    {"host": "192.0.2.1", "prefer": True, "iburst": True},
    {"host": "2001:db8::123", "minpoll": 4, "maxpoll": 9, "version": 4},
    {"host": "ntp1.example.net", "form": "ip", "source": "Vlan10"},
    {"host": "ntp6.example.net", "form": "ipv6"},
    {"host": "ntp-by-name.example.net", "key": 7},
    {"host": "10.9.9.9", "vrf": "Mgmt-intf", "key": 42, "prefer": True},
    {"host": "ntp2.example.net", "form": "ip", "vrf": "Mgmt-intf", "iburst": True},
    {"host": "192.0.2.7", "kind": "peer", "key": 7, "maxpoll": 8},
    {"host": "192.0.2.8", "kind": "peer", "vrf": "Mgmt-intf"},
]
CENTRAL_EUROPE = {
    "name": "CET",
    "hours": 1,
    "summer": {"name": "CEST", "start": "last Sun Mar 2:00", "end": "last Sun Oct 3:00"},
}
NEW_YORK = {"name": "EST", "hours": -5, "summer": {"name": "EDT"}}
NEWFOUNDLAND = {"name": "NST", "hours": -3, "minutes": 30, "summer": {"name": "NDT"}}
NEPAL = {"name": "NPT", "hours": 5, "minutes": 45}
SYDNEY = {
    "name": "AEST",
    "hours": 10,
    "summer": {"name": "AEDT", "start": "first Sun Oct 2:00", "end": "first Sun Apr 3:00"},
}
STRAGGLER = [{"kind": "healthy"}, {"kind": "straggler"}, {"kind": "looping"}]
BOXES = {
    "old-cet": box("old-cet", "17.3.6", ntp=EVERY_FORM, timezone=CENTRAL_EUROPE, cli=True),
    "six-us": box("six-us", "17.6.4", ntp=EVERY_FORM, timezone=NEW_YORK),
    "nine-nst": box("nine-nst", "17.9.1", ntp=EVERY_FORM, timezone=NEWFOUNDLAND),
    "twelve-npt": box("twelve-npt", "17.12.1", ntp=EVERY_FORM, timezone=NEPAL),
    "nine-syd": box("nine-syd", "17.9.1", timezone=SYDNEY, aps=STRAGGLER, cli=True),
    "candidate": box(
        "candidate",
        "17.9.1",
        candidate=True,
        quirks={"running_writable": "without-candidate"},
    ),
    "both-stores": box("both-stores", "17.12.1", candidate=True),
    "silent-filter": box("silent-filter", "17.6.4", quirks={"unknown_filter": "empty"}),
    "no-obsolete": box("no-obsolete", "17.12.1", quirks={"obsolete": "refuse"}),
    "slow-replies": box("slow-replies", "17.9.1", timings={"latency_s": 0.2, "eem_cli_s": 0.4}),
    "no-saved-leaf": box("no-saved-leaf", "17.12.1", quirks={"unsaved_config": "absent"}),
}
STUCK = list(BOXES)
BOXES["healthy"] = box("healthy", "17.12.1", aps=[{"kind": "healthy", "count": 3}])


@dataclass
class Told:
    """What the commands said."""

    swept: Any
    planned: dict[str, Finished]
    mended: dict[str, Finished]
    after: list[Finished]
    ahead: Finished


def stuck_of(name: str) -> int:
    """How many access points of a box cannot join."""
    return sum(ap["kind"] != "healthy" for ap in BOXES[name]["aps"])


def work(stand: Stand) -> Told:
    stuck = {name: stuck_of(name) for name in STUCK}
    swept = stand.sweep_until_probable(*STUCK, stuck=stuck)
    planned = together({name: lambda n=name: stand.run("plan", n, "--json") for name in BOXES})
    ahead = stand.run("forecast", "--json")
    kept_away = ("--applied", "switch-port:access-1 Gi1/0/1", "--as", "ann")
    assert stand.run("contain", "six-us", *kept_away).code == 0
    mended = together(
        {name: lambda n=name: stand.run("remediate", n, "--yes", "--json") for name in BOXES}
    )
    folders = [stand.folder / "here", stand.folder / "there"]
    for folder in folders:
        folder.mkdir()
    both = [stand.start("sweep", "--json", cwd=folder) for folder in folders]
    return Told(swept, planned, mended, [one.finish() for one in both], ahead)


each = pytest.mark.parametrize("name", STUCK)


@each
def test_a_loop_is_found_by_sweeping(results, name):
    (one,) = [one for one in results.swept["controllers"] if one["name"] == name]
    assert matches(results.swept, forms.SWEEP) == []
    assert one["reachable"] is True
    assert one["release"] == BOXES[name]["release"]
    assert one["ntp"]["synchronised"] is True
    assert {ap["mac"] for finding in one["findings"] for ap in finding["aps"]}


@each
def test_a_plan_shows_what_would_be_sent(results, name):
    planned = results.planned[name]
    assert planned.code == 0
    plan = planned.document["plan"]
    assert plan is not None, planned.document
    assert matches(plan, forms.PLAN) == []
    assert plan["strategy"] == "clock-window"
    sent = {step["name"]: step["payloads"] for step in plan["steps"]}
    entries = BOXES[name]["ntp"]
    assert all(entry["host"] in sent["remove-ntp"][0] for entry in entries)
    assert all(entry["host"] in sent["arm-dead-man"][0] for entry in entries)


@each
def test_a_remediation_succeeds_and_leaves_nothing_behind(stand, results, name):
    finished = results.mended[name]
    assert finished.code == 0, finished.err
    told = finished.document["remediation"]
    assert matches(told, forms.REMEDIATION) == []
    assert told["state"] == "succeeded", told
    assert told["aps"]["remaining"] == 0
    assert told["aps"]["recovered"] == stuck_of(name)
    assert stand.left_behind(name) == []
    assert abs(stand.box(name).clock_offset_s) < 2


def test_a_remediation_demands_the_lifting_of_what_a_person_put_in_force(stand, results):
    (lift,) = results.mended["six-us"].document["remediation"]["lift"]
    assert "switch-port on access-1 Gi1/0/1" in lift
    assert "interface Gi1/0/1; no shutdown" in lift
    assert "lift the containment" in results.mended["six-us"].err
    assert results.mended["nine-nst"].document["remediation"]["lift"] == []
    lifted = stand.run("contain", "six-us", "--lifted", "all", "--json").document
    assert [one["applied_by"] for one in lifted["containments"]] == ["ann"]
    assert lifted["containments"][0]["lifted"] is not None


@each
def test_nothing_is_saved_while_the_time_is_false(stand, results, name):
    assert results.mended[name]
    """Between the false clock and the true one no configuration is saved."""
    events = [(event.at, event.kind, event.fields) for event in stand.box(name).log]
    false = [at for at, kind, fields in events if kind == "clock" and fields["offset_s"] < -1e6]
    true = [at for at, kind, fields in events if kind == "clock" and abs(fields["offset_s"]) < 5]
    saves = [at for at, kind, _ in events if kind == "save"]
    assert len(false) == 1
    assert all(not false[0] <= at <= max(true) for at in saves)


@each
def test_the_forecast_names_what_cannot_load_its_image_and_when_certificates_end(results, name):
    assert results.ahead.code == 0, results.ahead.err
    told = results.ahead.document["forecast"]
    mine = [one for one in told["entries"] if one["controller"] == name]
    assert [one["at"] for one in told["entries"]] == sorted(one["at"] for one in told["entries"])
    images = [one for one in mine if one["kind"] == "image"]
    assert {"replacement", "upgrade"} <= set(images[0]["fails_at"])
    assert images[0]["ap"]["mac"]
    dated = [one for one in mine if one["kind"] == "ap-certificate"]
    assert {one["estimated"] for one in dated} == {name == "old-cet"}
    own = [one for one in mine if one["kind"] == "controller-certificate"]
    assert bool(own) == (name != "old-cet")
    (site,) = told["sites"]
    (known,) = [one for one in site["controllers"] if one["name"] == name]
    assert known["count"]["image"] == len(images)
    assert known["fixed_software"]


def test_sweeps_from_two_folders_at_once_find_nothing_afterwards(results):
    for after in results.after:
        assert after.code == 0, after.document
        assert len(after.document["controllers"]) == len(BOXES)
        assert all(not one["findings"] for one in after.document["controllers"])
    one, other = (after.document["sweep"]["id"] for after in results.after)
    assert one != other


def test_a_healthy_controller_has_nothing_to_do(stand, results):
    assert results.planned["healthy"].code == 0
    assert results.planned["healthy"].document["plan"] is None
    assert "nothing to do" in results.planned["healthy"].document["reason"]
    assert results.mended["healthy"].code == 5
    assert results.mended["healthy"].document["remediation"]["state"] == "cancelled"
    assert not [event for event in stand.box("healthy").log if event.kind == "edit"]


def test_its_evidence_is_whole_and_no_secret_is_in_anything_that_was_said_or_kept(stand, results):
    item = results.mended["old-cet"].document["remediation"]["id"]
    told = stand.evidence(item)
    assert (told["whole"], told["vouched_by_audit"], told["state"]) == (True, True, "succeeded")
    assert stand.run("audit", "verify").code == 0
    assert stand.run("audit", "export", str(stand.folder / "audit.jsonl")).code == 0
    said = stand.said_and_kept()
    assert any(path.endswith(".zip") for path in said)
    assert leaks(stand.secrets, said) == []
