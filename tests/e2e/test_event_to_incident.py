"""The whole story over real HTTP: an event, a finding, an incident, a change, a cure, its evidence.

`aprejoin serve` as a process with all that it starts, boxes that speak SSH, and a desk behind HTTP
that keeps state. Beside it one change is withdrawn while the clock of its box is wrong.
"""

import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.lab.desk.servicenow import Instance
from tests.e2e.stand import Stand, box, standing, together
from tests.integration.served import (
    LONG_AGO_S,
    V1,
    Service,
    command_of,
    wait_for,
)
from tests.support.canaries import leaks
from tests.support.desks import PASSWORD, USER, servicenow
from tests.support.patience import PATIENCE_S

GOOD, TAKEN = "good", "taken"
BRIEFLY_AWAY = {"boot_s": 0.1, "retry_s": 0.1, "download_s": 3.0}
LASTING = {"reboot_stragglers_after_s": 900, "no_progress_s": 900, "wait_for_aps_s": 900}
LOOPING = [{"kind": "healthy"}, {"kind": "looping", "timings": BRIEFLY_AWAY}]
STRAGGLER = [{"kind": "healthy"}, {"kind": "straggler", "timings": BRIEFLY_AWAY}]
POLICY = {"poll_every_s": 2, "dead_man_after_s": 300, "ntp_sync_s": 300}
LINE = (
    "<189>41: {name}: *Dec  1 2022 12:00:00.1 UTC: %CAPWAPAC_SMGR_TRACE_MESSAGE-5-AP_JOIN_DISJOIN: "
    "Chassis 1 R0/0: wncd: AP Event: AP Name: ap Mac: 0c75.bdb4.87e0 {what}\n"
)


@dataclass
class Told:
    """What the story came to.

    Attributes:
        change: the desk's row, as it is at the end.
        seen: what was there on the way.
    """

    change: dict[str, Any]
    ended: Any
    journal: str
    seen: dict[str, Any] = field(default_factory=dict)


def with_a_desk(inventory: Path, desk: Instance) -> None:
    """From now on there is a desk, changes are wanted, and findings of one box are acted upon."""
    document = yaml.safe_load(inventory.read_text())
    document["itsm"] = {
        "kind": "servicenow",
        "url": desk.url,
        "credentials": "desk",
        "auth": "oauth",
        "change": {"assignment_group": "Network"},
    }
    document["credentials"]["desk"] = {"username": USER, "password": "env:DESK_SECRET"}
    document["policy"]["ticket"] = "required"
    good, taken = document["controllers"]
    good["policy"] = {"on_finding": "remediate"}
    taken["policy"] = LASTING
    new = inventory.with_suffix(".new")
    new.write_text(yaml.safe_dump(document))
    new.replace(inventory)


def say(place: str, name: str, what: str) -> None:
    """One line of syslog from a box."""
    host, _, port = place.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60.0) as sender:
        sender.sendall(LINE.format(name=name, what=what).encode())


def by_event(service: Service, desk: Instance, place: str) -> Told:
    """Nobody asks for anything here: a line comes, and two people give their word."""
    say(place, GOOD, "Disjoined")
    told = partial(everything, service, desk)
    where = wait_for(partial(asked_for, service, GOOD), PATIENCE_S, told)
    incident = wait_for(partial(incident_of, desk, GOOD), PATIENCE_S, told)
    seen = {"asked": service.look(where), "incident": dict(incident)}
    change = wait_for(partial(change_of, desk, GOOD), PATIENCE_S, told)
    seen["own"] = service.ann.ask("POST", f"{where}/approve", **{"If-Match": "*"}).json()
    seen["digest"] = service.bob.approve(where)
    seen["waiting"] = wait_for(partial(waits_for_the_desk, service, where), PATIENCE_S, told)
    seen["offset_s"] = service.stand.box(GOOD).clock_offset_s
    approve(desk, change)
    ended = service.until_ended(where)
    wait_for(lambda: change["state"] == 3, PATIENCE_S, told)
    say(place, GOOD, "Joined")
    wait_for(lambda: incident["state"] == "6", PATIENCE_S, told)
    seen["resolved"] = incident
    seen["events"] = service.ann.get(f"{V1}/events?controller={GOOD}")["events"]
    return told_of(service, where, change, ended, seen)


def withdrawn(service: Service, desk: Instance) -> Told:
    """A person plans; the change is taken back while the box is in the past."""
    with service.ann.client() as api:
        planned = api.wait(api.plan(TAKEN, accept_suspected=True), within_s=PATIENCE_S)
    assert planned["digest"], planned
    asked = service.ann.post(f"{V1}/remediations", {"plan_digest": planned["digest"]})
    where, told = asked.headers["Location"], partial(everything, service, desk)
    service.bob.approve(where)
    change = wait_for(partial(change_of, desk, TAKEN), PATIENCE_S, told)
    approve(desk, change)
    service.until_in_window(TAKEN, where)
    seen = {"offset_s": service.stand.box(TAKEN).clock_offset_s}
    desk.withdraw(change)
    ended = service.until_ended(where)
    wait_for(lambda: "rolled-back" in "".join(desk.notes_of(change)[-1:]), PATIENCE_S, told)
    return told_of(service, where, change, ended, seen)


def told_of(service, where, change, ended, seen) -> Told:
    lines = service.ann.get(f"{where}/report")["journal"]
    return Told(change, ended, "\n".join(line["what"] for line in lines), seen)


def approve(desk: Instance, change: dict[str, Any]) -> None:
    now = datetime.now(UTC)  # the desk's own clock
    desk.approve(change, start=now - timedelta(minutes=5), lasts_s=7200)


def asked_for(service: Service, name: str) -> str:
    """The address of the remediation that was asked for a box; empty: none yet."""
    listed = service.ann.get(f"{V1}/remediations?controller={name}")["remediations"]
    return f"{V1}/remediations/{listed[0]['id']}" if listed else ""


def waits_for_the_desk(service: Service, where: str) -> Any:
    found = service.look(where)
    return found if "is not approved: New" in found["detail"] else None


def change_of(desk: Instance, name: str) -> dict[str, Any] | None:
    wanted = f"{name}:"
    found = [
        one for one in list(desk.changes.values()) if one["short_description"].startswith(wanted)
    ]
    return found[0] if found else None


def incident_of(desk: Instance, name: str) -> dict[str, Any] | None:
    found = [one for one in list(desk.incidents.values()) if name in one["short_description"]]
    return found[0] if found else None


def everything(service: Service, desk: Instance) -> str:
    """For whoever reads why it failed."""
    parts = ("events", "sweeps?limit=3", "findings", "campaigns", "plans", "remediations")
    shown = [service.ann.ask("GET", f"{V1}/{part}").text for part in parts]
    return "\n".join([*shown, repr(desk.changes), repr(desk.incidents), repr(desk.asked[-9:])])


@dataclass
class Outcome:
    """Both stories, and the bundle that the desk got for the good one, verified elsewhere."""

    desk: Instance
    told: dict[str, Any]
    stand: Stand
    tickets: Any
    commands: dict[str, bytes]
    verified: Any = None

    def of(self, name: str) -> Told:
        found = self.told[name]
        if isinstance(found, AssertionError):
            raise found
        return found


def verify(stand: Stand, desk: Instance, told: Any) -> Any:
    """What `aprejoin report verify` says of the archive that hangs on the change."""
    if not isinstance(told, Told):
        return None
    ref = told.change["sys_id"]
    (raw,) = [raw for row, name, _, raw in desk.files if row == ref and name.endswith(".zip")]
    bundle = stand.folder / "from-the-desk.zip"
    bundle.write_bytes(raw)
    return stand.run("report", "verify", str(bundle), "--json")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    boxes = [box(GOOD, aps=LOOPING), box(TAKEN, aps=STRAGGLER)]
    folder = tmp_path_factory.mktemp("event")
    with servicenow() as desk, standing(folder, *boxes, policy=POLICY) as stand:
        stand.settings["DESK_SECRET"] = PASSWORD
        service = Service(stand, "event")
        served = service.start("--listen", "127.0.0.1:0")
        service.learn(GOOD)
        with_a_desk(stand.inventory, desk)
        (place, *_) = served.listen["syslog-tcp"]
        assert service.ann != service.bob  # their tokens are made before both stories want them
        work = {
            GOOD: partial(by_event, service, desk, place),
            TAKEN: partial(withdrawn, service, desk),
        }
        told = together(work)
        commands = {f"process {pid}": command_of(pid).encode() for pid in served.tree()}
        tickets = stand.run("tickets", "--json", state=service.state).document
        yield Outcome(desk, told, stand, tickets, commands, verify(stand, desk, told[GOOD]))


def test_an_event_becomes_an_incident_and_a_change_that_two_people_approve(outcome):
    story, change = outcome.of(GOOD), outcome.of(GOOD).change
    assert story.seen["asked"]["state"] == "awaiting-approval"
    assert story.seen["asked"]["asked_by"].startswith("event ")
    assert story.seen["own"]["type"] == "urn:aprejoin:problem:role-needed"
    assert "is not approved: New" in story.seen["waiting"]["detail"]
    assert abs(story.seen["offset_s"]) < 2, "nothing is touched before the change is approved"
    assert (story.ended["state"], story.ended["approved_by"]) == ("succeeded", "bob")
    assert story.ended["aps"] == {"recovered": 1, "remaining": 0}
    assert story.ended["ticket"]["number"] == change["number"]
    assert change["correlation_id"] == story.seen["digest"]
    assert outcome.stand.left_behind(GOOD) == []


def test_the_change_is_told_each_step_closed_and_has_evidence_that_holds(outcome):
    change, desk = outcome.of(GOOD).change, outcome.desk
    assert (change["state"], change["close_code"]) == (3, "successful")
    assert change["assignment_group"] == "Network"
    notes, names = desk.notes_of(change), desk.files_of(change)
    assert any("set-true-time" in text for text in notes)
    assert len(notes) == len(set(notes))
    assert sorted(name.rpartition(".")[2] for name in names) == ["json", "json", "zip"]
    assert len(names) == len(set(names))
    assert outcome.verified.code == 0, outcome.verified.out
    assert outcome.verified.document["report"]["vouched_by_audit"] is True


def test_the_incident_is_resolved_by_the_look_that_the_joining_access_point_calls_for(outcome):
    incident, events = outcome.of(GOOD).seen["resolved"], outcome.of(GOOD).seen["events"]
    assert (incident["state"], incident["correlation_id"]) != ("1", "")
    assert "proved it" in incident["close_notes"]
    assert {one["sense"] for one in events} == {"ap-left", "ap-joined"}


def test_a_change_that_is_withdrawn_in_its_window_brings_the_clock_home(outcome):
    story = outcome.of(TAKEN)
    assert story.seen["offset_s"] < LONG_AGO_S
    assert story.ended["state"] == "rolled-back"
    assert "is withdrawn: Canceled" in story.journal
    assert story.change["state"] == 4
    assert outcome.stand.left_behind(TAKEN) == []


def test_nothing_is_put_aside_and_no_secret_is_told_or_seen_in_the_list_of_processes(outcome):
    desk = outcome.desk
    assert outcome.tickets["dead"] == []
    told = repr([desk.changes, desk.incidents, desk.notes, desk.files]).encode()
    secrets = {**outcome.stand.secrets, "the desk's": PASSWORD}
    said = {**outcome.stand.said_and_kept(), **outcome.commands, "the desk": told}
    assert sum(b"celery" in one for one in outcome.commands.values()) >= 2, "workers were seen"
    assert leaks(secrets, said) == []
